"""Every route of the five apps is delivered to the app that has it; the API has one door, a throttle and a log."""

import re
from collections.abc import Iterator
from functools import lru_cache

from fastapi.routing import iter_route_contexts

from local.openapi import GROUPS, app_of
from local.rules.complaint import Complaint, leaves, properties
from local.template import Template, find_route, functions, routes

TELLS_SECRETS = re.compile(r"authorization|cookie|queryString|header", re.IGNORECASE)


def delivery(template: Template) -> Iterator[Complaint]:
    """Through the template's routing, as API Gateway chooses."""
    table, known = routes(template), functions(template)
    for group, method, path in operations():
        found = find_route(table, method, re.sub(r"\{\w+\}", "1", path))
        handler = known[found.route.function].handler if found else ""
        if not found:
            yield Complaint("missing-route", f"{method} {path}", "API Gateway knows no such route")
        elif handler != f"functions.{group}.app.handler":
            why = f"it reaches {found.route.function}, and functions.{group} has it"
            yield Complaint("missing-route", f"{method} {path}", why)


@lru_cache(maxsize=1)
def operations() -> tuple[tuple[str, str, str], ...]:
    """(group, method, path) of everything that the apps answer."""
    return tuple(
        (group, method, str(context.path_format))
        for group in GROUPS
        for context in iter_route_contexts(app_of(group).routes)
        for method in sorted(context.methods or ())
    )


def one_door(template: Template) -> Iterator[Complaint]:
    """With a name of its own, the API does not answer under API Gateway's as well."""
    for name, api in properties(template, "AWS::Serverless::HttpApi").items():
        if api.get("DisableExecuteApiEndpoint") not in (True, {"Fn::If": ["HasApiDomain", True, False]}):
            yield Complaint("api-has-a-back-door", name, "it answers under API Gateway's own name beside ours")


def throttle(template: Template) -> Iterator[Complaint]:
    for name, api in properties(template, "AWS::Serverless::HttpApi").items():
        if not api.get("DefaultRouteSettings", {}).get("ThrottlingRateLimit"):
            yield Complaint("api-without-throttle", name, "one caller may use up the account's concurrency")


def access_log(template: Template) -> Iterator[Complaint]:
    """There is one, and nothing of it is a secret."""
    for name, api in properties(template, "AWS::Serverless::HttpApi").items():
        settings = api.get("AccessLogSettings", {})
        if not settings.get("DestinationArn"):
            yield Complaint("api-without-access-log", name, "nobody can say who called")
        if any(TELLS_SECRETS.search(text) for text in leaves(settings.get("Format"))):
            yield Complaint("access-log-tells-secrets", name, "headers and queries carry tokens and authorities")


RULES = (delivery, one_door, throttle, access_log)
