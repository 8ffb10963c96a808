"""S3 buckets and the DynamoDB table, and grants on them."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from earshot_contract.keys import JOBS_PREFIX, LISTING_INDEX, OWNER_INDEX, UPLOADS_PREFIX, WAITING_INDEX, WORK_PREFIX
from infra.settings import StackSettings

# `RetainExceptOnCreate`: kept when the stack is deleted or replaces them, but not when the creation that made them
# fails: a first deployment that is rolled back leaves nothing behind
# (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html).
KEPT = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE

CORS_SECONDS = 3600  # for which a browser remembers a preflight of S3


class Storage(Construct):
    """Buckets for uploads, transcripts, models and access logs, and the table; all are kept when the stack is deleted.

    Grants name exact operations on exact key prefixes.
    """

    def __init__(self, scope: Construct, id: str, settings: StackSettings) -> None:
        super().__init__(scope, id)
        self._access_logs = s3.Bucket(
            self,
            "AccessLogs",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(settings.retention_days))],
            removal_policy=KEPT,
        )
        self.uploads = self._build_uploads(settings)
        self.transcripts = self._build_transcripts(settings)
        self.models = self._build_bucket("Models", [])
        self.table = self._build_table()

    def grant_table(self, grantee: iam.IGrantable, *operations: str) -> None:
        """Allow `operations` such as `GetItem` on the table's items."""
        actions = [f"dynamodb:{operation}" for operation in operations]
        iam.Grant.add_to_principal(grantee=grantee, actions=actions, resource_arns=[self.table.table_arn])

    def grant_query(self, grantee: iam.IGrantable, *indexes: str) -> None:
        """Allow Query on indexes of the table."""
        arns = [f"{self.table.table_arn}/index/{index}" for index in indexes]
        iam.Grant.add_to_principal(grantee=grantee, actions=["dynamodb:Query"], resource_arns=arns)

    def grant_objects(self, grantee: iam.IGrantable, bucket: s3.Bucket, prefix: str, *operations: str) -> None:
        """Allow `operations` such as `GetObject` on objects whose keys match `prefix`, which ends in `*`."""
        iam.Grant.add_to_principal(
            grantee=grantee,
            actions=[f"s3:{operation}" for operation in operations],
            resource_arns=[bucket.arn_for_objects(prefix)],
        )

    def grant_list(self, grantee: iam.IGrantable, bucket: s3.Bucket) -> None:
        """Allow ListBucket. Without this S3 returns 403 instead of 404 for a key that does not exist."""
        iam.Grant.add_to_principal(grantee=grantee, actions=["s3:ListBucket"], resource_arns=[bucket.bucket_arn])

    def _build_bucket(self, name: str, rules: list[s3.LifecycleRule], *, versioned: bool = False) -> s3.Bucket:
        abandoned = s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1))
        return s3.Bucket(
            self,
            name,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            server_access_logs_bucket=self._access_logs,
            server_access_logs_prefix=f"{name.lower()}/",
            versioned=versioned,
            lifecycle_rules=[*rules, abandoned],
            removal_policy=KEPT,
        )

    def _build_uploads(self, settings: StackSettings) -> s3.Bucket:
        """Build a versioned bucket: a job transcribes the version it was started for, also after an overwrite."""
        # A deleted object leaves a marker, which is billed and listed for ever where no rule removes it.
        old = s3.LifecycleRule(noncurrent_version_expiration=Duration.days(7), expired_object_delete_marker=True)
        bucket = self._build_bucket("Uploads", [old, *_expiry(settings)], versioned=True)
        # CDK's `event_bridge_enabled` would add a custom resource with a function of its own for this flag.
        _allow_reading(bucket)
        resource = bucket.node.default_child
        assert isinstance(resource, s3.CfnBucket)
        resource.add_property_override(
            "NotificationConfiguration.EventBridgeConfiguration", {"EventBridgeEnabled": True}
        )
        return bucket

    def _build_transcripts(self, settings: StackSettings) -> s3.Bucket:
        bucket = self._build_bucket(
            "Transcripts",
            [
                s3.LifecycleRule(prefix=WORK_PREFIX, expiration=Duration.days(settings.keep_audio_days)),
                s3.LifecycleRule(prefix=JOBS_PREFIX, expiration=Duration.days(settings.retention_days)),
                *_expiry(settings, UPLOADS_PREFIX),
            ],
        )
        # Browsers PUT large audio directly into this bucket, by a presigned URL under work/.
        bucket.add_cors_rule(
            allowed_methods=[s3.HttpMethods.PUT],
            allowed_origins=list(settings.cors_origins),
            allowed_headers=["*"],
            max_age=CORS_SECONDS,
        )
        _allow_reading(bucket)
        return bucket

    def allow_uploads_from(self, origin: str) -> None:
        """Let pages of an origin PUT to presigned URLs, beside those of the setting `cors_origins`."""
        self.transcripts.add_cors_rule(
            allowed_methods=[s3.HttpMethods.PUT],
            allowed_origins=[origin],
            allowed_headers=["*"],
            max_age=CORS_SECONDS,
        )

    def _build_table(self) -> dynamodb.TableV2:
        text = dynamodb.AttributeType.STRING
        return dynamodb.TableV2(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="pk", type=text),
            global_secondary_indexes=[
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name=index,
                    partition_key=dynamodb.Attribute(name=partition, type=text),
                    sort_key=dynamodb.Attribute(name="created", type=text),
                )
                for index, partition in ((LISTING_INDEX, "day"), (OWNER_INDEX, "owner"))
            ]
            + [
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name=WAITING_INDEX,
                    partition_key=dynamodb.Attribute(name="waiting", type=text),
                    sort_key=dynamodb.Attribute(name="created", type=text),
                    projection_type=dynamodb.ProjectionType.KEYS_ONLY,  # its keys are counted, not read
                )
            ],
            billing=dynamodb.Billing.on_demand(),
            time_to_live_attribute="ttl",
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            removal_policy=KEPT,
        )


def _allow_reading(bucket: s3.Bucket) -> None:
    """Let pages GET what a presigned URL names: large answers, and audio for a player, which reads ranges.

    After a redirect from another origin a page's origin is "null", so that every origin is allowed: the URL itself is
    the permission.
    """
    bucket.add_cors_rule(
        allowed_methods=[s3.HttpMethods.GET, s3.HttpMethods.HEAD],
        allowed_origins=["*"],
        allowed_headers=["*"],
        exposed_headers=["Content-Length", "Content-Range", "ETag"],
        max_age=CORS_SECONDS,
    )


def _expiry(settings: StackSettings, prefix: str | None = None) -> list[s3.LifecycleRule]:
    """Return the rule that deletes uploads or their results after `uploads_days`; none for 0."""
    if not settings.uploads_days:
        return []
    return [s3.LifecycleRule(prefix=prefix, expiration=Duration.days(settings.uploads_days))]
