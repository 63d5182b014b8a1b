from local.rules.complaint import listed
from local.rules.permissions import statements
from local.template import Template, event_sources, queues, resources

FOURTEEN_DAYS = 14 * 24 * 3600
TAKING = ("ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility")


def test_a_message_is_tried_five_times_and_then_kept_for_two_weeks(template: Template) -> None:
    found = queues(template)
    credit = found["CreditQueue"]
    assert credit.max_receive_count == 5
    assert credit.dead_letters == "CreditDeadLetters"
    assert found["CreditDeadLetters"].retention_seconds == FOURTEEN_DAYS
    assert credit.retention_seconds < FOURTEEN_DAYS


def test_each_queue_has_one_reader(template: Template) -> None:
    assert {(source.queue, source.function, source.batch_size) for source in event_sources(template)} == {
        ("CreditQueue", "PaymentsWorker", 10),
        ("DeliveryQueue", "SupportDeliver", 5),
    }


def test_only_payments_may_send(template: Template) -> None:
    both = [
        {"SQSSendMessagePolicy": {"QueueName": {"Fn::GetAtt": [queue, "QueueName"]}}}
        for queue in ("CreditQueue", "DeliveryQueue")
    ]
    policies = {
        name: [policy for policy in function["Properties"].get("Policies", []) if policy != {"Ref": "ReadSecrets"}]
        for name, function in resources(template, "AWS::Serverless::Function").items()
        if name not in {"AdminFunction", "AdminNightly", "MigrateFunction"}
    }
    assert {name: more for name, more in policies.items() if more} == {"PaymentsFunction": both, "PaymentsSweep": both}


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
