"""OPTIONS: every request option of `/v1/listen`, with its type, support and effect.

Parsing, the OpenAPI description and `docs/reference/options.md` are made from this table, whose rows are in
`functions/options/tables/`, by subject.

An option is implemented, or ignored with a warning if it is harmless, or rejected with 400 if an answer without it
would mislead. Analyses that Deepgram itself leaves out with a warning when it cannot give them (for a language it does
not cover) are left out with a warning here too. Unknown parameters are accepted: SDKs pass add-ons through.
"""

from __future__ import annotations

from functions.options.specification import OptionSpec, Support
from functions.options.tables.job import JOB_OPTIONS
from functions.options.tables.not_done import UNSUPPORTED_OPTIONS
from functions.options.tables.speakers import SPEAKER_OPTIONS
from functions.options.tables.speech import SPEECH_OPTIONS
from functions.options.tables.text import TEXT_OPTIONS

_SPECS = (*SPEECH_OPTIONS, *TEXT_OPTIONS, *SPEAKER_OPTIONS, *JOB_OPTIONS, *UNSUPPORTED_OPTIONS)

OPTIONS: dict[str, OptionSpec] = {spec.name: spec for spec in _SPECS}
IMPLEMENTED: tuple[OptionSpec, ...] = tuple(spec for spec in _SPECS if spec.support is Support.IMPLEMENTED)
