"""Keyterms in a hypothesis: whether the audio says them, or only the prompt brought them in.

"However, Marquis Thaddeus Pemberton's five-neft asks" was written where "market conditions have left us" is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from transcriber.whisper.decoding.decode_request import DecodeRequest
from transcriber.whisper.decoding.encoder_output import EncoderOutput
from transcriber.whisper.decoding.model import BEAM, WhisperModel
from transcriber.whisper.decoding.quality_checks import Hypothesis
from transcriber.whisper.words.word_alignment import AlignedWord

# A term that is said and rare had 0.12 to 0.52 without the prompt, one that was not said 0.04 (base).
_CERTAIN = 0.2  # probability from which a term's word is not looked at again
# How much less probable the text may be than the one without keyterms, as a logarithm. Each rare term that is said adds
# to it: one took away up to 9, two 12 and 16, three in lower case 27. A name that was not said took away 36 (base).
_MAX_LOG_PROBABILITY_LOSS = 25.0


def has_doubtful_term(words: Sequence[AlignedWord], hotwords: str | None) -> bool:
    """Return whether a word of a keyterm is written that the audio alone makes improbable."""
    terms = {*_words_of(hotwords or "")}
    return any(word.probability < _CERTAIN and not terms.isdisjoint(_words_of(word.text)) for word in words)


def hypothesis_without_keyterms(
    model: WhisperModel,
    encoder_output: EncoderOutput,
    index: int,
    request: DecodeRequest,
    hypothesis: Hypothesis,
    prompt: str | None,
    frames: int,
) -> Hypothesis | None:
    """Return the hypothesis that the model has without keyterms, if the one with them is far less probable; else None.

    Args:
        model: the model that decodes the window again.
        encoder_output: the encoder's output for the batch.
        index: the window in the batch.
        request: options that the hypothesis was decoded with.
        hypothesis: text of the window with keyterms.
        prompt: the caller's prompt, which stays.
        frames: mel frames of the window's audio.
    """
    plain = replace(request, prompt_tokens=model.prompt_tokens(prompt, None))
    other = model.generate(encoder_output, [index], [plain], beam=BEAM, patience=1.0)[0]
    if not other.text.strip() or other.text == hypothesis.text:
        return None
    probable, less = (
        model.log_likelihood(encoder_output, index, plain, each.tokens, frames) for each in (other, hypothesis)
    )
    return other if less < probable - _MAX_LOG_PROBABILITY_LOSS else None


def _words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
