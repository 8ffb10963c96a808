"""Stems of cues: words that announce a card, a code, a date or an account, in the eight languages of `numerals`.

Each is a regular expression that begins with a word and also matches longer words. German ones may stand inside a
compound. They are matched against lower-case words without punctuation, with a space between.
"""

from __future__ import annotations

from functions.options.redacted_entities import Entity

# "läuft im April 2027 ab", "bis 10/28 gültig": only the first of two words that frame what they announce is the cue.
_FRAMED = r"(?= (\S+ ){0,8}%s\b)"
# "Security is 447" of a card's code, and no "security is good".
_BEFORE_DIGIT = (
    r"(?= ((uh|um|it's|okay) ){0,2}(\d|"
    r"(oh|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|double|triple)\b))"
)

# Codes of other things, though a card may be near: "I got error code 404 when I used the card".
_NO_CODE_OF_CARD = r"(?<!error )(?<!zip )(?<!area )(?<!dress )(?<!promo )(?<!discount )(?<!country )(?<!source )"

STEMS = {
    Entity.CREDIT_CARD: (
        r"(credit |debit )?cards?\b|visa\b|master ?card|amex|american express|pan\b",
        r"\w*kreditkarte|\w*kartennummer|karte\b",
        r"carte (bancaire|bleue|de crédit)|numéro de carte|carte\b",
        r"tarjeta|cartão",
        r"carta di credito|numero di carta|carta\b",
        r"\w*kaartnummer|creditcard|kaart\b",
        r"kortnummer|\w*kort(et)?\b",
    ),
    Entity.CREDIT_CARD_EXPIRATION: (
        r"expir|exp\b|(valid|good) (thru|through|until|till)|valid from \S+ (to|until|till)\b",
        r"(bis wann|wie lange)( \S+){1,3} gültig|(tot wanneer|hoe lang)( \S+){1,3} geldig",
        r"until when( \S+){1,3} (good|valid)|(hasta cuándo|jusqu'à quand|fino a quando|até quando)( \S+){0,3} v[aá]l",
        r"valid[ao] fino a quando|válid[ao] até quando",
        r"month and (the )?year|monat und jahr|mois et (l')?année|mes y (el )?año",
        r"mese e anno|mês e (o )?ano|maand en jaar",
        r"ablauf|gültigkeit|gültig( (ist|sie|die|karte|noch|nur|also)){0,3} bis\b|(läuft|lief|laufen)"
        + _FRAMED % "ab"
        + "|bis"
        + _FRAMED % "gültig",
        r"date d'expiration|date de validité|fin de validité|(valable|valide|valables|valides) (jusqu|en\b)|échéance",
        r"caduc|venc(e|en|ió|imiento)\b|válid[ao]s? hasta|validez",
        r"validade|válid[ao]s? até|val(e|idade) até",
        r"scad(e|ono|enza)\b|valid[ao] fino|valida fino",
        r"verval(t|datum)\b|geldigheid|verloopt|geldig tot|(loopt|verliep)"
        + _FRAMED % "af"
        + "|tot"
        + _FRAMED % "geldig",
        r"udløb|gyldig(t)? til|gælder til",
    ),
    Entity.CVV: (
        r"cvv|cvc|c ?i ?d\b|cv (code|two)|c v v|c v c|csc\b|signature (strip|panel)",
        r"(code|numbers?|digits)( \w+){0,2} (by|near|beside|under|next to) the signature",
        r"security code|security is"
        + _BEFORE_DIGIT
        + "|verification (code|value|number)|card code|security (number|digits)",
        r"(three|3|four|4)[ -]digit( \w+)? (code|number)",
        r"(code|number|numbers|digits)( \w+){0,2} (on|at) the (back|reverse|rear)\b(?! end\b)",
        r"(three|3|four|4) digits on the (back|front)|(three|3) (digits|numbers (are|on|next|at))",
        r"(three|3) (little|small|tiny|security) (digits|numbers)",
        r"on the back (it|there(?! (are|is|were))|is|are|it's|says)\b|the back (says|reads)\b",
        r"au (dos|verso) (c'est|il y a|c'est écrit)\b",
        r"(nummer|zahl|ziffern|zahlen|code) (da )?(hinten|rückseitig)( drauf)? (ist|sind|lautet|lauten|wäre)\b",
        r"(numero|numeri|cifre|codice) (dietro|sul retro) (è|sono)\b|(nummer|cijfers) achterop (is|zijn)\b",
        r"(nummer(et)?|tal(lene)?|cifrene) bagpå er\b",
        r"hinten (steht|drauf steht)|(atrás|detrás) (dice|pone|tiene)|dietro (c'è|dice)|atrás (diz|está)",
        r"achterop staat",
        r"\w*prüfnummer|\w*prüfziffer|\w*prüfzahl|\w*sicherheits(code|nummer|zahl)",
        r"(drei|3) (kleinen )?(ziffern|zahlen|nummern)",
        r"(drei|vier|3|4)[ -]?stellige\w*( \w+)? \w*(nummer|code|zahl|ziffer)",
        r"(code|nummer|ziffern|zahl|zahlen)( \w+){0,2} auf (der|meiner|ihrer) rückseite|hinten auf \w+ karte\b",
        r"auf der rückseite (steht|stehen|ist|sind)",
        r"(trois|3) (derniers |petits )?(chiffres|numéros)|code à (trois|quatre|3|4) chiffres",
        r"cryptogramme|code de (vérification|sécurité)",
        r"(code|numéro|chiffres)( \w+){0,2} (au dos|au verso|à l'arrière|derrière)",
        r"(tres|três|3) (últimos |últimas )?(numeritos|numerozinhos|numerinhos|dígitos|números|cifras|algarismos)",
        r"código de (seguridad|segurança|verificación|verificação)",
        r"(código|clave|números?|numeritos|numerinhos|dígitos|cifras) (que está )?"
        r"(de |del |en |al |por |no |na )?(la |el |o )?(parte )?"
        r"(de )?(atrás|trás|detrás|trasera|traseira|dorso|reverso|verso)",
        r"(tre|3) (cifre|numeri|numerini|cifrette)\b|codice di (sicurezza|verifica)",
        r"(codice|numero|numeri|cifre)( \w+){0,2} (sul|nel|di|al|a) (retro|dietro)",
        r"(drie|3) (kleine )?(cijfers|nummers)|beveiligingscode",
        r"(code|nummer|cijfers)( \w+){0,2} (op|aan) de (achterkant|achterzijde|rug)",
        r"kontrolcifre|sikkerhedskode|kode\w* bagpå|bagpå står",
        r"(kode\w*|tal\w*|cifre\w*|nummer\w*)( \w+){0,2} på bagsiden",
    ),
    Entity.SSN: (
        r"social security( card)?|social insurance|social number|socials?\b|ssn|s s n|s-s-n|taxpayer|tax id",
        r"national insurance|insurance number|n ?i number|nino\b|itin\b|(the|my|your|full) soc\b|sin number",
        r"sin\b(?= is)",
        r"\w*(sozial|renten)versicherung|steuer ?-?(id|nummer|identifikation)|ahv",
        r"sécurité sociale|numéro de sécu|seguridad social|segurança social|dni\b|nif\b|nir\b|cpf\b|niss\b",
        r"(mi|el|su|tu|de|del|o|y|número|dni) nie\b|nie (es|número)\b",  # alone it is German for "never"
        r"codice fiscale|burgerservicenummer|bsn\b|rijksregisternummer|cpr|personnum(mer|ret)",
        r"aadhaa?r|adhaar|(national )?identity (card|number)|national id|(id|identification) card( number)?\b",
        r"(my|your|the) ni\b|pps number|tax (file|reference) number|ird number|utr\b|ein\b(?= is| number)",
        r"employer identification|vat number",
        r"\w*umsatzsteuer-?id\w*|ust-?id\w*|numéro (de tva|fiscal)|siret\b|siren\b(?= est)|cui[tl]\b|(mi|su|tu) rfc\b",
        r"partita iva|p iva|cnpj\b|(meu|o|seu|do|número|rg) rg\b|contribuinte\b|btw-?nummer|cvr\b|organisationsnum",
        r"pesel\b|nip\b(?= to)",
        r"\w*personalausweis\w*|ausweisnummer|carte (nationale )?d'identité|(documento|carta) d(e|i) identid?[aà]",
        r"carta d'identità|cédula|curp\b|cartão (de|do) cidadão|identiteitskaart|identitetskort",
    ),
    Entity.PASSPORT_NUMBER: (
        r"passport|\w*reisepass|\w*passnummer|passeport|pasaporte|passaport|paspoort|pasnummer|rejsepas",
    ),
    Entity.DRIVER_LICENSE: (
        r"driver'?s?'? licen[cs]e|my licen[cs]e|licen[cs]e is",
        r"driving licen[cs]e|licen[cs]e (number|no)\b|\w*führerschein",
        r"permis de conduire|numéro (de|du) permis|(carnet|licencia|permiso) de conduci?r|número de (carnet|licencia)",
        r"patente di guida|numero (di|della) patente|carta de condução|carteira de (motorista|habilitação)|cnh\b",
        r"\w*rijbewijs|\w*kørekort",
    ),
    Entity.HEALTHCARE_NUMBER: (
        r"nhs\b|medicare( card)?|medicaid( card)?|(insurance|medical) card",
        r"medical record|mrn\b|health (insurance|card|care|plan|number|id)|healthcare",
        r"(patient|member|subscriber) (id|number)",
        r"\w*(krankenversicherungs|krankenkassen|versicherten|patienten)nummer|gesundheitskarte",
        r"carte vitale|numéro (de |d')(patient|dossier médical|assuré)|tarjeta sanitaria|historia clínica",
        r"tessera sanitaria|número de utente|cartão (nacional )?(de|do) (saúde|sus)\b|\w*patiëntnummer|zorgpas",
        r"\w*sygesikring",
    ),
    Entity.ACCOUNT_NUMBER: (
        r"policy\b|policy's|(medicare|medicaid|insurance|patient|group|health) (id|card number)\b",
        r"clabe|cbu\b|rib\b|bsb\b",
        r"(checking|savings) or (checking|savings)\b|accounts?\b|acct|routing|aba\b|sort code|iban|bank number",
        r"(póliza|polizza|apólice|police|contrat\w*|vertrag|membership)( (es|è|é|est|ist|is|c'est)) (?=(\S+ )?\S*\d)",
        r"(member|membership|policy|customer|client|loan|subscriber|contract|group|patient|plan) (number|id)",
        r"\w*kontonummer|konto\b|bankleitzahl|blz\b",
        r"\w*(kunden|vertrags|policen|(?<!sozial)(?<!renten)versicherungs|versicherten|mitglieds|kredit|darlehens|depot)nummer",
        r"compte\b|numéro (de |du |d')?(compte|client|cliente|contrat|adhérent|police|dossier|sociétaire)",
        r"cuenta|conta\b|conto\b|agência\b",
        r"número (de |do |da |del )?(client\w*|póliza|apólice|socio|contrat\w*|afiliad\w*)",
        r"numero (di |del |della )?(cliente|polizza|contratto|tessera|socio)|codice cliente",
        r"\w*rekeningnummer|rekening\b|\w*(klant|polis|lid|contract)nummer",
        r"\w*(kunde|konto|police|medlems|registrerings)nummer",
    ),
    Entity.PHONE_NUMBER: (
        r"\w*phone|cell( number)?\b|mobile",
        r"(call|reach|text|ring|dial|get|try|contact|message) (me|us|him|her|them|back)|call\b|whatsapp|fax|hotline",
        r"(callback|contact|daytime|evening|home|work|office|direct|best|good|other) number|area code|landline",
        r"(office|direct|work|home|house|main|private|other|phone) line\b",
        r"\w*telefon|(mein|dein|ihr|sein|das|am|vom|per|aufs?|dem|privates) handy|handy\w+|\w*rufnummer",
        r"ruf mich|rufen sie|erreichen|vorwahl|festnetz",
        r"(extension|ext|nebenstelle|durchwahl|interno|ramal|toestel|lokalnummer)\b|poste (?=\d)",
        r"téléphone|portable\b|appele|rappele|joindre|joignable|indicatif|fixe\b",
        r"teléfono|móvil|celular|llám|llama|prefijo|localizar|telefone|telemóvel|ligar|ligue",
        r"liga (no|para|pra)\b|apunt[ea]|anot[ae]",
        r"cellulare|chiam|fisso\b|mobiel|mobil|bereik|bel me|mobilnummer",
    ),
    Entity.DOB: (
        r"date of birth|birth ?(date|day)|birthday|born\b|d o b|dob\b",
        r"\w*geburtsdatum|geburtstag|geboren|date de naissance|né le|née le|né\b|née\b",
        r"fecha de nacimiento|nací|nacid|naci(ó|ste)|data de nascimento|nasc(i|eu)|data di nascita|nat[oa] (il|a)\b",
        r"geboortedatum|fødselsdato|fødselsdag|født",
    ),
}

