"""The CDK app that the `cdk` command runs; `earshot deploy` starts that command."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from infra.errors import SynthesisError
from infra.settings import StackSettings
from infra.stack import Earshot


def build(outdir: str | None = None, context: Mapping[str, Any] | None = None) -> cdk.App:
    """Build the app with its stack and the rules of cdk-nag.

    Args:
        outdir: Folder of the cloud assembly. None: the CDK CLI names it in the variable CDK_OUTDIR.
        context: CDK context. None: the CDK CLI passes it in the variable CDK_CONTEXT_JSON.
    """
    app = cdk.App(outdir=outdir, context=context, analytics_reporting=False)
    settings = StackSettings.from_context(app.node)
    Earshot(app, settings.name, settings)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


if __name__ == "__main__":
    try:
        build().synth()
    except SynthesisError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)  # the command that started the CDK says what that means
