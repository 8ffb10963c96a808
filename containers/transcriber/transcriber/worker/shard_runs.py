"""One delivery of a shard: from the message to the answered token.

The order of its last steps makes every crash harmless: the result is written, then the token answered, then the
message deleted. What dies in between comes back when its visibility runs out, and writes the same object again.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from earshot_contract.shards import Shard, ShardError, ShardMessage, ShardResult
from transcriber.engine_protocol import ShardFailed
from transcriber.logs import logger
from transcriber.worker.audio_cache import AudioFile, Files
from transcriber.worker.loaded_engines import Engines
from transcriber.worker.sqs_queues import Lanes, Message
from transcriber.worker.task_tokens import Gone, Tokens

_HANDS = 16  # threads that download and answer; the engine has its own


@dataclass(eq=False)
class Delivery:
    """A message this worker holds."""

    message: Message
    order: ShardMessage
    since: float = field(default_factory=time.monotonic)
    downloading: float = 0.0  # seconds
    engine: bool = False  # taken
    file: AudioFile | None = None
    future: Future[ShardResult] | None = None  # None until the engine has it
    answered: bool = False  # or nobody waits for an answer

    @property
    def shard(self) -> Shard:
        return self.order.shard

    def log(self, event: str, level: str = "info", **facts: Any) -> None:
        named = {"job_id": self.shard.job_id, "shard": self.shard.index, "model": self.shard.model, **facts}
        getattr(logger, level)(event, extra={"facts": named})


class Deliveries:
    """All that this worker holds. `changed` is set whenever one ends."""

    def __init__(self, lanes: Lanes, tokens: Tokens, files: Files, engines: Engines, s3: Any) -> None:
        self._lanes, self._tokens, self._files, self._engines, self._s3 = lanes, tokens, files, engines, s3
        self._held: list[Delivery] = []
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(_HANDS, thread_name_prefix="delivery")
        self._closing = False
        self.changed = threading.Event()
        self.faults = 0  # of ours, since the last shard that came out well or was refused for a reason

    def held(self) -> list[Delivery]:
        with self._lock:
            return list(self._held)

    def free_capacity(self) -> int:
        """How many more could be accepted without one waiting for nothing."""
        return self._engines.free_capacity() - sum(delivery.future is None for delivery in self.held())

    def accept(self, message: Message) -> None:
        """Begin to work on `message`, in the background.

        One that is no shard message is left to run into the dead-letter queue, whose reaper answers what can be.
        """
        try:
            order = ShardMessage.from_json(message.body)
            if not isinstance(order.shard, Shard):
                raise TypeError("its shard is none")
        except (ValueError, TypeError, KeyError, AttributeError):
            logger.exception("A message is no shard message", extra={"facts": {"body": message.body[:1000]}})
            return
        delivery = Delivery(message, order)
        with self._lock:
            self._held.append(delivery)
        self._pool.submit(self._begin, delivery)

    def heartbeat(self, delivery: Delivery) -> None:
        """Tell the state machine that the shard is alive; drop it when nobody waits for it any more."""
        try:
            self._tokens.heartbeat(delivery.order.task_token)
        except Gone as gone:
            if not delivery.answered:
                self._drop(delivery, gone)

    def hurry(self) -> None:
        """Begin nothing more; what runs may end, what only waits goes back to its lane."""
        self._closing = True
        for delivery in self.held():
            if delivery.future and not delivery.future.running():
                delivery.future.cancel()

    def give_back(self) -> None:
        """Let other workers have all that is still held, at once."""
        rest = [delivery for delivery in self.held() if not delivery.answered]
        self._lanes.give_back(delivery.message for delivery in rest)
        for delivery in rest:
            delivery.log("Given back")

    def _begin(self, delivery: Delivery) -> None:
        shard = delivery.shard
        try:
            self._tokens.heartbeat(delivery.order.task_token)
            engine = self._engines.take(shard.model)
            delivery.engine = True
            began = time.monotonic()
            delivery.file = self._files.take(shard.audio)
            delivery.downloading = time.monotonic() - began
            if self._closing:
                raise CancelledError
            delivery.future = engine.submit(shard, delivery.file.path)
        except BaseException as error:
            self._settle(delivery, error)
            return
        if delivery.answered:  # dropped meanwhile
            delivery.future.cancel()
        delivery.future.add_done_callback(lambda _: self._pool.submit(self._conclude, delivery))

    def _conclude(self, delivery: Delivery) -> None:
        assert delivery.future is not None
        try:
            outcome: ShardResult | BaseException = delivery.future.result()
        except BaseException as error:
            outcome = error
        self._settle(delivery, outcome)

    def _settle(self, delivery: Delivery, outcome: ShardResult | BaseException) -> None:
        """Answer for the shard and forget it. What goes wrong here is left to the message's redelivery."""
        try:
            if delivery.answered:
                pass
            elif isinstance(outcome, ShardResult):
                self.faults = 0
                self._succeed(delivery, outcome)
            elif isinstance(outcome, CancelledError):
                self._lanes.give_back([delivery.message])
                delivery.log("Given back")
            elif isinstance(outcome, Gone):
                self._drop(delivery, outcome)
            elif isinstance(outcome, ShardFailed):
                self.faults = 0
                self._fail(delivery, outcome.error, outcome.sentence)
            else:
                self.faults += 1
                logger.error("Unexpected", exc_info=outcome, extra={"facts": {"job_id": delivery.shard.job_id}})
                self._fail(delivery, ShardError.INTERNAL, f"{type(outcome).__name__}: {outcome}")
        except Exception:
            logger.exception("Could not answer", extra={"facts": {"job_id": delivery.shard.job_id}})
        finally:
            self._forget(delivery)

    def _succeed(self, delivery: Delivery, result: ShardResult) -> None:
        assert delivery.file is not None
        shard, total = delivery.shard, time.monotonic() - delivery.since
        result = replace(
            result,
            audio=replace(result.audio, sha256=delivery.file.sha256),
            seconds={
                name: round(seconds, 4)
                for name, seconds in {**result.seconds, "download": delivery.downloading, "total": total}.items()
            },
        )
        self._s3.put_object(
            Bucket=shard.result.bucket,
            Key=shard.result.key,
            Body=result.to_json().encode(),
            ContentType="application/json",
        )
        self._answer(delivery, self._tokens.success, {"index": shard.index, "result": shard.result.key})
        delivery.log("Transcribed", audio_seconds=result.audio.duration, seconds=result.seconds)

    def _fail(self, delivery: Delivery, error: ShardError, sentence: str) -> None:
        self._answer(delivery, self._tokens.failure, error.value, sentence)
        delivery.log("Failed", "warning", error=error.value, sentence=sentence)

    def _answer(self, delivery: Delivery, answer: Any, *arguments: Any) -> None:
        delivery.answered = True  # before the call: a heartbeat meanwhile finds the token gone, which is no cancel
        try:
            answer(delivery.order.task_token, *arguments)
        except Gone:
            delivery.log("Nobody waited for the answer")
        except Exception:
            delivery.answered = False
            raise
        self._lanes.delete(delivery.message)

    def _drop(self, delivery: Delivery, gone: Gone) -> None:
        delivery.answered = True
        if delivery.future:
            delivery.future.cancel()
        self._lanes.delete(delivery.message)
        delivery.log("Dropped: nobody waits for it any more", reason=str(gone))

    def _forget(self, delivery: Delivery) -> None:
        if delivery.file:
            self._files.give(delivery.file)
        if delivery.engine:
            self._engines.give(delivery.shard.model)
        with self._lock:
            self._held.remove(delivery)
        self.changed.set()
