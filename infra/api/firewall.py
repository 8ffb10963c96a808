"""AWS WAF for public mode: a rate limit by IP address, and AWS's IP reputation list."""

from __future__ import annotations

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from infra.settings import StackSettings

_Acl = waf.CfnWebACL


class Firewall(Construct):
    """Web ACL in front of the API's stage.

    AWS's common rule set is left out: it blocks bodies over 8 KB, and audio is larger.
    """

    def __init__(self, scope: Construct, id: str, settings: StackSettings, *, stage: apigateway.Stage) -> None:
        super().__init__(scope, id)
        rate = _Acl.RateBasedStatementProperty(
            limit=settings.requests_a_minute, evaluation_window_sec=60, aggregate_key_type="IP"
        )
        reputation = _Acl.ManagedRuleGroupStatementProperty(
            vendor_name="AWS", name="AWSManagedRulesAmazonIpReputationList"
        )
        acl = _Acl(
            self,
            "Acl",
            scope="REGIONAL",
            default_action=_Acl.DefaultActionProperty(allow={}),
            visibility_config=_visibility_config("Api"),
            rules=[
                _Acl.RuleProperty(
                    name="Rate",
                    priority=0,
                    action=_Acl.RuleActionProperty(block={}),
                    statement=_Acl.StatementProperty(rate_based_statement=rate),
                    visibility_config=_visibility_config("Rate"),
                ),
                _Acl.RuleProperty(
                    name="Reputation",
                    priority=1,
                    override_action=_Acl.OverrideActionProperty(none={}),
                    statement=_Acl.StatementProperty(managed_rule_group_statement=reputation),
                    visibility_config=_visibility_config("Reputation"),
                ),
            ],
        )
        waf.CfnWebACLAssociation(self, "Association", resource_arn=stage.stage_arn, web_acl_arn=acl.attr_arn)


def _visibility_config(name: str) -> _Acl.VisibilityConfigProperty:
    return _Acl.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
    )
