"""Answers: numbers that stand alone behind a question for a code."""

from __future__ import annotations

import re
from collections.abc import Sequence

from functions.transcripts.redaction.cues import BEHIND_QUESTION, Cue
from functions.transcripts.redaction.digits.numerals import word_set
from functions.transcripts.redaction.digits.runs import Run
from functions.transcripts.redaction.numbers.announcements import CONNECTING, LOOKING
from functions.transcripts.words import TranscriptWord

_CODE = re.compile(r"codes?|kode\w*|código|clave|codice")
_OTHER_CODES = word_set(
    "error fehler erreur errore erro status promo discount coupon voucher gift zip area postal post postleitzahl "
    "dialling dialing country dress building morse source product item model color colour rabatt descuento sconto "
    "desconto artikel artículo articolo produit produkt producto prodotto produto"
)


def is_answer(words: Sequence[TranscriptWord], cue: Cue, run: Run) -> bool:
    """Return whether a number alone answers a question for a card's code: "And the code?" "It's 663."."""
    if not (cue.asks and _CODE.fullmatch(cue.text)) or not _OTHER_CODES.isdisjoint(cue.around):
        return False
    between = [word.normalised for word in words[cue.last + 1 : run[0].first]]
    is_end = run[-1].last + 1 == len(words) or words[run[-1].last].text[-1] in ".,;?!"
    return is_end and set(between) <= CONNECTING | LOOKING | BEHIND_QUESTION
