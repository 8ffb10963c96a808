"""Errors of the synthesis that are shown to the user without a traceback."""

from __future__ import annotations


class SynthesisError(Exception):
    """Base class: the message says what to do."""


class FindingsError(SynthesisError):
    """Findings of CDK's validation or of cdk-nag that infra/nag.py does not acknowledge, one a line."""


class LayerError(SynthesisError):
    """The layer of compiled packages cannot be built."""


class SettingsError(SynthesisError, ValueError):
    """A setting of the context cannot be used."""
