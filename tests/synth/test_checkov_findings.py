"""The report of `make template-checks` about checkov's findings; checkov itself is not in this environment."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.synth.checkov_findings import differences, findings, skipped

FAILED = [
    {"check_id": "CKV_AWS_65", "check_name": "Ensure container insights", "resource": "AWS::ECS::Cluster.Cluster"},
    {"check_id": "CKV_AWS_1", "check_name": "Ensure nothing", "resource": "AWS::S3::Bucket.New"},
]


def test_new_finding_and_blind_skip_are_named() -> None:
    found = {"CKV_AWS_65": {"Cluster: insights"}, "CKV_AWS_1": {"New: nothing"}}
    assert differences(found, ["CKV_AWS_65", "CKV_AWS_2"]) == [
        "CKV_AWS_1 New: nothing",
        "CKV_AWS_2 is skipped, and nothing needs it",
    ]
    assert differences({"CKV_AWS_65": {"Cluster: insights"}}, ["CKV_AWS_65"]) == []


def test_report_of_checkov_is_read_by_check(tmp_path: Path) -> None:
    report = {"summary": {"resource_count": 243}, "results": {"failed_checks": FAILED}}
    printed = tmp_path / "report.json"
    printed.write_text(json.dumps(report))
    command = [sys.executable, "-c", f"print(open({str(printed)!r}).read())"]
    assert findings(command, ["any.json"]) == {
        "CKV_AWS_65": {"AWS::ECS::Cluster.Cluster: Ensure container insights"},
        "CKV_AWS_1": {"AWS::S3::Bucket.New: Ensure nothing"},
    }


def test_skips_are_read_from_the_configuration() -> None:
    assert len(skipped()) == len(set(skipped())) > 10
