"""Ways to break a copy of the template, each with the complaint that must follow.

A mutation is a function on the loaded template. Where it breaks one of several, it takes the one whose loss would
cost most.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.template import Template

Break = Callable[[Template], None]


@dataclass(frozen=True)
class Mutation:
    """What is done, to what, and the name of the complaint with the place it must name."""

    done: str
    complaint: str
    where: str
    break_: Break


def resource(template: Template, name: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][name]
    return found


def of(template: Template, name: str) -> dict[str, Any]:
    """A resource's properties."""
    properties: dict[str, Any] = resource(template, name)["Properties"]
    return properties


def without(*path: str) -> Break:
    """Take a property away; the first word is the resource."""

    def break_(template: Template) -> None:
        holder: Any = template["Resources"]
        for step in path[:-1]:
            holder = holder[step]
        del holder[path[-1]]

    return break_


def with_(value: Any, *path: str) -> Break:
    """Set a property; the first word is the resource."""

    def break_(template: Template) -> None:
        holder: Any = template["Resources"]
        for step in path[:-1]:
            holder = holder.setdefault(step, {})
        holder[path[-1]] = value

    return break_


def everything_allowed(template: Template) -> None:
    of(template, "PaymentsWorkerRole")["Policies"][0]["PolicyDocument"]["Statement"][0]["Action"] = "*"


def whole_service_allowed(template: Template) -> None:
    of(template, "AdminFunction")["Policies"][1]["Statement"][0]["Action"] = "sqs:*"


def any_queue_allowed(template: Template) -> None:
    of(template, "SupportDeliverRole")["Policies"][0]["PolicyDocument"]["Statement"][0]["Resource"] = "*"


def secret_in_every_function(template: Template) -> None:
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    variables["SIGNING"] = {"Fn::Sub": "{{resolve:secretsmanager:zimmer/${Stage}/app:SecretString:JWT_SECRET_KEY}}"}


def secret_by_name(template: Template) -> None:
    of(template, "AutomationsFunction")["Environment"]["Variables"]["OPENAI_API_KEY"] = "sk-1"


def door_for_an_address(template: Template) -> None:
    door = of(template, "DatabaseFromProxy")
    del door["SourceSecurityGroupId"]
    door["CidrIp"] = "0.0.0.0/0"


