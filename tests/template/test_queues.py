from collections.abc import Iterator
from typing import Any

from local.template import Template, event_sources, functions, queues, resources

FOURTEEN_DAYS = 14 * 24 * 3600


def test_a_message_is_tried_five_times_and_then_kept_for_two_weeks(template: Template) -> None:
    found = queues(template)
    credit = found["CreditQueue"]
    assert credit.max_receive_count == 5
    assert credit.dead_letters == "CreditDeadLetters"
    assert found["CreditDeadLetters"].retention_seconds == FOURTEEN_DAYS
    assert credit.retention_seconds < FOURTEEN_DAYS


def test_a_message_stays_hidden_for_six_times_its_readers_timeout(template: Template) -> None:
    for source in event_sources(template):
        timeout_seconds = functions(template)[source.function].timeout_seconds
        assert queues(template)[source.queue].visibility_seconds >= 6 * timeout_seconds + source.window_seconds


def test_one_bad_message_does_not_return_the_batch(template: Template) -> None:
    (source,) = event_sources(template)
    assert (source.queue, source.function, source.batch_size) == ("CreditQueue", "PaymentsWorker", 10)
    assert source.reports_item_failures


def test_queues_are_encrypted(template: Template) -> None:
    assert all(queue["Properties"]["SqsManagedSseEnabled"] for queue in resources(template, "AWS::SQS::Queue").values())


def test_only_payments_may_send(template: Template) -> None:
    credit_only = [{"SQSSendMessagePolicy": {"QueueName": {"Fn::GetAtt": ["CreditQueue", "QueueName"]}}}]
    policies = {
        name: function["Properties"]["Policies"]
        for name, function in resources(template, "AWS::Serverless::Function").items()
        if "Policies" in function["Properties"]
    }
    assert policies == {"PaymentsFunction": credit_only, "PaymentsSweep": credit_only}


def test_only_the_worker_may_receive_and_only_from_its_queue(template: Template) -> None:
    worker = resources(template, "AWS::Serverless::Function")["PaymentsWorker"]["Properties"]
    assert worker["Role"] == {"Fn::GetAtt": ["PaymentsWorkerRole", "Arn"]}
    readers = {
        name: statement["Resource"]
        for name, role in resources(template, "AWS::IAM::Role").items()
        for statement in statements(role)
        if any(action.startswith("sqs:") for action in listed(statement["Action"]))
    }
    assert readers == {"PaymentsWorkerRole": {"Fn::GetAtt": ["CreditQueue", "Arn"]}}


def test_no_permission_is_for_everything(template: Template) -> None:
    for statement in statements(template["Resources"]):
        assert not any("*" in action for action in listed(statement["Action"]))
        assert statement.get("Resource") != "*"


def statements(node: Any) -> Iterator[dict[str, Any]]:
    """Every policy statement below a node."""
    if isinstance(node, dict) and "Effect" in node:
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from statements(inner)


def listed(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions
