"""Each function starts from a handler that exists, writes a log that ends, and holds no secret."""

import importlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from local.rules.complaint import Complaint, leaves, named, properties
from local.template import Template, functions, resources, routes

API_GATEWAY_WAITS_SECONDS = 30
SECRET_NAMES = re.compile(r"PASSWORD|SECRET_KEY|DATA_KEY|MERCHANT_ID|API_KEY|TOKEN$")
SECRET_VALUES = re.compile(r"\{\{resolve:(secretsmanager|ssm-secure):")


def handlers(template: Template) -> Iterator[Complaint]:
    """The module is there and has the name."""
    for function in functions(template).values():
        if failure := failure_of(function.handler):
            yield Complaint("wrong-handler", function.logical_id, failure)


@lru_cache(maxsize=64)
def failure_of(handler: str) -> str:
    """Why Lambda could not call it; empty when it could."""
    module, _, attribute = handler.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), attribute, None)
    except ImportError as error:
        return f"{handler}: {error}"
    return "" if callable(found) else f"{module} has no {attribute}"


def logs(template: Template) -> Iterator[Complaint]:
    """A group of its own for each function; and no group that keeps for ever, which is what silence means."""
    groups = properties(template, "AWS::Logs::LogGroup")
    for name, function in properties(template, "AWS::Serverless::Function").items():
        if named(function.get("LoggingConfig", {}).get("LogGroup")) not in groups:
            yield Complaint("log-without-group", name, "Lambda makes one that keeps for ever")
    for name, group in groups.items():
        if not group.get("RetentionInDays"):
            yield Complaint("log-without-end", name, "no RetentionInDays, so it keeps for ever")


def versions(template: Template) -> Iterator[Complaint]:
    """A change of the layer alone publishes a version, too."""
    for name, function in properties(template, "AWS::Serverless::Function").items():
        if function.get("AutoPublishCodeSha256") != {"Ref": "BuildSha"}:
            yield Complaint("version-stays", name, "after a change of the layer alone its alias runs the old code")


def way_back(template: Template) -> Iterator[Complaint]:
    """A deployment that makes a function fail is undone by the function's own alarm."""
    alarms = resources(template, "AWS::CloudWatch::Alarm")
    for name, function in properties(template, "AWS::Serverless::Function").items():
        preference = function.get("DeploymentPreference", {})
        watched = [named(alarm) for alarm in preference.get("Alarms", [])]
        if preference.get("Enabled", True) and not set(watched) & set(alarms):
            yield Complaint("deployment-without-way-back", name, "no alarm of its own undoes a bad version")


def patience(template: Template) -> Iterator[Complaint]:
    """What answers a request ends before API Gateway hangs up."""
    known = functions(template)
    for name in dict.fromkeys(route.function for route in routes(template)):
        if known[name].timeout_seconds >= API_GATEWAY_WAITS_SECONDS:
            yield Complaint("api-hangs-up-first", name, f"it may run {known[name].timeout_seconds} s, API Gateway 30 s")


def secrets(template: Template) -> Iterator[Complaint]:
    """No variable holds a secret, whoever resolves it: whoever may look at a function sees its variables."""
    shared = template.get("Globals", {}).get("Function", {})
    for where, holder in {"Globals": shared, **properties(template, "AWS::Serverless::Function")}.items():
        for name, value in holder.get("Environment", {}).get("Variables", {}).items():
            if SECRET_NAMES.search(name) or holds_a_secret(value):
                yield Complaint("secret-in-environment", where, f"{name} is read by whoever may see the function")


def holds_a_secret(value: Any) -> bool:
    return any(SECRET_VALUES.search(text) for text in leaves(value))


RULES = (handlers, logs, versions, way_back, patience, secrets)