def csp_that_lets_in_scripts(template: Template) -> None:
    headers = of(template, "PanelHeaders")["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    policy = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    policy["Fn::Sub"] = policy["Fn::Sub"].replace("script-src 'self'", "script-src 'self' 'unsafe-inline'")


def may_delete_from_the_archive(template: Template) -> None:
    policies = of(template, "AdminNightly")["Policies"]
    next(policy for policy in policies if "Statement" in policy)["Statement"][0]["Action"].append(
        "s3:DeleteObjectVersion"
    )


def another_rewrite(template: Template) -> None:
    rewrite = of(template, "PanelRewrite")
    rewrite["FunctionCode"] = rewrite["FunctionCode"].replace("index.html", "index.htm")


def filter_for_an_old_name(template: Template) -> None:
    for name in ("ReviewInPayments", "ReviewInPaymentsSweep"):
        of(template, name)["FilterPattern"] = '{ $.message = "payment.under-review" }'


def renamed_figure(template: Template) -> None:
    of(template, "ReviewInPayments")["MetricTransformations"][0]["MetricName"] = "Reviews"
    of(template, "ReviewInPaymentsSweep")["MetricTransformations"][0]["MetricName"] = "Reviews"


def log_of_headers(template: Template) -> None:
    of(template, "Api")["AccessLogSettings"]["Format"] += ' "$context.authorizer.header.authorization"'


def panel_without_headers(template: Template) -> None:
    del of(template, "AdminPanel")["DistributionConfig"]["DefaultCacheBehavior"]["ResponseHeadersPolicyId"]


def panel_over_http(template: Template) -> None:
    behaviour = of(template, "UserPanel")["DistributionConfig"]["DefaultCacheBehavior"]
    behaviour["ViewerProtocolPolicy"] = "allow-all"


CATALOGUE = (
    # queues
    Mutation(
        "a queue without dead letters",
        "queue-without-dead-letters",
        "CreditQueue",
        without("CreditQueue", "Properties", "RedrivePolicy"),
    ),
    Mutation(
        "dead letters kept as briefly as SQS does by itself",
        "dead-letters-kept-too-briefly",
        "CreditDeadLetters",
        without("CreditDeadLetters", "Properties", "MessageRetentionPeriod"),
    ),
    Mutation(
        "visibility below six time-outs",
        "visibility-too-short",
        "CreditQueue",
        with_(179, "CreditQueue", "Properties", "VisibilityTimeout"),
    ),
    Mutation(
        "a longer time-out and the same visibility",
        "visibility-too-short",
        "DeliveryQueue",
        with_(61, "SupportDeliver", "Properties", "Timeout"),
    ),
    Mutation(
        "a worker without ReportBatchItemFailures",
        "batch-fails-together",
        "PaymentsWorker",
        without("PaymentsWorker", "Properties", "Events", "Credit", "Properties", "FunctionResponseTypes"),
    ),
    Mutation(
        "an unencrypted queue",
        "queue-in-the-clear",
        "DeliveryQueue",
        without("DeliveryQueue", "Properties", "SqsManagedSseEnabled"),
    ),
    # functions
    Mutation(
        "a handler in a module that does not exist",
        "wrong-handler",
        "PaymentsWorker",
        with_("functions.payments.workers.handler", "PaymentsWorker", "Properties", "Handler"),
    ),
    Mutation(
        "a handler that its module does not have",
        "wrong-handler",
        "PaymentsSweep",
        with_("functions.payments.sweep.handle", "PaymentsSweep", "Properties", "Handler"),
    ),
    Mutation(
        "a log that is kept for ever",
        "log-without-end",
        "PaymentsLogs",
        without("PaymentsLogs", "Properties", "RetentionInDays"),
    ),
    Mutation(
        "a function that leaves its log to Lambda",
        "log-without-group",
        "AdminFunction",
        without("AdminFunction", "Properties", "LoggingConfig"),
    ),
    Mutation(
        "a function whose version a new layer does not move",
        "version-stays",
        "PaymentsWorker",
        without("PaymentsWorker", "Properties", "AutoPublishCodeSha256"),
    ),
    Mutation(
        "a deployment that no alarm undoes",
        "deployment-without-way-back",
        "PaymentsFunction",
        without("PaymentsFunction", "Properties", "DeploymentPreference", "Alarms"),
    ),
    Mutation(
        "an API function that API Gateway hangs up on",
        "api-hangs-up-first",
        "AdminFunction",
        with_(60, "AdminFunction", "Properties", "Timeout"),
    ),
    Mutation("a secret resolved into a variable", "secret-in-environment", "Globals", secret_in_every_function),
    Mutation("a secret written into a variable", "secret-in-environment", "AutomationsFunction", secret_by_name),
    # api
    Mutation(
        "a prefix that nothing routes",
        "missing-route",
        "POST /api/auth/login",
        without("AuthFunction", "Properties", "Events", "AuthAll"),
    ),
    Mutation(
        "a staff route that falls to the wrong function",
        "missing-route",
        "POST /api/admin/payments/{payment_id}/check",
        without("PaymentsFunction", "Properties", "Events", "StaffCheck"),
    ),
    Mutation(
        "execute-api open beside the domain",
        "api-has-a-back-door",
        "Api",
        with_(False, "Api", "Properties", "DisableExecuteApiEndpoint"),
    ),
    Mutation(
        "an API without a throttle",
        "api-without-throttle",
        "Api",
        without("Api", "Properties", "DefaultRouteSettings", "ThrottlingRateLimit"),
    ),
    Mutation(
        "an API that keeps no access log",
        "api-without-access-log",
        "Api",
        without("Api", "Properties", "AccessLogSettings"),
    ),
    Mutation("an access log with the callers' tokens", "access-log-tells-secrets", "Api", log_of_headers),
    # permissions
    Mutation("Action: *", "permission-for-everything", "PaymentsWorkerRole", everything_allowed),
    Mutation("Action: sqs:*", "permission-for-everything", "AdminFunction", whole_service_allowed),
    Mutation("Resource: *", "permission-on-everything", "SupportDeliverRole", any_queue_allowed),
    Mutation(
        "a function that may not read its secrets",
        "secrets-out-of-reach",
        "MigrateFunction",
        without("MigrateFunction", "Properties", "Policies"),
    ),
    # data
    Mutation(
        "a public database",
        "database-in-public",
        "Database",
        with_(True, "Database", "Properties", "PubliclyAccessible"),
    ),
    Mutation("a database that lets any address in", "database-in-public", "DatabaseFromProxy", door_for_an_address),
    Mutation(
        "an unencrypted database",
        "database-in-the-clear",
        "Database",
        with_(False, "Database", "Properties", "StorageEncrypted"),
    ),
    Mutation(
        "a proxy that takes plain connections",
        "database-in-the-clear",
        "DatabaseProxy",
        without("DatabaseProxy", "Properties", "RequireTLS"),
    ),
    Mutation(
        "a database that goes with its stack",
        "gone-with-the-stack",
        "Database",
        without("Database", "DeletionPolicy"),
    ),
    Mutation(
        "an archive whose papers can be deleted",
        "archive-can-be-rewritten",
        "Archive",
        without("Archive", "Properties", "ObjectLockConfiguration", "Rule"),
    ),
    Mutation(
        "an archive without versions",
        "archive-can-be-rewritten",
        "Archive",
        without("Archive", "Properties", "VersioningConfiguration"),
    ),
    Mutation(
        "an archive that goes with its stack", "gone-with-the-stack", "Archive", without("Archive", "DeletionPolicy")
    ),
    Mutation(
        "a night that may delete what it has put away",
        "archive-can-be-rewritten",
        "AdminNightly",
        may_delete_from_the_archive,
    ),
    Mutation("a key that goes with its stack", "gone-with-the-stack", "Key", without("Key", "DeletionPolicy")),
    Mutation(
        "a NAT gateway without a fixed address",
        "egress-without-address",
        "NatGateway",
        without("NatGateway", "Properties", "AllocationId"),
    ),
    Mutation(
        "an address that goes with its stack",
        "egress-without-address",
        "EgressAddress",
        without("EgressAddress", "DeletionPolicy"),
    ),
    # web
    Mutation("another rewrite than the tried one", "rewrite-differs", "PanelRewrite", another_rewrite),
    Mutation("a CSP that lets scripts in", "headers-differ", "PanelHeaders", csp_that_lets_in_scripts),
    Mutation("a panel without its headers", "panel-off-the-edge", "AdminPanel", panel_without_headers),
    Mutation("a panel over plain HTTP", "panel-over-http", "UserPanel", panel_over_http),
    Mutation(
        "a bucket that may be opened",
        "bucket-in-public",
        "UserPanelBucket",
        without("UserPanelBucket", "Properties", "PublicAccessBlockConfiguration"),
    ),
    Mutation(
        "an unencrypted bucket",
        "bucket-in-the-clear",
        "WebLogs",
        without("WebLogs", "Properties", "BucketEncryption"),
    ),
    # alarms
    Mutation("no alarm on review", "no-alarm", "review", without("PaymentsForReview")),
    Mutation("no alarm on dead letters", "no-alarm", "CreditDeadLetters", without("CreditDeadLettersWaiting")),
    Mutation("no alarm on a function's errors", "no-alarm", "SupportDeliver", without("SupportDeliverErrors")),
    Mutation("no alarm on the outbox", "no-alarm", "outbox", without("OutboxLag")),
    Mutation(
        "an alarm that says not what to do",
        "alarm-without-advice",
        "GatewayTrouble",
        with_("Zarinpal is down", "GatewayTrouble", "Properties", "AlarmDescription"),
    ),
    Mutation(
        "an alarm that nobody hears",
        "alarm-nobody-hears",
        "DatabaseFull",
        without("DatabaseFull", "Properties", "AlarmActions"),
    ),
    Mutation(
        "a filter for a name that no code logs", "filter-of-nothing", "ReviewInPaymentsSweep", filter_for_an_old_name
    ),
    Mutation("an alarm on a figure that nobody makes", "alarm-of-nothing", "PaymentsForReview", renamed_figure),
)
