"""The poller promises what Lambda does with a queue: real events, and only what succeeded is deleted."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local import ports, queues
from local.companion import beside
from local.leash import Leash
from local.poller import MalformedFailures, Poller, failures
from local.queues import Address
from local.sandbox import HandlerRaised
from local.scheduler import Clock
from local.template import EventSource, Queue, load_template
from local.template import queues as queues_of

Answering = Callable[[Any], Any]


class Worker:
    """A function that remembers its events and answers each as told."""

    def __init__(self, answering: Answering) -> None:
        self.events: list[Any] = []
        self._answering = answering

    def invoke(self, function: str, event: Any) -> Any:
        self.events.append(event)
        return self._answering(event)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port, log = ports.free_port(), tmp_path_factory.mktemp("moto") / "queue.log"
    with (
        Leash() as leash,
        beside("moto.server", "-H", "localhost", "-p", str(port), port=port, log=log, leash=leash) as moto,
    ):
        moto.wait()
        yield moto.url


@pytest.fixture
def sqs(endpoint: str) -> Iterator[Any]:
    client = queues.client(endpoint)
    yield client
    for url in client.list_queues().get("QueueUrls", []):
        client.delete_queue(QueueUrl=url)
    client.close()


@pytest.fixture
def made(sqs: Any) -> dict[str, Address]:
    """A queue whose messages come back at once, and its dead letters after two tries."""
    return queues.create(sqs, {"Work": Queue("Work", 0, 3600, 2, "Dead"), "Dead": Queue("Dead", 0, 3600, None, None)})


def poller(sqs: Any, made: dict[str, Address], worker: Worker, *, reports: bool = True) -> Poller:
    source = EventSource("Work", "worker", batch_size=10, window_seconds=0, reports_item_failures=reports)
    return Poller(source, made["Work"], sqs, worker)


def send(sqs: Any, made: dict[str, Address], *bodies: str) -> None:
    for body in bodies:
        sqs.send_message(QueueUrl=made["Work"].url, MessageBody=body)


def waiting(sqs: Any, address: Address) -> int:
    told = sqs.get_queue_attributes(QueueUrl=address.url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(told["Attributes"]["ApproximateNumberOfMessages"])


def bodies(event: Any) -> list[str]:
    return [entry["body"] for entry in event["Records"]]


def nothing_failed(_: Any) -> Any:
    return {"batchItemFailures": []}


def bad_ones_fail(event: Any) -> Any:
    return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in event["Records"] if r["body"] == "bad"]}


def raising(_: Any) -> Any:
    raise HandlerRaised("ValueError: no")


def test_the_event_is_the_one_lambda_builds(sqs: Any, made: dict[str, Address]) -> None:
    attributes = {
        "trace": {"DataType": "String", "StringValue": "t-1"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\xff"},
    }
    sent = sqs.send_message(QueueUrl=made["Work"].url, MessageBody='{"payment_id": 1}', MessageAttributes=attributes)
    worker = Worker(nothing_failed)
    assert poller(sqs, made, worker).poll() == 1
    (told,) = worker.events[0]["Records"]
    assert (told["messageId"], told["md5OfBody"]) == (sent["MessageId"], sent["MD5OfMessageBody"])
    assert (told["body"], told["eventSource"]) == ('{"payment_id": 1}', "aws:sqs")
    assert (told["eventSourceARN"], told["awsRegion"]) == (made["Work"].arn, "eu-central-1")
    assert told["attributes"]["ApproximateReceiveCount"] == "1"
    assert told["receiptHandle"]
    assert told["messageAttributes"]["trace"]["stringValue"] == "t-1"
    assert told["messageAttributes"]["bytes"]["binaryValue"] == "/w=="
    assert json.loads(json.dumps(told)) == told


def test_only_what_succeeded_is_deleted(sqs: Any, made: dict[str, Address]) -> None:
    send(sqs, made, "good", "bad", "good")
    worker = Worker(bad_ones_fail)
    assert poller(sqs, made, worker).poll() == 2
    assert waiting(sqs, made["Work"]) == 1
    poller(sqs, made, worker).poll()
    assert bodies(worker.events[1]) == ["bad"]
    assert worker.events[1]["Records"][0]["attributes"]["ApproximateReceiveCount"] == "2"


def test_a_message_that_fails_too_often_goes_to_the_dead_letters(sqs: Any, made: dict[str, Address]) -> None:
    send(sqs, made, "bad")
    worker = Worker(bad_ones_fail)
    for _ in range(3):
        poller(sqs, made, worker).poll()
    assert (len(worker.events), waiting(sqs, made["Work"]), waiting(sqs, made["Dead"])) == (2, 0, 1)


@pytest.mark.parametrize(
    "answering",
    [
        raising,
        lambda _: "done",
        lambda _: {"batchItemFailures": [{"itemIdentifier": ""}]},
        lambda _: {"batchItemFailures": [{"id": "x"}]},
        lambda _: {"batchItemFailures": [{"itemIdentifier": "somebody else's"}]},
        lambda _: {"batchItemFailures": "all"},
    ],
)
def test_a_raise_or_a_malformed_answer_fails_the_whole_batch(
    sqs: Any, made: dict[str, Address], answering: Answering
) -> None:
    send(sqs, made, "good", "good")
    assert poller(sqs, made, Worker(answering)).poll() == 0
    assert waiting(sqs, made["Work"]) == 2


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}])
def test_an_answer_without_failures_is_success(answer: Any) -> None:
    assert failures(answer, {"a", "b"}) == set()


def test_an_unknown_item_is_no_partial_failure() -> None:
    with pytest.raises(MalformedFailures):
        failures({"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "z"}]}, {"a", "b"})


def test_without_item_failures_an_answer_is_success_whatever_it_says(sqs: Any, made: dict[str, Address]) -> None:
    send(sqs, made, "bad")
    assert poller(sqs, made, Worker(bad_ones_fail), reports=False).poll() == 1


def test_it_polls_until_it_is_told_to_stop(sqs: Any, made: dict[str, Address]) -> None:
    stopping = threading.Event()

    def stop_after_the_first(_: Any) -> Any:
        stopping.set()

    send(sqs, made, "good")
    poller(sqs, made, Worker(stop_after_the_first)).run(stopping)
    assert waiting(sqs, made["Work"]) == 0


def test_the_template_s_queues_are_made_with_their_rules(sqs: Any) -> None:
    made = queues.create(sqs, queues_of(load_template()))
    told = sqs.get_queue_attributes(QueueUrl=made["CreditQueue"].url, AttributeNames=["All"])["Attributes"]
    assert told["VisibilityTimeout"] == "180"
    assert json.loads(told["RedrivePolicy"]) == {
        "deadLetterTargetArn": made["CreditDeadLetters"].arn,
        "maxReceiveCount": 5,
    }


def test_a_clock_ticks_at_once_with_eventbridge_s_event() -> None:
    from datetime import timedelta

    stopping = threading.Event()

    def stop_after_the_first(_: Any) -> None:
        stopping.set()

    sweep = Worker(stop_after_the_first)
    Clock("Sweep", timedelta(minutes=1), sweep).run(stopping)
    (event,) = sweep.events
    assert (event["source"], event["detail-type"], event["detail"]) == ("aws.events", "Scheduled Event", {})
    assert event["resources"][0].endswith("rule/Sweep")
