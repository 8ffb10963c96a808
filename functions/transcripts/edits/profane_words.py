"""Profane words, by language: plain ones that the lists of glin-profanity have, and profane ones that they lack."""

from __future__ import annotations

# Words of the lists, and words that resemble their forms, that are not insults: offices and courts use them.
ACCEPTED = {
    "en": """booby|cocker|cocky|cummings|dicker|retarder|smutty|spunky
        |alaskan pipeline|anal|anus|bareback|barely legal|big black|bondage|bs|busty|butt|coon|coons|cornhole
        |date rape|domination|double penetration|ejaculation|erotic|erotism|escort|eunuch|fecal|foot fetish
        |genitals|girl on|grope|hard core|hardcore|hoe|hooker|hot chick|how to kill|how to murder|huge fat
        |humping|incest|intercourse|jelly donut|knobbing|leather restraint|lolita|lovemaking|make me come
        |missionary position|negro|neonazi|nipple|nipples|nude|nudity|orgasm|panties|panty|pedophile|paedophile
        |pegging|penis|playboy|pleasure chest|poof|porn|pornography|rape|raping|rapist|rectum|retarded|sadism
        |santorum|scat|semen|sex|sexy|simp|skeet|snatch|snowballing|sodomy|spic|strip club|suck|sucks
        |sultry women|swastika|swinger|tainted love|taste my|threesome|tied up|tight white|tit|tongue in a
        |topless|twinkie|undressing|vagina|vibrator|voyeur|vulva|white power|xx""",
    "fr": """baiser|bander|bite|bitte|bosser|bourré|bourrée|caca|cailler|chatte|clitoris|drague|folle|gerbe|gerber
        |grande folle|gueule|jouir|meuf|ménage à trois|pédale|péter|pipi|ramoner|suce|tanche|tapette|teuf|trique
        |veuve|zizi""",
    "de": """bonze|bumsen|fratze|ische|kimme|lümmel|möpse|mufti|nackt|nippel|onanieren|orgasmus|popel|poppen|rosette
        |schabracke|schiesser|vögeln|bimbo|reudig""",
    "es": """asesinato|asno|bastardo|caca|chupada|chupetón|concha|drogas|esperma|heroína|haciendo el amor|infierno
        |maciza|maldito|mamada|martillo|nazi|orina|pedo|pezón|pis|prostituta|racista|semen|sexo|sexo oral|trio
        |vulva|travesti|tetas grandes|verga|sádico""",
    "it": """bagnarsi|balle|battere|belino|biga|boiata|brinca|cadavere|cammello|cappella|carciofo|carità|cozza|duro
        |fava|finocchio|grilletto|guanto|guardone|ingoio|lofare|lumaca|manico|mannaggia|mona|monta|montare|mussa|nudo
        |padulo|pecorina|pesce|picio|pipa|pipì|pisello|pistola|pompa|porca|pirla|potta|quaglia|regina|rizzarsi|ruffiano
        |sbattere|sbattersi|sega|soccia|sorca|spagnola|terrone|tirare|topa|tarzanello|uccello|vacca|vangare|venire
        |cagna|baldracca|bofilo|casci|patonza|sveltina|pomiciare|tetti|goldoni|chiavari""",
    "pt": """aborto|amador|aranha|ariano|balalao|bissexual|bumbum|burro|camisinha|cerveja|clitoris|cocaína|comer|consolo
        |corno|gozar|heroína|heterosexual|homoerótico|homosexual|inferno|lésbica|mama|pau|pinto|saco|sacanagem|torneira
        |transar|vibrador|pênis|ânus|lolita|grelha|grelhas""",
    "nl": """afwerkplaats|anita|asbak|balen|bedonderen|bekken|belazeren|beurt|boemelen|brugpieper|buffelen|del|dombo
        |drol
        |engerd|gat|graftak|griet|hoempert|hol|huisdealer|johny|kanen|knor|kloten|kwakkie|liefdesgrot|lummel|mafketel
        |matje|matennaaier|mof|muts|naaien|naakt|nicht|paal|palen|pijpen|pik|poep|poepen|poot|pot|penoze|raaskallen
        |reet|remsporen|reutelen|schatje|schoft|slempen|spuiten|standje|stootje|sufferd|tapijtnek|toeter|triootje
        |vergallen
        |verkloten|viespeuk|vleesroos|watje|welzijnsmafia|wippen|wuftje|zaadje|zuigen|zuiplap|gadverdamme|potverdorie
        |opzouten|oprotten|piesen|flamoes|flikken""",
    "pl": "cyc|dmuchać|duperele|jajco|jajeczko|jajko|jajo|debil|burdel|rzygać|syf|pierdoła",
    "sv": "arsle|brutta|helvete|hård|moona|moonade|moonar|moonat|mutta|olla|pippa|prutt|stake|subba|sås|tusan|pitt",
    "ru": "бардак|бугор|голый|обнаженный|секс|фига|хапать|gol|uboy|byk",
    "fi": """haahka|hatullinen|hitto|hitosti|jutku|jutsku|jätkä|kananpaska|molo|muna|munaton|mutiainen|naida|nainti
        |paljaalla|palli|pallit|panna|panettaa|pano|pehko|pipari|reikä|tavara|toosa|lahtari""",
    "cs": "držka|flundra|píchat|píčus|prdelka|čumět|žrát",
    "hu": "buksza|bukszák|bukszákat|bukszát|búr|búrok|franc|francok|francokat|francot|marha|marhák|marhákat|marhát"
    "|megdöglik|pele|pelék|pina|pofa|pofák|pofákat|pofát",
    "tr": """18+|30+1|31|adi|akp|allahsız|ambiti|anam|anana|anne|anneni|annenin|annesiz|avon|babani|babanı|babanın
        |basur|bayanlar|beyinsiz|beğen|beğenirmisiniz|bira|biseksuel|bisekuel|bisexual|boşluk|boycot|boycott|boykot
        |browni|ccc|cif|cim|cm|dalaksız|dallama|dede|destek|destekk|desteğinizi|devsol|dhkp|din|dinci|dinsiz|durum
        |edit|eben|emi|erotik|escinsel|eşcinsel|ezik|farmasi|fasist|fasizm|faşist|faşizm|feriştah|fırsat|gay|gelek
        |göğüs|hack|hanımlar|hastir|haydar|hayvan|haşgerya|hile|hizbullah|homo|hoşafı|hristiyan|hz.muhammed|hz.ömer
        |hırsız|hıyar|israil|israli|israyil|israıl|it|iti|itler|iz|izrail|iğrenç|kadek|kaka|kaltak|kanı|kappe|karhane
        |kaypak|kayyum|kazik|kazma|kazık|komonist|komunist|komunizm|komünist|komünizm|kongragel|krar|kurdistan
        |kürdistan|kuku|lanet|len|malak|mallar|manda|manyak|moron|musevi|müslüman|nah|odun|oc|oriflame|oruc|oruç|oyna
        |oğlan|peygamber|pipi|pipiş|pis|pisliktir|pkk|pok|pompalama|pompalamak|poop|porno|protesto|putpererst|putperest
        |pvp|rak|rakı|revizyonist|sahtekar|saksofon|salak|sayfa|sekis|seks|seviş|sevişelim|sevişmek|sex|sigara|sisme
        |süzme|sokuk|sokum|sokuyum|sperm|takip|takma|temasıyla|teror|terorist|terör|terörist|thumb|tiyniyat|tokmaklamak
        |top|topsun|transeksuel|transeksüel|travesti|ukler|vagina|vajina|verem|vodka|votka|yahudi|yalama|yaram|yaudi
        |yağudi|yosma|yılışık|zibidi|zina|öküz|öl|öşex|ükler|ülker|ülkücü|şişme|penis|meme|mezveleli|kromusunuz""",
}
# Profane words that the lists lack.
ADDED = {
    "en": "goddamn|goddamned|dickhead|prick|horseshit|dumbass|jackass|douchebag|fuckwit|fucktard|batshit|"
    "turd|whores|piss|pissed|wank|wanker|piss off|arsehole|"
    "bellend|twat",
    "de": "scheiß|scheisse|drecksau|mistkerl|arsch|arschlöcher|verpiss dich|vollidiot|leck mich|beschissen|hurensöhne|"
    "gefickt|fickt|drecksack|scheißkerl",
    "fr": "connasse|conne|bordel|chier|chiant|enfoiré|niquer|niqué|pétasse|ta gueule|merdique|foutu",
    "es": "joder|jodido|jodida|pendejo|pendeja|jodas|jodan|jode|jódete|me cago en|hostia|chingar|chingada|"
    "culero|huevón|putada|puta madre|malparido|puto|polla",
    "it": "cazzi|cazzate|minchia|coglioni|stronza|stronzi|bastardo|puttana|fottiti|fottuto|troia",
    "pt": "cuzão|arrombado|porra|desgraçado|buceta|viado|fodido|filho da puta",
    "nl": "mierenneuker|godver|klote|kutzooi|kankerlijer|tering",
    "pl": "spierdalaj|skurwysyn|pierdol|jebany|pierdolony|zajebisty",
    "ru": "блять|блядь|сука|пиздец|ебать|ёбаный|ебаный|нахуй|хуйня|мудак|пизда",
    "sv": "jävla|jävlar|skit",
    "da": "fanden|lort|kusse|for helvede",
    "no": "faen|hore",
    "fi": "saatana",
    "cs": "píča|hovno|kurva|zmrd",
    "ja": "くそ|ちくしょう",
}
