"""Assembly: a synthesized stack on disk, and queries of its template."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra import ROOT

Resource = dict[str, Any]

# Names of the folders that hold a Lambda function's handler.
HANDLERS = sorted(path.parent.name for path in (ROOT / "functions" / "handlers").glob("*/handler.py"))


@dataclass(frozen=True)
class Assembly:
    """A cloud assembly on disk. Resource types are written without `AWS::`."""

    folder: Path
    template: dict[str, Any]

    @classmethod
    def load(cls, folder: Path) -> Assembly:
        [template] = folder.glob("*.template.json")  # named after the deployment
        return cls(folder, json.loads(template.read_text()))

    def resources(self, resource_type: str) -> dict[str, Resource]:
        """Return the properties of all resources of a type by logical id."""
        resources = self.template["Resources"].items()
        return {name: r.get("Properties", {}) for name, r in resources if r["Type"] == f"AWS::{resource_type}"}

    def resource(self, resource_type: str, prefix: str = "") -> tuple[str, Resource]:
        """Return logical id and properties of the only resource of a type whose id starts with `prefix`."""
        [found] = [(name, props) for name, props in self.resources(resource_type).items() if name.startswith(prefix)]
        return found

    def functions(self) -> dict[str, Resource]:
        """Return the properties of the Lambda functions of functions/ by the name of their handler's folder."""
        of_zip = [props for props in self.resources("Lambda::Function").values() if "Handler" in props]
        return {props["Handler"].split(".")[-3:][0]: props for props in of_zip}

    def zip_asset(self, s3_key: str) -> Path:
        """Return the folder that is published, as a zip, under the key that the template names."""
        files = json.loads((self.folder / "Earshot.assets.json").read_text())["files"]
        source = files[s3_key.removesuffix(".zip")]["source"]
        assert source["packaging"] == "zip"
        return self.folder / source["path"]

    def state_machines(self) -> dict[str, dict[str, Any]]:
        """Return the definitions of the state machines `job` and `worker`."""
        return {
            {"Jobs": "job", "Work": "worker"}[name[:4]]: json.loads(render_definition(props["DefinitionString"]))
            for name, props in self.resources("StepFunctions::StateMachine").items()
        }

    def with_literal_definitions(self) -> dict[str, Any]:
        """Return the template with state machine definitions as literals: cfn-lint checks no others."""
        copy = json.loads(json.dumps(self.template))
        for resource in copy["Resources"].values():
            if resource["Type"] == "AWS::StepFunctions::StateMachine":
                resource["Properties"]["DefinitionString"] = render_definition(
                    resource["Properties"]["DefinitionString"]
                )
        return copy

    def policy_statements(self, role: str) -> Iterator[Mapping[str, Any]]:
        """Yield the policy statements of the role whose logical id starts with `role`."""
        for policy in self.resources("IAM::Policy").values():
            if any(reference["Ref"].startswith(role) for reference in policy["Roles"]):
                yield from policy["PolicyDocument"]["Statement"]


def render_definition(value: Any) -> str:
    """Return a definition as Step Functions receives it, with invented ARNs and names of deployed resources."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return separator.join(render_definition(part) for part in parts)
    if "Ref" in value:
        return {"AWS::Partition": "aws"}.get(value["Ref"], value["Ref"])
    name, attribute = value["Fn::GetAtt"]
    return f"arn:aws:service:eu-west-1:123456789012:{name}" if attribute == "Arn" else name


def second(synthesized: Callable[..., Assembly]) -> Assembly:
    """Return another deployment, with two settings that are not the default."""
    return synthesized(
        name="second", cors_origins="https://a.example,https://b.example", uploads_days="90", keep_audio_days="9"
    )
