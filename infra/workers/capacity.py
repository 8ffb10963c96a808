"""Capacity for worker containers: VPC without ingress, ECS cluster, and capacity that scales to zero."""

from __future__ import annotations

from typing import Any

import jsii
from aws_cdk import Aws, Fn, Size, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.logs import log_group
from infra.settings import Flavour, StackSettings

# Name of the kind of capacity, its launch target for Step Functions, and further arguments of EcsRunTask.
LaunchTarget = tuple[str, tasks.IEcsLaunchTarget, dict[str, Any]]

# "To turn off price protection, specify a high value, such as 999999" (EC2 API, InstanceRequirements). Its defaults,
# 20 % above the cheapest type on demand, left g4dn.xlarge alone of the default types; the list of types is the limit.
NO_PRICE_PROTECTION = 999_999
# The managed policy of the infrastructure role may pass roles of this prefix only
# (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonECSInfrastructureRolePolicyForManagedInstances.html).
INSTANCE_ROLE_PREFIX = "ecsInstanceRole"
SUBNET_MASK = 18  # the same for any number of zones, so that a change of their number moves no subnet


@jsii.implements(tasks.IEcsLaunchTarget)
class ManagedInstances:
    """Launch target for ECS Managed Instances: both of CDK's own reject such a task definition (aws-cdk-lib 2.275)."""

    def __init__(self, provider: ecs.ManagedInstancesCapacityProvider) -> None:
        self._provider = provider

    def bind(
        self, task: tasks.EcsRunTask, *, task_definition: ecs.ITaskDefinition, cluster: ecs.ICluster | None = None
    ) -> tasks.EcsLaunchTargetConfig:
        """Return the parameters of RunTask that choose the capacity provider."""
        name = self._provider.capacity_provider_name
        return tasks.EcsLaunchTargetConfig(
            parameters={"CapacityProviderStrategy": [{"CapacityProvider": name, "Weight": 1}]}
        )


class Capacity(Construct):
    """VPC, cluster and capacity. `launch_targets` holds the kinds of capacity in the order of attempts."""

    def __init__(self, scope: Construct, id: str, settings: StackSettings) -> None:
        super().__init__(scope, id)
        self._vpc = self._build_vpc(settings.zones)
        self._security_group = ec2.SecurityGroup(
            self, "Group", vpc=self._vpc, allow_all_outbound=False, description="Workers: HTTPS out, nothing in"
        )
        self._security_group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "AWS APIs, ECR and S3")
        self.cluster = ecs.Cluster(
            self,
            "Cluster",
            vpc=self._vpc,
            # Its metrics are billed, for an empty cluster too, and its log group outlives the stack. Workers write what
            # alarms, dashboard and jobs need.
            container_insights_v2=ecs.ContainerInsights.DISABLED,
            enable_fargate_capacity_providers=settings.flavour is Flavour.CPU,
        )
        build = self._build_fargate if settings.flavour is Flavour.CPU else self._build_managed_instances
        self.launch_targets: list[LaunchTarget] = [
            *([build("Spot", settings)] if settings.spot else []),
            build("OnDemand", settings),
        ]

    def _build_vpc(self, zones: int) -> ec2.Vpc:
        """Build public subnets with gateway endpoints, which are free; a NAT gateway would cost money all the time."""
        service = ec2.GatewayVpcEndpointAwsService
        vpc = ec2.Vpc(
            self,
            "Vpc",
            availability_zones=[Fn.select(zone, Fn.get_azs()) for zone in range(zones)],
            nat_gateways=0,
            # Restricting it needs a custom resource. Nothing uses the default group; workers have their own.
            restrict_default_security_group=False,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="public",
                    subnet_type=ec2.SubnetType.PUBLIC,
                    map_public_ip_on_launch=True,
                    cidr_mask=SUBNET_MASK,
                )
            ],
            gateway_endpoints={
                "S3": ec2.GatewayVpcEndpointOptions(service=service.S3),
                "DynamoDb": ec2.GatewayVpcEndpointOptions(service=service.DYNAMODB),
            },
        )
        vpc.add_flow_log(
            "FlowLog",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(log_group(self, "FlowLogs")),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )
        return vpc

    def _build_managed_instances(self, name: str, settings: StackSettings) -> LaunchTarget:
        spot = name == "Spot"
        provider = ecs.ManagedInstancesCapacityProvider(
            self,
            name,
            subnets=self._vpc.public_subnets,
            security_groups=[self._security_group],
            capacity_option_type=ecs.CapacityOptionType.SPOT if spot else ecs.CapacityOptionType.ON_DEMAND,
            instance_requirements=ec2.InstanceRequirementsConfig(
                v_cpu_count_min=4,
                memory_min=Size.gibibytes(15),
                allowed_instance_types=list(settings.instance_types),
                accelerator_types=[ec2.AcceleratorType.GPU],
                accelerator_manufacturers=[ec2.AcceleratorManufacturer.NVIDIA],
                accelerator_count_min=1,
                accelerator_count_max=1,
                on_demand_max_price_percentage_over_lowest_price=NO_PRICE_PROTECTION,
                max_spot_price_as_percentage_of_optimal_on_demand_price=NO_PRICE_PROTECTION,
            ),
            task_volume_storage=Size.gibibytes(60),
            propagate_tags=ecs.PropagateManagedInstancesTags.CAPACITY_PROVIDER,
        )
        [resource] = [c for c in provider.node.find_all() if isinstance(c, ecs.CfnCapacityProvider)]
        # CDK's construct has neither property yet. Local NVMe storage, where there is any, holds images and models.
        resource.add_property_override(
            "ManagedInstancesProvider.InfrastructureOptimization.ScaleInAfter", settings.linger_seconds
        )
        resource.add_property_override(
            "ManagedInstancesProvider.InstanceLaunchTemplate.LocalStorageConfiguration.UseLocalStorage", True
        )
        self._name_instance_role(provider, name)
        self.cluster.add_managed_instances_capacity_provider(provider)
        return name, ManagedInstances(provider), {}

    def _name_instance_role(self, provider: ecs.ManagedInstancesCapacityProvider, kind: str) -> None:
        """Name the role and profile of the instances by stack and region: IAM names are unique in an account."""
        name = f"{INSTANCE_ROLE_PREFIX}-{Stack.of(self).stack_name}-{Aws.REGION}-{kind}"
        for construct in provider.node.find_all():
            if isinstance(construct, iam.CfnInstanceProfile):
                construct.instance_profile_name = name
            elif isinstance(construct, iam.CfnRole) and construct.node.path.endswith("/InstanceRole/Resource"):
                construct.role_name = name

    def _build_fargate(self, name: str, _: StackSettings) -> LaunchTarget:
        provider = "FARGATE_SPOT" if name == "Spot" else "FARGATE"
        strategy = ecs.CapacityProviderStrategy(capacity_provider=provider, weight=1)
        target = tasks.EcsFargateLaunchTarget(
            platform_version=ecs.FargatePlatformVersion.LATEST,
            capacity_provider_options=tasks.CapacityProviderOptions.custom([strategy]),
        )
        network_options = {
            "assign_public_ip": True,
            "security_groups": [self._security_group],
            "subnets": ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        }
        return name, target, network_options
