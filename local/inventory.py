"""What a stage would consist of, by kind, in the words of whoever pays for it. Nothing here asks AWS."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from local.stage import Stage

Made = dict[str, dict[str, Any]]  # properties by logical id

SHIFTS = {"Canary10Percent5Minutes": "new ones by a tenth first", "AllAtOnce": "new ones at once"}


@dataclass(frozen=True)
class Kind:
    """How many of a kind, and what about them depends on the stage."""

    count: int
    name: str
    about: str


def inventory(stage: Stage) -> Iterator[Kind]:
    """Kinds in the order of the template, those that would not be made left out, and the rest as one."""
    counted = 0
    for name, types, about in KINDS:
        made = {id_: resource["Properties"] for id_, resource in stage.resources.items() if resource["Type"] in types}
        counted += len(made)
        if made:
            yield Kind(len(made), name if len(made) == 1 else f"{name}s", about(stage, made))
    yield Kind(len(stage.resources) - counted, "others", "roles, doors, filters and what ties these together")


def api(stage: Stage, made: Made) -> str:
    (properties,) = made.values()
    limit = properties["DefaultRouteSettings"].get("ThrottlingRateLimit", "any number of")
    host = stage.parameters["ApiBaseUrl"].value.removeprefix("https://")
    return f"{host}, {limit} requests/s a route by default"


def functions(stage: Stage, _: Made) -> str:
    shared = stage.value(stage.template["Globals"]["Function"])
    snapshots = "on" if stage.parameters["SnapStart"].value != "None" else "off"
    shifted = SHIFTS[shared["DeploymentPreference"]["Type"]]
    return f"{shared['Runtime']} {shared['Architectures'][0]}, {shifted}, SnapStart {snapshots}"


def queues(_: Stage, made: Made) -> str:
    fed = {name: queue for name, queue in made.items() if "RedrivePolicy" in queue}
    tries = min(queue["RedrivePolicy"]["maxReceiveCount"] for queue in fed.values())
    return f"{len(fed)} to work on, {len(made) - len(fed)} for dead letters after {tries} tries"


def databases(stage: Stage, made: Made) -> str:
    first = made["Database"]
    zones = "two zones" if first["MultiAZ"] else "one zone"
    copies = ", a read replica" if len(made) > 1 else ""
    return f"{first['DBInstanceClass']}, {zones}, backups kept for {first['BackupRetentionPeriod']} d{copies}"


def cache(_: Stage, made: Made) -> str:
    (properties,) = made.values()
    return f"Valkey, at most {properties['CacheUsageLimits']['DataStorage']['Maximum']} GB"


def network(stage: Stage, _: Made) -> str:
    endpoints = "SQS and Secrets inside" if stage.holds("OwnEndpoints") else "all through the NAT gateway"
    return f"of its own, one fixed address, {endpoints}"


def panels(stage: Stage, made: Made) -> str:
    named = "under their own names" if stage.holds("HasWebDomains") else "under CloudFront's names"
    guard = "behind a firewall" if stage.holds("HasWebAcl") else "without a firewall"
    return f"{named}, {guard}"


def buckets(_: Stage, made: Made) -> str:
    return "private: one for each panel, one for their logs"


def logs(stage: Stage, _: Made) -> str:
    return f"kept {stage.parameters['LogRetentionDays'].value} days, {stage.parameters['LogLevel'].value}"


def alarms(stage: Stage, _: Made) -> str:
    told = stage.parameters["AlarmEmail"].value or "whoever subscribes"
    return f"to {told}"


def keys(stage: Stage, _: Made) -> str:
    return f"alias/zimmer-{stage.name}: secrets, database, logs"


def secrets(stage: Stage, _: Made) -> str:
    return f"zimmer/{stage.name}/database, with a password made by AWS"


KINDS: tuple[tuple[str, frozenset[str], Callable[[Stage, Made], str]], ...] = (
    ("HTTP API", frozenset({"AWS::Serverless::HttpApi"}), api),
    ("function", frozenset({"AWS::Serverless::Function"}), functions),
    ("queue", frozenset({"AWS::SQS::Queue"}), queues),
    ("database", frozenset({"AWS::RDS::DBInstance"}), databases),
    ("cache", frozenset({"AWS::ElastiCache::ServerlessCache"}), cache),
    ("network", frozenset({"AWS::EC2::VPC"}), network),
    ("key", frozenset({"AWS::KMS::Key"}), keys),
    ("secret", frozenset({"AWS::SecretsManager::Secret"}), secrets),
    ("panel", frozenset({"AWS::CloudFront::Distribution"}), panels),
    ("bucket", frozenset({"AWS::S3::Bucket"}), buckets),
    ("log", frozenset({"AWS::Logs::LogGroup"}), logs),
    ("alarm", frozenset({"AWS::CloudWatch::Alarm"}), alarms),
)
