"""Options of the job around the transcript: labels, callbacks."""

from __future__ import annotations

from functions.network.callback_schedule import RETRY_DELAYS
from functions.options import parsers
from functions.options.specification import OptionType, Stage, implemented

JOB_OPTIONS = (
    implemented(
        "tag",
        OptionType.ARRAY,
        f"Up to {parsers.MAX_TAG} characters; comes back as `metadata.tags`.",
        Stage.METADATA,
        example="podcast",
        parse=parsers.tag,
    ),
    implemented(
        "name",
        OptionType.STRING,
        "Name of the file, for lists, events and downloads: at most 255 characters, and never a path.",
        no_effect="A label of the job.",
        example="ep1.mp3",
        parse=parsers.name,
    ),
    implemented(
        "extra",
        OptionType.ARRAY,
        f"`KEY:VALUE` up to {parsers.MAX_EXTRA} characters; comes back as `metadata.extra`.",
        Stage.METADATA,
        example="customer:17",
        parse=parsers.extra,
    ),
    implemented(
        "callback",
        OptionType.STRING,
        "URL to which the finished result is sent, "
        f"in up to {len(RETRY_DELAYS) + 1} tries; the request is answered at once.",
        Stage.QUEUE,
        Stage.DELIVERY,
        example="https://example.org/hook",
        parse=parsers.callback,
    ),
    implemented(
        "callback_method",
        OptionType.STRING,
        "`POST` or `PUT`.",
        Stage.DELIVERY,
        example="put",
        needs="callback=https://example.org/hook",
        choices=("post", "put"),
        parse=parsers.callback_method,
    ),
    implemented(
        "alternatives",
        OptionType.INTEGER,
        "Maximum number of alternatives; Whisper gives one, and for more there is a warning.",
        Stage.METADATA,
        example="3",
        minimum=1,
        maximum=20,
    ),
    implemented(
        "mip_opt_out",
        OptionType.BOOLEAN,
        "Has no effect: the audio never leaves your account.",
        no_effect="No audio leaves the account, whatever the value.",
        example="true",
    ),
)
