"""A synthesized stack, and questions about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Resource = dict[str, Any]


@dataclass(frozen=True)
class Assembly:
    """A cloud assembly on disk, and questions about its template."""

    folder: Path
    template: dict[str, Any]

    @classmethod
    def load(cls, folder: Path) -> Assembly:
        return cls(folder, json.loads((folder / "Earshot.template.json").read_text()))

    def of(self, kind: str) -> dict[str, Resource]:
        """Properties by logical id, of all resources of a type given without `AWS::`."""
        resources = self.template["Resources"].items()
        return {name: r.get("Properties", {}) for name, r in resources if r["Type"] == f"AWS::{kind}"}

    def one(self, kind: str, part: str = "") -> tuple[str, Resource]:
        """The only one whose logical id starts with `part`."""
        [found] = [(name, props) for name, props in self.of(kind).items() if name.startswith(part)]
        return found

    def functions(self) -> dict[str, Resource]:
        """Lambda functions by the name of their folder."""
        return {props["Handler"].split(".")[-3:][0]: props for props in self.of("Lambda::Function").values()}

    def machines(self) -> dict[str, dict[str, Any]]:
        """Rendered definitions of the state machines: `job` and `worker`."""
        return {
            {"Jobs": "job", "Work": "worker"}[name[:4]]: json.loads(render(props["DefinitionString"]))
            for name, props in self.of("StepFunctions::StateMachine").items()
        }

    def rendered(self) -> dict[str, Any]:
        """The template with its definitions as literals: cfn-lint looks into no others."""
        copy = json.loads(json.dumps(self.template))
        for resource in copy["Resources"].values():
            if resource["Type"] == "AWS::StepFunctions::StateMachine":
                resource["Properties"]["DefinitionString"] = render(resource["Properties"]["DefinitionString"])
        return copy

    def statements(self, role: str) -> Iterator[Mapping[str, Any]]:
        """What the policies of a role (by the start of its logical id) allow."""
        for policy in self.of("IAM::Policy").values():
            if any(reference["Ref"].startswith(role) for reference in policy["Roles"]):
                yield from policy["PolicyDocument"]["Statement"]


def render(value: Any) -> str:
    """A definition as Step Functions gets it, with made-up names for what is only known when it is deployed."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return separator.join(render(part) for part in parts)
    if "Ref" in value:
        return {"AWS::Partition": "aws"}.get(value["Ref"], value["Ref"])
    name, attribute = value["Fn::GetAtt"]
    return f"arn:aws:service:eu-west-1:123456789012:{name}" if attribute == "Arn" else name
