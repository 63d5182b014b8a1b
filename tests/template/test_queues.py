from collections.abc import Iterator
from typing import Any

from local.template import Template, event_sources, functions, queues, resources

FOURTEEN_DAYS = 14 * 24 * 3600
TAKING = ("ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility")


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
    sources = event_sources(template)
    assert {(source.queue, source.function, source.batch_size) for source in sources} == {
        ("CreditQueue", "PaymentsWorker", 10),
        ("DeliveryQueue", "SupportDeliver", 5),
    }
    assert all(source.reports_item_failures for source in sources)


def test_queues_are_encrypted(template: Template) -> None:
    assert all(queue["Properties"]["SqsManagedSseEnabled"] for queue in resources(template, "AWS::SQS::Queue").values())


def test_only_payments_may_send(template: Template) -> None:
    both = [
        {"SQSSendMessagePolicy": {"QueueName": {"Fn::GetAtt": [queue, "QueueName"]}}}
        for queue in ("CreditQueue", "DeliveryQueue")
    ]
    policies = {
        name: function["Properties"]["Policies"]
        for name, function in resources(template, "AWS::Serverless::Function").items()
        if "Policies" in function["Properties"] and name != "AdminFunction"
    }
    assert policies == {"PaymentsFunction": both, "PaymentsSweep": both}


def test_the_dashboard_looks_at_every_queue_and_moves_dead_letters_back(template: Template) -> None:
    admin = resources(template, "AWS::Serverless::Function")["AdminFunction"]["Properties"]["Policies"]
    allowed = {
        (action, arn["Fn::GetAtt"][0])
        for statement in statements(admin)
        for action in listed(statement["Action"])
        for arn in statement["Resource"]
    }
    working, dead = {"CreditQueue", "DeliveryQueue"}, {"CreditDeadLetters", "DeliveryDeadLetters"}
    assert allowed == {
        *(("sqs:GetQueueAttributes", queue) for queue in working | dead),
        *(("sqs:SendMessage", queue) for queue in working),
        *((f"sqs:{verb}", queue) for queue in dead for verb in TAKING),
    }


def test_a_reader_may_receive_from_its_own_queue_and_from_no_other(template: Template) -> None:
    functions_ = resources(template, "AWS::Serverless::Function")
    for name in ("PaymentsWorker", "SupportDeliver"):
        assert functions_[name]["Properties"]["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
    readers = {
        name: statement["Resource"]
        for name, role in resources(template, "AWS::IAM::Role").items()
        for statement in statements(role)
        if any(action.startswith("sqs:") for action in listed(statement["Action"]))
    }
    assert readers == {
        "PaymentsWorkerRole": {"Fn::GetAtt": ["CreditQueue", "Arn"]},
        "SupportDeliverRole": {"Fn::GetAtt": ["DeliveryQueue", "Arn"]},
    }


def test_mail_is_sent_by_one_function_and_as_one_identity(template: Template) -> None:
    senders = [
        (name, statement["Resource"]["Fn::Sub"].rpartition(":")[2])
        for name, resource in template["Resources"].items()
        for statement in statements(resource)
        if any(action.startswith("ses:") for action in listed(statement["Action"]))
    ]
    assert senders == [("SupportDeliverRole", "identity/${MailIdentity}")]


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
