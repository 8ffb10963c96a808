"""Words of e-mail addresses, by language: names of their signs, announcements, and phrases that are no address."""

from __future__ import annotations

import re

from functions.transcripts.redaction.digits.numerals import word_set

AT = word_set(
    "at @ ät arobase arobas arrobase arrobas arroba chiocciola apenstaartje snabel-a klammeraffe собака собачка małpa "
    "zavináč 골뱅이"
)
DOT = word_set("dot . punkt point punto ponto punt punktum period точка крапка kropka tečka nokta 닷 점")
JOINERS = DOT | word_set(
    "underscore dash hyphen minus plus unterstrich bindestrich tiret souligné guión guion bajo trattino hífen streepje "
    "ele eme ene efe hache jota erre uve equis zeta "  # Spanish letters
    "дефис тире подчёркивание подчеркивание myślnik podkreślnik pomlčka podtržítko tire"
)
TOP_LEVEL = word_set(
    "com org net edu gov mil int info biz io ai app dev co me tv us uk ca au nz ie in za de at ch fr be es mx ar it "
    "fm tv cc gg ly sh xyz club shop online store tech cloud news agency studio design digital media lu li ee lv lt sk "
    "si hr bg rs il ae sg hk tw vn ng ke cl pe uy ec cr "
    "pt br nl dk se no fi pl cz eu jp cn kr ru ua tr gr ro hu"
)
WRITTEN = re.compile(r"[\w.+-]+(@|\(at\))[\w-]+(\.[\w-]+)*")
TOP_LEVELS = "|".join(sorted(TOP_LEVEL, key=len, reverse=True))
DOMAIN = re.compile(rf"([\w-]+\.)+({TOP_LEVELS})")
# "john.smithatgmail.com": how Whisper writes a spoken "at" before a domain that it knows.
GLUED = re.compile(
    rf"[\w.+-]+((gmail|googlemail|yahoo|hotmail|outlook|icloud|aol|gmx|protonmail)\.(\w+)|web\.de)"
    rf"|[\w+-]+\.[\w+-]+at[\w-]{{3,}}\.({TOP_LEVELS})"
)
ANNOUNCED = re.compile(
    r"e-?mail['’]?s?|mail['’]s|mail|(e-?mail|mail)-?adres\w*|adresse|address|correo|endereço|indirizzo|courriel|mejl|почт\w+|мейл|имейл|адрес\w*|adres|이메일"
)
SEND = re.compile(
    r"send|sent|write|mail|e-?mail|forward|schick\w*|schreib\w*|envo[\w-]*|écri[\w-]*|env[ií]\w*|escr[ií]\w*|m[aá]nd\w*|stuur\w*|scriv\w*"
    r"|invi\w*|skriv\w*|send\w*"
)
TO = word_set("to at an à a naar til")
IS = word_set("is it's its ist lautet est c'est es é è er är to это")
# Words between an announcement and its address; and words before "at example.com" that are not an address's name.
LEADING = word_set("just me us him her them at to on is it's its an mir uns à a bitte please under unter")
NO_NAME = word_set(
    "look looks looked looking meet meets met meeting buy buys bought buying shop shopping order ordered find finds "
    "found see seen saw available work works worked working learn more register sign visit me us it him her them is "
    "are was were it's its that's online here there people team starting hosted website site"
)
AND_SO_ON = word_set("and or und y et with from the my your und mit von der die le la el")
# A letter and a word that begins with it, which may stand behind: "J as in Juliet", "J wie".
SPELT = re.compile(r"(?<!\S)\w (as in|comme dans|for|like|wie|as|comme|como|come|als)( \S+)?$")
# "At this point in time" has an "at", a "point" and a top-level domain, and is no address.
ENGLISH_DOT = word_set("point period")
ENGLISH_WORDS = word_set("in it me at us be no is so to")
# Mailboxes that are named without their top-level domain: "jane at gmail".
MAILBOXES = word_set("gmail googlemail hotmail icloud protonmail gmx")
# Words before the "at" that are no name of a mailbox: "sign up at icloud", "my data at icloud".
NO_MAILBOX_NAME = word_set(
    "up over out in on off back down away around data file files photo photos picture pictures backup backups storage "
    "account accounts mail mails email emails inbox password passwords contacts calendar support service team people "
    "job jobs engineer engineers login logged stored stuff everything anything something someone somebody only stay "
    "stayed start started live lives stop hosting based looking"
)
DETERMINERS = word_set("my your his her its our their the a an this that these those some any all no which what")
# Words of the listener while an address is read: "jane dot doe." "Yes." "At gmail dot com."
LISTENING = word_set("uh um er hmm mm-hmm mhm uh-huh okay ok yes yeah yep right ähm äh ja euh oui sì vale")
MAX_SPELT = 40  # words of a domain that is spelt
MAX_LOCAL = 12  # words before the "at" that may belong to an address which is announced
# Behind a name that is said in words: "jonas berg, one word, at …".
ONE_WORD = re.compile(
    r"(all )?(in )?one word|(alles )?in einem wort|(alles )?zusammen(geschrieben)?|(tout )?en un (seul )?mot"
    r"|tout attaché|todo junto|tutto attaccato|tudo junto|(alles )?aan elkaar"
)
# Particles of surnames of several words.
PARTICLES = word_set("de van der den ter ten von zu la le du di da do dos del della mac mc st saint")
# Between an address and the letters of its name: "…, that's k-a-y".
BEFORE_LETTERS = word_set(
    "that's spelled spelt so it's with das ist also geschrieben c'est ça s'écrit se escribe es si scrive"
)
