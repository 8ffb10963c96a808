"""Models bucket of a deployment: which models it has, which manifests are broken."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from earshot_cli.aws.clients import aws_errors, client
from earshot_contract.documents.manifest import BrokenManifest, Manifest, read_manifest
from earshot_contract.keys import manifest_key


def read_models(s3: Any, bucket: str) -> tuple[list[Manifest], list[BrokenManifest]]:
    """Read every manifest in the bucket; both lists are sorted by name."""
    models: list[Manifest] = []
    broken: list[BrokenManifest] = []
    suffix = manifest_key("")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page.get("Contents", []):
            if not entry["Key"].endswith(suffix):
                continue
            folder = entry["Key"].removesuffix(suffix)
            body = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
            try:
                models.append(read_manifest(body, folder))
            except BrokenManifest as error:
                broken.append(error)
    return sorted(models, key=lambda model: model.name), sorted(broken, key=lambda error: error.model)


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
        table.add_row(model.name, f"{size / 1e6:,.0f} MB", model.sha256)
    for each in broken:
        table.add_row(Text(each.model), "", Text(f"broken, not available: {each.reason}", style="red"))
    return table
