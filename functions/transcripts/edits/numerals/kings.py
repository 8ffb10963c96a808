"""Numbers of kings and popes, which stay words: "Louis sixteen" is Louis XVI."""

from __future__ import annotations

from functions.transcripts.edits.numerals.numbers import Number
from functions.transcripts.edits.numerals.streets import is_in_street
from functions.transcripts.edits.numerals.tokens import Tokens

_LARGEST = 23  # John XXIII
# Names by which a number is known in any language, also at the beginning of a sentence.
_NAMES = """
    louis ludwig henry henri heinrich enrico enrique george charles karl carlo carlos william wilhelm guillaume
    edward édouard richard james philip philippe philipp felipe filippo friedrich francis françois franz luigi luis
    alfonso afonso luís filipe giovanni lodewijk willem filips pius pio benedict benoît benedikt
"""
_KINGS = frozenset(_NAMES.split())
# Languages in which any name may have a number: "la mission Apollo onze".
_ANY_NAME = frozenset({"es", "fr", "it", "pt"})
_TITLES = "king pope roi pape könig kaiser papst rey rei papa re koning keizer paus kong konge pave"
_BEFORE_KINGS = frozenset(_TITLES.split())
# Words that may follow the number of a king without a title, by language. Another word is what is counted:
# "I met Charles twenty years ago".
_AFTER = {
    "en": """
        was is were are had has did and or of in on at to for from by who whose which that the as with but when while
        died ruled reigned became married said would could himself
    """,
    "fr": """
        était est fut a avait et ou de du des d' en à au dans sur pour par qui dont que le la les comme avec mais quand
        mourut meurt régna règne devint devient épousa dit fit fait lui ne se s'est
    """,
    "de": """
        war ist wurde wird hatte hat und oder von vom in im auf zu zum für aus der die das den dem als mit aber starb
        regierte heiratete sagte ließ
    """,
    "es": """
        era es fue fueron estaba tenía había ha y o de del en a al por para que quien cuyo el la los como con pero
        cuando murió reinó gobernó se casó dijo hizo no
    """,
    "pt": """
        era é foi estava tinha havia e ou de do da em no na a ao por para que quem cujo o os como com mas quando morreu
        reinou governou se casou disse fez não
    """,
    "it": """
        era è fu aveva ha e o di del della in nel a al per da dal che cui il la i come con ma quando morì regnò governò
        si sposò disse fece non
    """,
    "nl": """
        was is werd wordt had heeft en of van in op te aan voor door die de het als met maar toen stierf regeerde
        trouwde zei
    """,
    "da": """
        var er blev bliver havde har og eller af i på til for fra som der den det med men da døde regerede giftede sagde
    """,
}
_AFTER_KINGS = {language: frozenset(words.split()) for language, words in _AFTER.items()}


def is_of_king(tokens: Tokens, number: Number) -> bool:
    """Return whether a number belongs to the name before it: "Louis quatorze", "Henry eight had two wives"."""
    before, after = tokens.word_before(number.start), tokens.word(number.end)
    if not before:
        return False
    is_name, is_known = tokens[number.start - 1].is_name, before in _KINGS
    has_title = (is_known or is_name) and tokens.word_before(number.start - 1) in _BEFORE_KINGS
    if has_title and number.value <= _LARGEST:  # "koning Willem drie", whatever the king's name
        return True
    if is_in_street(tokens, number.start) or (after and not has_title and after not in _AFTER_KINGS[tokens.language]):
        return False
    is_any = is_name and tokens.language in _ANY_NAME
    return is_any or (is_known and number.value <= _LARGEST)
