"""Fixed names of a template's resources: what their service has once only, whatever their logical ids are.

CloudFormation creates the new resources of an update before it deletes the old ones. Where a name stays and the logical
id changes, the service refuses the new resource, and the update is rolled back; of a policy of a queue or topic, the
deletion of the old one takes the new one with it.
"""

from __future__ import annotations

import json
from typing import Any

# Type → properties that together occur once: in the account and region, the API, the VPC, or the resource they belong
# to. A type without properties has no such name: its service accepts a second one. Where one of the properties is
# left out, CloudFormation makes the name of the logical id.
NAMES: dict[str, tuple[str, ...]] = {
    "AWS::ApiGateway::Account": (),  # a setting of the account and region, which a second one only writes again
    "AWS::ApiGateway::Authorizer": ("RestApiId", "Name"),
    "AWS::ApiGateway::Deployment": (),
    "AWS::ApiGateway::GatewayResponse": ("RestApiId", "ResponseType"),
    "AWS::ApiGateway::Method": ("RestApiId", "ResourceId", "HttpMethod"),
    "AWS::ApiGateway::Resource": ("RestApiId", "ParentId", "PathPart"),
    "AWS::ApiGateway::RestApi": (),
    "AWS::ApiGateway::Stage": ("RestApiId", "StageName"),
    "AWS::CloudWatch::Alarm": ("AlarmName",),
    "AWS::CloudWatch::Dashboard": ("DashboardName",),
    "AWS::DynamoDB::GlobalTable": ("TableName",),
    "AWS::EC2::FlowLog": ("ResourceId", "LogGroupName"),
    "AWS::EC2::InternetGateway": (),
    "AWS::EC2::Route": ("RouteTableId", "DestinationCidrBlock"),
    "AWS::EC2::RouteTable": (),
    "AWS::EC2::SecurityGroup": ("VpcId", "GroupName"),
    "AWS::EC2::Subnet": ("VpcId", "CidrBlock"),
    "AWS::EC2::SubnetRouteTableAssociation": ("SubnetId",),
    "AWS::EC2::VPC": (),
    "AWS::EC2::VPCEndpoint": ("VpcId", "ServiceName"),
    "AWS::EC2::VPCGatewayAttachment": ("VpcId",),
    "AWS::ECS::CapacityProvider": ("Name",),
    "AWS::ECS::Cluster": ("ClusterName",),
    "AWS::ECS::ClusterCapacityProviderAssociations": ("Cluster",),
    "AWS::ECS::TaskDefinition": (),
    "AWS::Events::EventBus": ("Name",),
    "AWS::Events::Rule": ("Name",),
    "AWS::IAM::InstanceProfile": ("InstanceProfileName",),
    "AWS::IAM::Policy": ("PolicyName", "Roles"),
    "AWS::IAM::Role": ("RoleName",),
    "AWS::Lambda::EventInvokeConfig": ("FunctionName", "Qualifier"),
    "AWS::Lambda::EventSourceMapping": ("FunctionName", "EventSourceArn"),
    "AWS::Lambda::Function": ("FunctionName",),
    "AWS::Lambda::LayerVersion": (),
    "AWS::Lambda::Permission": (),
    "AWS::Logs::LogGroup": ("LogGroupName",),
    "AWS::S3::Bucket": ("BucketName",),
    "AWS::S3::BucketPolicy": ("Bucket",),
    "AWS::SNS::Subscription": (),  # a second one of the same address is the first one
    "AWS::SNS::Topic": ("TopicName",),
    "AWS::SNS::TopicPolicy": ("Topics",),
    "AWS::SQS::Queue": ("QueueName",),
    "AWS::SQS::QueuePolicy": ("Queues",),
    "AWS::Scheduler::Schedule": ("Name",),
    "AWS::StepFunctions::StateMachine": ("StateMachineName",),
    "AWS::WAFv2::WebACL": ("Name", "Scope"),
    "AWS::WAFv2::WebACLAssociation": ("ResourceArn",),
}


def fixed_names(template: dict[str, Any]) -> dict[str, str]:
    """Return the logical id of each resource that has a fixed name, by type and name.

    Raises:
        KeyError: `NAMES` lacks a type of the template.
    """
    found = {}
    for logical_id, resource in template["Resources"].items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        name = [properties.get(each) for each in NAMES[kind]]
        if name and None not in name:
            found[f"{kind} {json.dumps(name)}"] = logical_id
    return found


def moved_names(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return the fixed names that another logical id has than before."""
    return sorted(name for name, logical_id in before.items() if after.get(name, logical_id) != logical_id)
