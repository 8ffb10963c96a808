"""Names that two programs must spell alike: a header of the API, and a context of the CDK app."""

from __future__ import annotations

PARTIAL_UNTIL_HEADER = "earshot-partial-until"  # seconds of the file that a partial result reaches; in every format
# Context of an upgrade: the stack's output `Settings`, as JSON. The CDK reserves names that begin with `@` for itself
# and libraries, so that this name cannot be a setting.
DEPLOYED_CONTEXT = "@earshot/deployed"
