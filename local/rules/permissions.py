"""Whoever may do something may do that and no more."""

from collections.abc import Iterator
from typing import Any

from local.rules.complaint import Complaint, listed, named
from local.template import Template, resources

# A key's own policy speaks of that key alone, and KMS asks that the account may manage it.
SPEAKS_OF_ITSELF = "AWS::KMS::Key"
SECRETS_POLICY = "ReadSecrets"


def least_privilege(template: Template) -> Iterator[Complaint]:
    """No wildcard in an action, and none alone as a resource."""
    for name, resource in template["Resources"].items():
        if resource["Type"] == SPEAKS_OF_ITSELF:
            continue
        for statement in statements(resource):
            if statement["Effect"] != "Allow":
                continue
            for action in listed(statement.get("Action", "*")):
                if "*" in action:
                    yield Complaint("permission-for-everything", name, f"Action: {action}")
            if "*" in listed(statement.get("Resource", [])):
                yield Complaint("permission-on-everything", name, "Resource: *")


def secrets_in_reach(template: Template) -> Iterator[Complaint]:
    """Each function, or the role it names, may read the secrets it starts with."""
    roles = resources(template, "AWS::IAM::Role")
    for name, function in resources(template, "AWS::Serverless::Function").items():
        role = named(function["Properties"].get("Role"))
        attached = roles[role]["Properties"]["ManagedPolicyArns"] if role in roles else []
        allowed = attached if role else function["Properties"].get("Policies", [])
        if {"Ref": SECRETS_POLICY} not in allowed:
            yield Complaint("secrets-out-of-reach", name, f"without {SECRETS_POLICY} it cannot start")


def statements(node: Any) -> Iterator[dict[str, Any]]:
    """Every policy statement below a node."""
    if isinstance(node, dict) and "Effect" in node:
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from statements(inner)


RULES = (least_privilege, secrets_in_reach)
