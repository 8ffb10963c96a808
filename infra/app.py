"""The app that the `cdk` command runs: `npx aws-cdk@2 deploy -c flavour=cpu`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from infra.stack import Earshot


def build(outdir: str | None = None, context: Mapping[str, Any] | None = None) -> cdk.App:
    """The app with its stack and cdk-nag's rules. The CLI brings both arguments by its environment."""
    app = cdk.App(outdir=outdir, context=context, analytics_reporting=False)
    Earshot(app, "Earshot")
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


if __name__ == "__main__":
    build().synth()
