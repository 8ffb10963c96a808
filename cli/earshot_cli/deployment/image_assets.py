"""Images of a synthesized app: the build context of each, and the tag under which the CDK looks for it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earshot_cli.errors import CliError

# Docker Hub limits pulls by address, and CodeBuild's addresses are shared; Amazon's public registry has the same images
# (https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-concepts.html).
MIRROR = "public.ecr.aws/docker/library/"
BASE = re.compile(r"(?m)^ARG BASE=(\S+)")  # in the Dockerfile


@dataclass(frozen=True)
class ImageAsset:
    """An image of the synthesized app: what it is built from, and where the CDK expects it."""

    directory: Path
    dockerfile: str
    build_args: dict[str, str]
    mirror: str  # name of the base image in Amazon's public registry; empty where the Dockerfile names none
    platform: str
    repository: str
    tag: str


def image_assets(folder: Path, account: str, region: str) -> list[ImageAsset]:
    """Return the images of a synthesized app: the workers', and the quick workers' where that is another.

    Raises:
        CliError: the app has none.
    """
    manifests = [json.loads(path.read_text()) for path in folder.glob("*.assets.json")]
    images = {tag: image for manifest in manifests for tag, image in manifest.get("dockerImages", {}).items()}
    if not images:
        raise CliError(f"{folder} has no image: synthesize again.")
    return [_image_asset(folder, image, account, region) for image in images.values()]


def _image_asset(folder: Path, image: dict[str, Any], account: str, region: str) -> ImageAsset:
    source, [destination] = image["source"], image["destinations"].values()
    directory, dockerfile = folder / source["directory"], source.get("dockerFile", "Dockerfile")
    base = BASE.search((directory / dockerfile).read_text())
    repository = destination["repositoryName"].replace("${AWS::AccountId}", account).replace("${AWS::Region}", region)
    return ImageAsset(
        directory,
        dockerfile,
        source.get("dockerBuildArgs", {}),
        f"{MIRROR}{base[1]}" if base else "",
        source.get("platform", "linux/amd64"),
        repository,
        destination["imageTag"],
    )