# Weak cues: they count only if the digits themselves do not decide, and no other cue is near. A telephone's: "my number
# is …". A card's last four digits, in talk about a card. A code or a date, in talk about a card; "the code" and "on the
# back" together mean a card's.
WEAK_STEMS = {
    Entity.PHONE_NUMBER: (
        r"(my( new| old| other| own| current)?|meine|mon|mi|il mio|meu|o meu|mijn|mit|your) "
        r"(nummer|numéro|número|numero|number)\b|the number (there |over there )?is\b",
        r"le numéro (c'est|est)\b|(el|o|il) n[uú]mero (es|é|è)\b|die nummer (ist|lautet|wäre)\b|het nummer is\b",
    ),
    Entity.CREDIT_CARD: (
        r"(last|final) digits\b|star star\b|asterisk asterisk\b|x x x\b",
        r"letzte (gruppe|viererblock)|dernier groupe|último grupo|ultimo gruppo|laatste groep|sidste gruppe",
        r"letzten (ziffern|stellen)|derniers chiffres|últimos dígitos|ultime cifre|laatste cijfers|sidste cifre",
        r"(last|final) (group|block)\b(?! of (?!four|4|digits))|(last|final) (four|4)\b|first (four|six|eight|4|6|8)\b",
        r"ersten (vier|sechs|acht|4|6|8)\b|(quatre|six|huit|4|6|8) premiers|primer[oa]s (cuatro|seis|ocho|4|6|8)\b",
        r"prime (quattro|sei|otto|4|6|8)\b|primeiros (quatro|seis|oito|4|6|8)\b|eerste (vier|zes|acht|4|6|8)\b",
        r"ending( in| with)?\b|(ends|ended) (in|with)\b|finish(es|ed|ing) (in|with)\b",
        r"letzten (vier|4)\b|(endet|endete|endend) auf|mit der endung",
        r"(quatre|4) derniers|derniers (quatre |4 )?chiffres|(se termin(e|ait)|fini(t|ssait|ssant)|terminant) par",
        r"últim[oa]s (cuatro|quatro|4)\b|terminad[oa] (en|em)",
        r"(termin|acab)a([bv]a)? (en|em|con|com)\b|final(?= \S+$| \d)",
        r"ultime (quattro|4)\b|(fini(sce|va)|termina(va)?) (con|per)",
        r"laatste (vier|4)\b|eindig(t|de|end) op|sidste (fire|4)\b|slutter på|ender på",
    ),
    Entity.CVV: (
        _NO_CODE_OF_CARD + r"codes?\b|kode\w*|código|clave|codice|chiffres|cijfers|ziffern|cifre\b|dígitos",
        r"(last|final) (three|3)\b|letzten (drei|3)\b|(trois|3) derniers|últimos (tres|três|3)\b|ultime (tre|3)\b",
        r"laatste (drie|3)\b|sidste (tre|3)\b",
        r"three (\w+ )?(digits|numbers)|(the|these|those) digits|(by|near|beside|under|next to) the signature",
        r"(on|at) the (back|reverse)\b|the back (says|reads|is)\b|au dos|au verso|derrière|hinten|rückseite",
        r"(de |la |el )?(parte )?(atrás|trás|detrás|reverso|verso)\b|dietro|sul retro|achterop|achterkant",
        r"bagpå|bagside",
    ),
    Entity.CREDIT_CARD_EXPIRATION: (
        r"(the|and|its|die|das|la|le|y|et|e la|e a|data|en de) (date|datum|fecha|data|dato)\b",
        r"(runs|ran|run|running) out|(good|valid) (to|for|from)\b|gültig( \w+){1,3} bis\b|va jusqu",
        r"vale hasta|vale até|goed tot",
    ),
}

# Cues that announce the next number and never explain the one before: "I paid 350 with the pin". Pins on maps, which
# people "drop", are left out.
STEMS_BEFORE_ONLY = (
    r"(?<!drop the )(?<!dropped the )(?<!drop a )(?<!dropped a )pin( (number|code))?\b|passcode",
    r"pin-?(nummer|code|kode)\b|geheimzahl|geheimnummer|code (secret|confidentiel)|(mi|su|tu) clave",
    r"clave (secreta|de (la|mi) tarjeta)",
    r"código (pin|secreto)|codice (pin|segreto)|senha\b|pinkode",
)
