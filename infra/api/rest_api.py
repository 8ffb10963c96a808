"""The REST API: all routes invoke one function; gateway responses cover errors of API Gateway itself."""

from __future__ import annotations

import json

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from earshot_contract.keys import (
    JOBS_PREFIX,
    LISTING_INDEX,
    OWNER_INDEX,
    UPLOADS_PREFIX,
    WAITING_INDEX,
    WORK_PREFIX,
    edits_key,
    manifest_key,
)
from earshot_contract.timeouts import GATEWAY_SECONDS, REQUEST_WAIT_SECONDS
from functions.handlers.api.cors import EVERY_ORIGIN, EXPOSED_HEADERS
from functions.handlers.api.request import PROXY_PATH
from functions.handlers.api.router import ROUTES
from infra.api.firewall import Firewall
from infra.api.gateway_responses import GATEWAY_RESPONSES
from infra.foundation import Foundation
from infra.jobs.job_machine import JobMachine
from infra.logs import log_group
from infra.settings import ALLOW_PRIVATE_URLS

METHODS: dict[str, list[str]] = {}  # path → methods
for _method, _path in ROUTES:
    METHODS.setdefault(_path.removeprefix("/"), []).append(_method)
# No API key needed, as at Deepgram.
PUBLIC_PATHS = frozenset(path.removeprefix("/") for (_, path), route in ROUTES.items() if route.public)
# Wrong paths need no key, and scanners try thousands: a person who mistypes sends a few a minute. Each method has the
# limit for itself, because API Gateway takes none for ANY.
PROXY_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
ROOT_METHODS = ("DELETE", "PATCH", "POST", "PUT")  # of those that root, where the page is, answers with 405
PROXY_RATE, PROXY_BURST = 5, 20  # requests a second, and at once
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
    """REST API, its function and its authorizer.

    The stage is called v1, so that `/v1/listen` is at the root of the host: some SDKs drop a path prefix.
    """

    def __init__(self, scope: Construct, id: str, base: Foundation, *, job_machine: JobMachine) -> None:
        super().__init__(scope, id)
        self._base = base
        self.function = self._build_function(job_machine)
        self.rest = self._build_rest()
        self._build_methods(self._build_authorizer())
        self._build_gateway_responses()
        if EVERY_ORIGIN not in base.settings.cors_origins:
            base.storage.allow_uploads_from(self.url)  # the web page's own origin
        if base.settings.public:
            Firewall(self, "Firewall", base.settings, stage=self.rest.deployment_stage)

    @property
    def url(self) -> str:
        """URL of the host's root, without `/v1`."""
        stack = self.rest.stack
        return f"https://{self.rest.rest_api_id}.execute-api.{stack.region}.{stack.url_suffix}"

    def _build_function(self, job_machine: JobMachine) -> lambda_.Function:
        settings, storage, bus = self._base.settings, self._base.storage, self._base.bus
        function = self._base.functions.add(
            "api",
            {
                "TABLE": storage.table.table_name,
                "UPLOADS_BUCKET": storage.uploads.bucket_name,
                "TRANSCRIPTS_BUCKET": storage.transcripts.bucket_name,
                "MODELS_BUCKET": storage.models.bucket_name,
                "BUS": bus.event_bus_name,
                "JOB_MACHINE_ARN": job_machine.state_machine.state_machine_arn,
                "DEFAULT_MODEL": settings.default_model,
                "MAX_WORKERS": str(settings.max_workers),  # GET /v1/workers looks at as many slots
                "QUICK_WORKERS": str(settings.quick_workers),
                "WAIT_SECONDS": str(REQUEST_WAIT_SECONDS),
                "MAX_WAITING_JOBS": str(settings.max_waiting_jobs),
                "RETENTION_DAYS": str(settings.retention_days),
                "KEEP_AUDIO_DAYS": str(settings.keep_audio_days),
                "CORS_ORIGINS": ",".join(settings.cors_origins),
                "ALLOW_PRIVATE_URLS": ALLOW_PRIVATE_URLS,
            },
            timeout=Duration.seconds(GATEWAY_SECONDS),
            id="Listen",  # the construct id is older than the folder's name and must not change
            memory=1024,  # CPU grows with memory: bodies of 6 MB are decoded and hashed
        )
        storage.grant_table(function, "GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem")
        storage.grant_query(function, LISTING_INDEX, OWNER_INDEX, WAITING_INDEX)
        for prefix in (f"{JOBS_PREFIX}*", f"{UPLOADS_PREFIX}*"):
            storage.grant_objects(function, storage.transcripts, prefix, "GetObject", "DeleteObject")
        storage.grant_objects(function, storage.transcripts, edits_key("*", "*"), "PutObject")
        work_operations = ("GetObject", "DeleteObject", "PutObject", "ListMultipartUploadParts")
        storage.grant_objects(function, storage.transcripts, f"{WORK_PREFIX}*", *work_operations)
        # The version that an s3:// URL names now, and for the player the version that was transcribed.
        storage.grant_objects(function, storage.uploads, "*", "GetObject", "GetObjectVersion")
        storage.grant_objects(function, storage.models, manifest_key("*"), "GetObject")
        for bucket in (storage.uploads, storage.transcripts, storage.models):
            storage.grant_list(function, bucket)
        bus.grant_put_events_to(function)
        job_machine.state_machine.grant_start_execution(function)
        job_machine.state_machine.grant_execution(function, "states:StopExecution")
        return function

    def _build_rest(self) -> apigateway.RestApi:
        settings = self._base.settings
        rest = apigateway.RestApi(
            self,
            "Rest",
            # CloudWatch adds up the metrics of all APIs of a name: an alarm would count another deployment's errors.
            rest_api_name=Stack.of(self).stack_name,
            description="Earshot: hosted Whisper",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            binary_media_types=["*/*"],  # audio is sent with any Content-Type, or none
            # The account has one such role for all its APIs, and goes on naming this one: deleted, also by the
            # rollback of a first deployment, it would end the access logs of every other API.
            cloud_watch_role_removal_policy=RemovalPolicy.RETAIN,
            cloud_watch_role=True,  # without the account's logging role API Gateway rejects a stage with access logs
            deploy_options=apigateway.StageOptions(
                stage_name="v1",
                tracing_enabled=True,
                # The API's own metrics are free; those of each method are billed, five of them
                # (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html).
                metrics_enabled=False,
                throttling_rate_limit=settings.api_rate,
                throttling_burst_limit=settings.api_burst,
                method_options={
                    path: apigateway.MethodDeploymentOptions(
                        metrics_enabled=False, throttling_rate_limit=PROXY_RATE, throttling_burst_limit=PROXY_BURST
                    )
                    for path in (
                        *(f"/{PROXY_PATH}/{method}" for method in PROXY_METHODS),
                        *(f"//{method}" for method in ROOT_METHODS),
                    )
                },
                access_log_destination=apigateway.LogGroupLogDestination(log_group(self, "AccessLogs")),
                access_log_format=apigateway.AccessLogFormat.custom(json.dumps(ACCESS_LOG)),
            ),
        )
        # CDK's own output, which includes the stage; this stack's output is ApiUrl.
        rest.node.try_remove_child("Endpoint")
        return rest

    def _build_authorizer(self) -> apigateway.IAuthorizer:
        storage = self._base.storage
        authorize = self._base.functions.add(
            "authorize",
            {"TABLE": storage.table.table_name, "PUBLIC_ACCESS": str(self._base.settings.public).lower()},
            timeout=Duration.seconds(10),
        )
        storage.grant_table(authorize, "GetItem", "UpdateItem")  # when a key was used last
        # Without an identity source API Gateway also calls the authorizer for requests without a key, which public
        # access accepts. Without a cache a revoked key is rejected at once.
        return apigateway.RequestAuthorizer(
            self, "Authorizer", handler=authorize, identity_sources=[], results_cache_ttl=Duration.seconds(0)
        )

    def _build_methods(self, authorizer: apigateway.IAuthorizer) -> None:
        integration = apigateway.LambdaIntegration(
            self.function,
            timeout=Duration.seconds(GATEWAY_SECONDS),
            scope_permission_to_method=False,
        )
        for path, methods in METHODS.items():
            resource = self.rest.root.resource_for_path(path)
            for method in [*methods, *(["HEAD"] if "GET" in methods else [])]:
                if path in PUBLIC_PATHS:
                    resource.add_method(method, integration)
                else:
                    resource.add_method(method, integration, authorizer=authorizer)
            # A browser asks without a key whether a page of another origin may send one. The function answers: API
            # Gateway's mock integration reads a preflight's empty body as binary here, and fails.
            resource.add_method("OPTIONS", integration)
        # Other paths, and methods that a path lacks: API Gateway looks here for both. The function answers with the
        # route that was probably meant. A proxy resource does not match the root's path.
        self.rest.root.add_resource(PROXY_PATH).add_method("ANY", integration)
        self.rest.root.add_method("ANY", integration)

    def _build_gateway_responses(self) -> None:
        # Errors of the gateway itself, so that a page reads a refusal instead of "failed to fetch". A mapping cannot
        # choose from a list: with one, it repeats the caller's origin. These answers hold nothing that is secret.
        every = EVERY_ORIGIN in self._base.settings.cors_origins
        cors = {
            "Access-Control-Allow-Origin": f"'{EVERY_ORIGIN}'" if every else "method.request.header.Origin",
            "Access-Control-Expose-Headers": f"'{EXPOSED_HEADERS}'",
        }
        for response in GATEWAY_RESPONSES:
            self.rest.add_gateway_response(
                response.name,
                type=apigateway.ResponseType.of(response.type),
                status_code=response.status,
                response_headers=cors | {name: f"'{value}'" for name, value in response.headers.items()},
                templates={"application/json": response.template},
            )
