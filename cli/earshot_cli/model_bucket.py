"""Models bucket of a deployment: which models it has, which manifests are broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from earshot_cli.aws_clients import aws_errors, client
from earshot_contract.keys import manifest_key
from earshot_contract.manifest import WEIGHTS, Manifest


@dataclass(frozen=True)
class BrokenModel:
    """A folder of the bucket whose manifest cannot be used. The deployment leaves such a model out."""

    name: str  # the folder's
    reason: str


def read_models(s3: Any, bucket: str) -> tuple[list[Manifest], list[BrokenModel]]:
    """Read every manifest in the bucket; both lists are sorted by name."""
    models: list[Manifest] = []
    broken: list[BrokenModel] = []
    suffix = manifest_key("")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page.get("Contents", []):
            if not entry["Key"].endswith(suffix):
                continue
            folder = entry["Key"].removesuffix(suffix)
            body = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
            try:
                models.append(_checked_manifest(body, folder))
            except ValueError as error:
                broken.append(BrokenModel(folder, str(error)))
    return sorted(models, key=lambda model: model.name), sorted(broken, key=lambda model: model.name)


def put_manifest(s3: Any, bucket: str, manifest: Manifest) -> None:
    """Write a manifest: the model, whose files must be in the bucket, is available from now on."""
    s3.put_object(
        Bucket=bucket,
        Key=manifest_key(manifest.name),
        Body=manifest.to_json().encode(),
        ContentType="application/json",
    )


def models_table(bucket: str) -> Table:
    """Build a table with the models of a deployment, those with a broken manifest last.

    Raises:
        CliError: the bucket cannot be read.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("model", no_wrap=True)
    table.add_column("size", no_wrap=True, justify="right")
    table.add_column("SHA-256 of the weights", overflow="fold")
    s3 = client("s3")
    with aws_errors(f"The bucket {bucket} cannot be read"):
        models, broken = read_models(s3, bucket)
    for model in models:
        size = sum(file.size for file in model.files.values())
        table.add_row(model.name, f"{size / 1e6:,.0f} MB", model.files[WEIGHTS].sha256)
    for each in broken:
        table.add_row(Text(each.name), "", Text(f"broken, not available: {each.reason}", style="red"))
    return table


def _checked_manifest(body: bytes, folder: str) -> Manifest:
    """Parse a manifest.

    Raises:
        ValueError: it cannot be used; the message says why.
    """
    try:
        manifest = Manifest.from_json(body)
        sizes = [file.size for file in manifest.files.values()]
        digests = [file.sha256 for file in manifest.files.values()]
        well_typed = all(isinstance(size, int) for size in sizes) and all(isinstance(each, str) for each in digests)
    except ValueError as error:
        raise ValueError(f"its manifest is not JSON ({error})") from None
    except (AttributeError, TypeError, KeyError):
        well_typed = False
    if not well_typed:
        raise ValueError("its manifest is not of a manifest's form")
    if manifest.name != folder:
        raise ValueError(f"its manifest names another model: {manifest.name}")
    if WEIGHTS not in manifest.files:
        raise ValueError(f"its manifest does not list {WEIGHTS}")
    if any(size < 0 for size in sizes):
        raise ValueError("its manifest lists a file of negative size")
    return manifest
