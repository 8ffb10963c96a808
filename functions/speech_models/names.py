"""Model names: what callers write, which available model that means, and how an answer names the model that ran."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence

from msgspec import Struct

from earshot_contract.documents.manifest import Manifest
from functions.errors import bad_request, unknown_model
from functions.languages import LANGUAGES
from functions.settings import settings

LATEST = "latest"  # the version of a model that a request means if it names none
DEFAULT_NAMES = ("whisper", "whisper-1")  # the default model's names in Deepgram's and in OpenAI's API
_NAMESPACE = uuid.UUID("6ba7b814-9dad-11d1-80b4-00c04fd430c8")  # uuid.NAMESPACE_X500; the choice is arbitrary
# Deepgram's `whisper-large` is large-v2; in a deployment with another large model it means that one.
_LARGE = ("large", "large-v2", "large-v3")
_TURBO = ("turbo", "large-v3-turbo")  # OpenAI's package has both names
# Deepgram's and OpenAI's model names, which programs send and cannot change. Others are refused: they may be misspelt.
_USE_CASES = "general|meeting|phonecall|finance|conversationalai|voicemail|video|medical|drivethru|automotive|atc"
_VENDOR_NAMES = re.compile(
    rf"nova(?:-[23])?(?:-[a-z]+)*|enhanced(?:-[a-z]+)*|base-(?:{_USE_CASES})"
    rf"|(?:2-)?(?:{_USE_CASES})(?:-(?:nova|enhanced|base))?"
    r"|flux(?:-[a-z]+)*|gpt(?:-4o(?:-mini)?)?-transcribe(?:-[a-z0-9-]+)?|gpt-realtime-whisper(?:-[0-9-]+)?"
)
_CONVERSIONS = "faster-"  # Systran writes it before the names of its conversions for CTranslate2
_WITH_CANTONESE = ("v3", "turbo")  # parts of names; earlier vocabularies have no token for `yue`


class Model(Struct, frozen=True):
    """A model in the models bucket."""

    name: str  # e.g. "base", "large-v3-turbo"
    sha256: str  # of model.bin
    declared_languages: tuple[str, ...] | None = None  # codes in the manifest; None: derived from the name

    @classmethod
    def from_manifest(cls, manifest: Manifest) -> Model:
        """Make the model of a manifest that `read_manifest` has checked."""
        languages = None if manifest.languages is None else tuple(manifest.languages)
        return cls(manifest.name, manifest.sha256, languages)

    @property
    def languages(self) -> list[str]:
        """Codes of the languages that the model transcribes, as in its manifest, else derived from its name."""
        if self.declared_languages is not None:
            return list(self.declared_languages)
        if self.name.endswith(".en"):
            return ["en"]
        cantonese = any(part in self.name for part in _WITH_CANTONESE)
        return [code for code in LANGUAGES if code != "yue" or cantonese]


def model_uuid(sha256: str) -> str:
    """Return Deepgram's kind of model id: a UUID, the same for the same weights in every deployment."""
    return str(uuid.uuid5(_NAMESPACE, sha256))


def model_info(name: str, sha256: str) -> dict[str, str]:
    """Return the members of `metadata.model_info`, spelled like Deepgram's `medium-whisper`, `medium-en-whisper`."""
    return {"name": f"{name.replace('.', '-')}-whisper", "version": sha256[:12], "arch": "whisper"}


def is_vendor_name(requested: str) -> bool:
    """Return whether a name is that of another vendor's model, which no deployment has."""
    return _VENDOR_NAMES.fullmatch(_without_vendor(requested)) is not None


def choose(
    requested: str,
    language: str | None,
    available: Sequence[Model],
    default: str = "",
    strict: bool = False,
    version: str = LATEST,
) -> Model:
    """Return the available model that a caller's name means.

    Args:
        requested: the name in the request.
        language: code that the model must transcribe; None: it is detected, and any model is accepted.
        available: the deployment's models.
        default: name of the model that `whisper` means; empty: the deployment's setting.
        strict: refuse a vendor's name, which otherwise means the default model.
        version: `latest`, or the model's own as its `model_info` has it; with a vendor's name any, unless `strict`.

    Raises:
        ApiError: the deployment does not have the model (the message lists those it has) or this version of it, or
            the model does not transcribe `language`.
    """
    default = default or settings().default_model
    found = find(requested, available, default, strict)
    if found is None:
        raise unknown_model(missing(requested, available, default))
    own_version = model_info(found.name, found.sha256)["version"]
    stands_in = is_vendor_name(requested) and not strict
    if not stands_in and version.lower() not in (LATEST, own_version):
        raise unknown_model(f"The version of {found.name!r} is {own_version}, or {LATEST!r}.")
    if language is not None and language not in found.languages:
        raise bad_request(
            f"Bad Request: No such model/language/tier combination found. Model {found.name!r} does not support "
            f"{LANGUAGES[language]} ({language})."
        )
    return found


def find(requested: str, available: Sequence[Model], default: str = "", strict: bool = False) -> Model | None:
    """Return the available model that a caller's name means, or None; for the arguments see `choose`."""
    default = default or settings().default_model
    names = {model.name.lower(): model for model in available}
    candidates = _candidates(requested, default)
    if is_vendor_name(requested) and not strict:
        candidates.append(default.lower())
    return next((names[name] for name in candidates if name in names), None)


def missing(requested: str, available: Sequence[Model], default: str = "") -> str:
    """Return the error message about a name without a model; in a new deployment no name has one."""
    default = default or settings().default_model
    if not available:
        return f"This deployment has no model yet. Its operator adds one: `earshot model add {default}`."
    names = accepted_names(available)
    if default.lower() in {model.name.lower() for model in available}:
        return f"This deployment has no model {requested!r}. It has: {', '.join(names)}."
    stands_for = f", which stands for {default!r}" if requested.strip().lower() in DEFAULT_NAMES else ""
    return f"This deployment has no model {requested!r}{stands_for}. It has: {', '.join(names[1:])}."


def accepted_names(available: Sequence[Model]) -> list[str]:
    """Return the names that a caller may write: `whisper`, and `whisper-` with each model's name."""
    return [DEFAULT_NAMES[0], *(f"whisper-{model.name}" for model in sorted(available, key=lambda model: model.name))]


def _without_vendor(requested: str) -> str:
    """Return a name without what gateways and hubs write before it, as in `Systran/faster-whisper-base`."""
    return requested.strip().lower().rpartition("/")[2].removeprefix(_CONVERSIONS)


def _candidates(requested: str, default: str) -> list[str]:
    requested = _without_vendor(requested)
    if requested in DEFAULT_NAMES:
        return [default.lower()]
    name = requested.removeprefix("whisper-")
    if name == "large":
        return list(_LARGE)
    if name in _TURBO:
        return list(_TURBO)
    # Deepgram writes `medium-en`, the models bucket `medium.en` as OpenAI does.
    return [name, f"{name.removesuffix('-en')}.en"] if name.endswith("-en") else [name]
