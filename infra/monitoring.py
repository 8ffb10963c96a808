"""CloudWatch alarms and dashboard."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.observability import EVERY_FUNCTION
from infra.api.rest_api import Api
from infra.foundation import Foundation
from infra.jobs.job_machine import JobMachine
from infra.workers.worker_machine import WorkerMachine

MINUTE, FIVE_MINUTES, HOUR = Duration.minutes(1), Duration.minutes(5), Duration.hours(1)
MAX_FAILURES = 3  # within an hour; a job counts one, a launch two (functions.observability.count_failure)
GUIDE = "docs/how-to/answer-an-alarm.md"  # has a section for each alarm, under the alarm's name


class Monitoring(Construct):
    """Alarms, the SNS topic they notify (and `alarm_email`, if set), and a dashboard if it is turned on."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        base: Foundation,
        *,
        api: Api,
        job_machine: JobMachine,
        worker_machine: WorkerMachine,
        undelivered: sqs.Queue,
    ) -> None:
        super().__init__(scope, id)
        self.topic = sns.Topic(self, "Topic", enforce_ssl=True)
        # The policy that requires TLS replaces the topic's default policy, which allowed CloudWatch to publish.
        this_account = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        self.topic.grant_publish(iam.ServicePrincipal("cloudwatch.amazonaws.com", conditions=this_account))
        if base.settings.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(base.settings.alarm_email))
        self._base, self._rest = base, api.rest
        self._jobs, self._workers = job_machine.state_machine, worker_machine.state_machine
        self.alarms: list[cloudwatch.Alarm] = []
        self._build_queue_alarms(undelivered)
        self._build_failure_alarms()
        if base.settings.dashboard:
            self._build_dashboard()

    def _alarm(
        self, name: str, metric: cloudwatch.IMetric, threshold: float, description: str, *, periods: int = 1
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=f"{description} {GUIDE}#{name.lower()}",
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        self.alarms.append(alarm)

    def _build_queue_alarms(self, undelivered: sqs.Queue) -> None:
        queues = self._base.queues
        self._alarm(
            "FastStuck",
            queues.fast.metric_approximate_age_of_oldest_message(period=MINUTE, statistic="Maximum"),
            300,
            "A shard of a waiting caller is not done after five minutes. Look at the Worker machine's executions.",
            periods=3,
        )
        self._alarm(
            "BulkStuck",
            queues.bulk.metric_approximate_age_of_oldest_message(period=MINUTE, statistic="Maximum"),
            3600,
            "A shard is not done after an hour: raise max_workers, or ask AWS for a higher GPU quota.",
            periods=3,
        )
        self._alarm(
            "Undelivered",
            undelivered.metric_approximate_number_of_messages_visible(period=MINUTE, statistic="Maximum"),
            0,
            "An upload, a callback or an event was not delivered, or a function failed at one. The messages say why.",
        )

    def _build_failure_alarms(self) -> None:
        # One metric of several functions, since each that an alarm lists is billed (docs/explanation/cost.md). An hour:
        # the cooldown after failed launches is up to half of one.
        self._alarm(
            "Failures",
            self._count("Failures", EVERY_FUNCTION["service"], period=HOUR),
            MAX_FAILURES,
            "Within an hour more than three jobs failed by no fault of their callers, or two launches of workers.",
        )
        self._alarm(
            "ApiFails",
            self._rest.metric_server_error(period=FIVE_MINUTES, statistic="Sum"),
            5,
            "The API answered with 5xx more than five times in five minutes.",
        )

    def _count(
        self, name: str, function: str, statistic: str = "Sum", period: Duration = FIVE_MINUTES
    ) -> cloudwatch.Metric:
        """Return a metric that a function writes with its log."""
        return cloudwatch.Metric(
            namespace=Stack.of(self).stack_name,
            metric_name=name,
            dimensions_map={"service": function},
            statistic=statistic,
            period=period,
        )

    def _build_dashboard(self) -> None:
        def graph(
            title: str, left: list[cloudwatch.IMetric], right: list[cloudwatch.IMetric] | None = None
        ) -> cloudwatch.GraphWidget:
            return cloudwatch.GraphWidget(title=title, width=12, left=left, right=right or [])

        shard_queues = (self._base.queues.fast, self._base.queues.bulk)
        board = cloudwatch.Dashboard(self, "Dashboard", default_interval=Duration.hours(6))
        board.add_widgets(cloudwatch.AlarmStatusWidget(alarms=self.alarms, width=24))
        board.add_widgets(
            graph(
                "Waiting shards, and age of the oldest",
                [queue.metric_approximate_number_of_messages_visible(period=MINUTE) for queue in shard_queues],
                [queue.metric_approximate_age_of_oldest_message(period=MINUTE) for queue in shard_queues],
            ),
            graph(
                "Jobs and launches",
                [
                    self._jobs.metric_started(),
                    self._jobs.metric_succeeded(),
                    self._jobs.metric_failed(),
                ],
                [self._workers.metric_started(), self._workers.metric_failed()],
            ),
        )
        board.add_widgets(
            graph(
                "API: latency and errors",
                [self._rest.metric_latency(statistic=rank) for rank in ("p50", "p95", "p99")],
                [
                    self._rest.metric_client_error(statistic="Sum"),
                    self._rest.metric_server_error(statistic="Sum"),
                ],
            ),
            graph("Functions' errors", [function.metric_errors() for function in self._base.functions.all.values()]),
        )
        board.add_widgets(
            graph(
                "Seconds of audio, and seconds of workers for them",
                [self._count("AudioSeconds", "assemble"), self._count("ModelSeconds", "assemble")],
                [self._count("QueueWaitSeconds", "assemble", rank) for rank in ("p50", "p95")],
            ),
            graph(
                "Failures",
                [
                    self._count("JobsFailed", "fail"),
                    self._count("ShardsGivenUp", "scale"),
                    self._count("LaunchesFailed", "settle"),
                ],
            ),
        )
