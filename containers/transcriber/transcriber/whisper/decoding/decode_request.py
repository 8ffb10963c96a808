"""Decode request: what `model` is told to decode one window with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DecodeRequest:
    """Options for decoding one window; all requests of a batch have the same number of prompt tokens.

    Attributes:
        language: Whisper's code.
        task: "transcribe" or "translate".
        prompt_tokens: tokens of hotwords and prompt.
        seconds: audio in the window.
        timestamps: the model writes timestamp tokens.
    """

    language: str
    task: str
    prompt_tokens: tuple[int, ...]
    seconds: float
    timestamps: bool = True
