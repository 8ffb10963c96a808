"""The REST API: every path to one function, and the gateway's own refusals in Deepgram's words."""

from __future__ import annotations

import json

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from earshot_contract.keys import manifest_key
from functions.handlers.api.router import ROUTES
from infra.firewall import Firewall
from infra.gateway_responses import REFUSALS
from infra.job_machine import Jobs
from infra.lambda_functions import Functions
from infra.logs import log_group
from infra.settings import Parameters, Settings
from infra.storage import Storage

GATEWAY_SECONDS = 29  # a REST API waits no longer for its integration
WAIT_SECONDS = 25  # how long `listen` waits for a job before it answers with a redirect
METHODS: dict[str, list[str]] = {}  # path → methods
for _method, _path in ROUTES:
    METHODS.setdefault(_path.removeprefix("/"), []).append(_method)
OPEN = frozenset(path.removeprefix("/") for (_, path), route in ROUTES.items() if route.public)  # no key needed
ACCESS_LOG = {
    "requestId": "$context.requestId",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "latency": "$context.responseLatency",
    "caller": "$context.authorizer.principalId",
    "error": "$context.error.responseType",
}


class Api(Construct):
    """`rest`, whose stage is called v1: SDKs that drop a path prefix still find `/v1/listen` at the root."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        settings: Settings,
        parameters: Parameters,
        *,
        functions: Functions,
        storage: Storage,
        bus: events.EventBus,
        jobs: Jobs,
    ) -> None:
        super().__init__(scope, id)
        self._functions, self._storage = functions, storage
        self.listen = self._build_listen(settings, parameters, bus, jobs)
        self.rest = self._build_rest(settings)
        self._build_methods(self._build_authorizer(parameters))
        self._build_refusals()
        if settings.public:
            Firewall(self, "Firewall", settings, stage=self.rest.deployment_stage)

    @property
    def url(self) -> str:
        """The host's root, without `/v1`."""
        stack = self.rest.stack
        return f"https://{self.rest.rest_api_id}.execute-api.{stack.region}.{stack.url_suffix}"

    def _build_listen(
        self, settings: Settings, parameters: Parameters, bus: events.EventBus, jobs: Jobs
    ) -> lambda_.Function:
        storage = self._storage
        listen = self._functions.add(
            "api",
            {
                "TABLE": storage.table.table_name,
                "UPLOADS_BUCKET": storage.uploads.bucket_name,
                "TRANSCRIPTS_BUCKET": storage.transcripts.bucket_name,
                "MODELS_BUCKET": storage.models.bucket_name,
                "BUS": bus.event_bus_name,
                "JOB_MACHINE_ARN": jobs.machine.state_machine_arn,
                "DEFAULT_MODEL": parameters.default_model,
                "WAIT_SECONDS": str(WAIT_SECONDS),
                "RETENTION_DAYS": str(settings.retention_days),
                "ALLOW_PRIVATE_URLS": parameters.allow_private_urls,
            },
            timeout=Duration.seconds(GATEWAY_SECONDS),
            id="Listen",  # in AWS it keeps the name of its first route
            memory=1024,  # also its share of a processor: bodies of 6 MB are decoded and hashed
        )
        storage.allow_rows(listen, "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")
        for prefix in ("jobs/*", "uploads/*"):
            storage.allow_objects(listen, storage.transcripts, prefix, "GetObject", "DeleteObject")
        storage.allow_objects(listen, storage.transcripts, "work/*", "GetObject", "DeleteObject", "PutObject")
        storage.allow_objects(listen, storage.models, manifest_key("*"), "GetObject")
        for bucket in (storage.transcripts, storage.models):
            storage.allow_listing(listen, bucket)
        bus.grant_put_events_to(listen)
        jobs.machine.grant_start_execution(listen)
        jobs.machine.grant_execution(listen, "states:StopExecution")
        return listen

    def _build_rest(self, settings: Settings) -> apigateway.RestApi:
        rest = apigateway.RestApi(
            self,
            "Rest",
            description="Earshot: hosted Whisper",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            binary_media_types=["*/*"],  # audio comes under any Content-Type, or none
            cloud_watch_role=True,  # an account that never logged an API refuses a stage with access logs
            deploy_options=apigateway.StageOptions(
                stage_name="v1",
                tracing_enabled=True,
                metrics_enabled=True,
                throttling_rate_limit=settings.api_rate,
                throttling_burst_limit=settings.api_burst,
                access_log_destination=apigateway.LogGroupLogDestination(log_group(self, "AccessLogs")),
                access_log_format=apigateway.AccessLogFormat.custom(json.dumps(ACCESS_LOG)),
            ),
        )
        rest.node.try_remove_child("Endpoint")  # CDK's own output, with the stage: ours is ApiUrl
        return rest

    def _build_authorizer(self, parameters: Parameters) -> apigateway.IAuthorizer:
        authorize = self._functions.add(
            "authorize",
            {"TABLE": self._storage.table.table_name, "PUBLIC_ACCESS": parameters.public_access},
            timeout=Duration.seconds(10),
        )
        self._storage.allow_rows(authorize, "GetItem")
        # Without an identity source the gateway asks it also about requests that bring no key at all, which
        # public access lets in; and a key that was taken back is refused at once.
        return apigateway.RequestAuthorizer(
            self, "Authorizer", handler=authorize, identity_sources=[], results_cache_ttl=Duration.seconds(0)
        )

    def _build_methods(self, authorizer: apigateway.IAuthorizer) -> None:
        integration = apigateway.LambdaIntegration(
            self.listen,
            timeout=Duration.seconds(GATEWAY_SECONDS),
            scope_permission_to_method=False,
        )
        for path, methods in METHODS.items():
            resource = self.rest.root.resource_for_path(path)
            for method in methods:
                if path in OPEN:
                    resource.add_method(method, integration)
                else:
                    resource.add_method(method, integration, authorizer=authorizer)

    def _build_refusals(self) -> None:
        for refusal in REFUSALS:
            self.rest.add_gateway_response(
                refusal.name,
                type=refusal.type,
                status_code=refusal.status,
                response_headers={name: f"'{value}'" for name, value in refusal.headers.items()},
                templates={"application/json": refusal.template},
            )
