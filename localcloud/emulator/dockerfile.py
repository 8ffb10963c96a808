"""Dockerfiles: reads enough of one to run its final stage as a local process."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from dataclasses import dataclass, field
from pathlib import Path

# These stay as the host has them: its interpreter and libraries stand in for the image's.
HOST_VARIABLES = frozenset({"PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "HOME"})


@dataclass
class Image:
    """The final stage of a Dockerfile.

    Attributes:
        context: folder of the build context.
        entrypoint: ENTRYPOINT.
        command: CMD.
        environment: variables of ENV, without those in HOST_VARIABLES.
        workdir: WORKDIR, absolute.
        copies: source in the context and absolute target of each COPY.
    """

    context: Path
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    copies: list[tuple[str, str]] = field(default_factory=list)

    def unpack(self, root: Path) -> Path:
        """Copy the image's files to their places under `root`; return its working folder there."""
        shutil.rmtree(root, ignore_errors=True)
        for source, target in self.copies:
            origin, destination = self.context / source, root / target.lstrip("/")
            if origin.is_dir():
                shutil.copytree(origin, destination, dirs_exist_ok=True)
            else:
                destination = destination / origin.name if target.endswith("/") else destination
                destination.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(origin, destination)
        workdir = root / self.workdir.lstrip("/")
        workdir.mkdir(parents=True, exist_ok=True)
        return workdir


def parse_dockerfile(context: Path, name: str = "Dockerfile") -> Image:
    """Return the image that `docker build` would make of this context, as far as it can run here.

    RUN and `COPY --from` are ignored: what they install is already in the environment of this process.
    """
    text = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n?", "", (context / name).read_text()))
    image = Image(context)
    for line in text.splitlines():
        instruction, _, argument = line.strip().partition(" ")
        argument = argument.strip()
        match instruction.upper():
            case "FROM":
                image = Image(context)
            case "ENTRYPOINT":
                image.entrypoint = parse_arguments(argument)
            case "CMD":
                image.command = parse_arguments(argument)
            case "WORKDIR":
                image.workdir = str(Path(image.workdir) / argument)
            case "ENV":
                pairs = shlex.split(argument)
                pairs = pairs if "=" in pairs[0] else ["=".join(pairs[:2])]
                image.environment.update(dict(pair.split("=", 1) for pair in pairs))
            case "COPY" if "--from" not in argument:
                *sources, target = [
                    part for part in parse_arguments(argument, shell=False) if not part.startswith("--")
                ]
                destination = str(Path(image.workdir) / target) + ("/" if target.endswith(("/", ".")) else "")
                image.copies += [(source, destination) for source in sources]
    image.environment = {k: v for k, v in image.environment.items() if k not in HOST_VARIABLES}
    return image


def parse_arguments(argument: str, shell: bool = True) -> list[str]:
    """Return an instruction's argument as a list: its JSON form, or a line in shell form.

    Args:
        argument: what follows the instruction.
        shell: hand a line to a shell, as ENTRYPOINT and CMD do; otherwise split it into words.
    """
    if argument.startswith("["):
        return [str(word) for word in json.loads(argument)]
    return ["/bin/sh", "-c", argument] if shell else shlex.split(argument)
