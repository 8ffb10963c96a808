"""A synthesized stack, and questions about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra import ROOT

Resource = dict[str, Any]

# Names of the folders that hold a Lambda function's handler.
HANDLERS = sorted(path.parent.name for path in (ROOT / "functions" / "handlers").glob("*/handler.py"))


@dataclass(frozen=True)
class Assembly:
    """A cloud assembly on disk, and questions about its template."""

    folder: Path
    template: dict[str, Any]

    @classmethod
    def load(cls, folder: Path) -> Assembly:
        return cls(folder, json.loads((folder / "Earshot.template.json").read_text()))

    def resources(self, resource_type: str) -> dict[str, Resource]:
        """Properties by logical id, of all resources of a type given without `AWS::`."""
        resources = self.template["Resources"].items()
        return {name: r.get("Properties", {}) for name, r in resources if r["Type"] == f"AWS::{resource_type}"}

    def resource(self, resource_type: str, prefix: str = "") -> tuple[str, Resource]:
        """The only one whose logical id starts with `part`."""
        [found] = [(name, props) for name, props in self.resources(resource_type).items() if name.startswith(prefix)]
        return found

    def functions(self) -> dict[str, Resource]:
        """Lambda functions by the name of their folder."""
        return {props["Handler"].split(".")[-3:][0]: props for props in self.resources("Lambda::Function").values()}

    def zip_asset(self, s3_key: str) -> Path:
        """Return the folder that is published, as a zip, under the key that the template names."""
        files = json.loads((self.folder / "Earshot.assets.json").read_text())["files"]
        source = files[s3_key.removesuffix(".zip")]["source"]
        assert source["packaging"] == "zip"
        return self.folder / source["path"]

    def state_machines(self) -> dict[str, dict[str, Any]]:
        """Rendered definitions of the state machines: `job` and `worker`."""
        return {
            {"Jobs": "job", "Work": "worker"}[name[:4]]: json.loads(render_definition(props["DefinitionString"]))
            for name, props in self.resources("StepFunctions::StateMachine").items()
        }

    def with_literal_definitions(self) -> dict[str, Any]:
        """The template with its definitions as literals: cfn-lint looks into no others."""
        copy = json.loads(json.dumps(self.template))
        for resource in copy["Resources"].values():
            if resource["Type"] == "AWS::StepFunctions::StateMachine":
                resource["Properties"]["DefinitionString"] = render_definition(
                    resource["Properties"]["DefinitionString"]
                )
        return copy

    def policy_statements(self, role: str) -> Iterator[Mapping[str, Any]]:
        """What the policies of a role (by the start of its logical id) allow."""
        for policy in self.resources("IAM::Policy").values():
            if any(reference["Ref"].startswith(role) for reference in policy["Roles"]):
                yield from policy["PolicyDocument"]["Statement"]


def render_definition(value: Any) -> str:
    """A definition as Step Functions gets it, with made-up names for what is only known when it is deployed."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return separator.join(render_definition(prefix) for prefix in parts)
    if "Ref" in value:
        return {"AWS::Partition": "aws"}.get(value["Ref"], value["Ref"])
    name, attribute = value["Fn::GetAtt"]
    return f"arn:aws:service:eu-west-1:123456789012:{name}" if attribute == "Arn" else name
