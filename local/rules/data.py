"""The money's database: reached by ours alone, encrypted, and there after the stack; and one fixed way out."""

from collections.abc import Iterator

from local.rules.complaint import Complaint, listed, named, properties
from local.rules.permissions import statements
from local.template import Template, resources

KEEPS = {"Snapshot", "Retain"}
FORBIDDEN = ("s3:Delete", "s3:Bypass", "s3:PutBucket", "s3:PutObjectRetention", "s3:PutObjectLegalHold")


def privacy(template: Template) -> Iterator[Complaint]:
    """No address from outside, by the instance's own word and by the firewall's."""
    guards: set[str | None] = set()
    for name, database in properties(template, "AWS::RDS::DBInstance").items():
        guards |= {named(group) for group in database.get("VPCSecurityGroups", [])}
        if database.get("PubliclyAccessible") is not False:
            yield Complaint("database-in-public", name, "PubliclyAccessible is not false")
    for name, door in properties(template, "AWS::EC2::SecurityGroupIngress").items():
        if named(door.get("GroupId")) in guards and not named(door.get("SourceSecurityGroupId")):
            yield Complaint("database-in-public", name, "it lets in addresses instead of one group of ours")
    for name, group in properties(template, "AWS::EC2::SecurityGroup").items():
        if name in guards and group.get("SecurityGroupIngress"):
            yield Complaint("database-in-public", name, "doors stand in resources of their own, or nobody sees them")


def encryption(template: Template) -> Iterator[Complaint]:
    for name, database in properties(template, "AWS::RDS::DBInstance").items():
        if database.get("StorageEncrypted") is not True and "SourceDBInstanceIdentifier" not in database:
            yield Complaint("database-in-the-clear", name, "its disk and snapshots are unencrypted")
    for name, proxy in properties(template, "AWS::RDS::DBProxy").items():
        if proxy.get("RequireTLS") is not True:
            yield Complaint("database-in-the-clear", name, "passwords and statements cross the network as they are")


def permanence(template: Template) -> Iterator[Complaint]:
    """What cannot be made again outlives its stack: the ledger, the key, the address that Zarinpal knows."""
    for type_ in ("AWS::RDS::DBInstance", "AWS::KMS::Key"):
        for name, resource in resources(template, type_).items():
            follows = "SourceDBInstanceIdentifier" in resource["Properties"]
            policies = {resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")}
            if not follows and not policies <= KEEPS:
                yield Complaint("gone-with-the-stack", name, "DeletionPolicy or UpdateReplacePolicy deletes it")


def way_out(template: Template) -> Iterator[Complaint]:
    """Zarinpal reverses payments for a server address it knows, so there is one, and it stays."""
    addresses = resources(template, "AWS::EC2::EIP")
    for name, gateway in properties(template, "AWS::EC2::NatGateway").items():
        address = named(gateway.get("AllocationId"))
        if address not in addresses:
            yield Complaint(
                "egress-without-address", name, "Zarinpal refuses reversals from an address it does not know"
            )
        elif addresses[address].get("DeletionPolicy") != "Retain":
            yield Complaint("egress-without-address", str(address), "a new stack would have to be registered again")


def archives(template: Template) -> Iterator[Complaint]:
    """What the database is held against cannot be rewritten with it, and outlives it."""
    for name, function in properties(template, "AWS::Serverless::Function").items():
        archive = named(function.get("Environment", {}).get("Variables", {}).get("ARCHIVE_BUCKET"))
        if archive:
            yield from why_rewritable(template, archive, written_by=name)


def why_rewritable(template: Template, archive: str, *, written_by: str) -> Iterator[Complaint]:
    bucket = resources(template, "AWS::S3::Bucket")[archive]
    kept, said = bucket["Properties"], "archive-can-be-rewritten"
    if kept.get("VersioningConfiguration") != {"Status": "Enabled"} or not kept.get("ObjectLockEnabled"):
        yield Complaint(said, archive, "without versions and a lock, who may write may replace")
    if not kept.get("ObjectLockConfiguration", {}).get("Rule"):
        yield Complaint(said, archive, "the lock has no retention, so it holds nothing")
    if not {bucket.get("DeletionPolicy"), bucket.get("UpdateReplacePolicy")} <= KEEPS:
        yield Complaint("gone-with-the-stack", archive, "DeletionPolicy or UpdateReplacePolicy deletes it")
    for statement in statements(resources(template, "AWS::Serverless::Function")[written_by]):
        if any(action.startswith(FORBIDDEN) for action in listed(statement.get("Action", []))):
            yield Complaint(said, written_by, "it may delete what it has put away, or loosen the lock")


RULES = (archives, privacy, encryption, permanence, way_out)
