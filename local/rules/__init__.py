"""What must hold of template.yaml beyond its being valid, as rules that each name what they miss.

`./zimmer doctor STAGE` prints them and tests/template breaks a copy of the template in each way they know. A rule
takes the template as `local.template` reads it and yields complaints; it asks nothing but the repository.
"""

from collections.abc import Callable, Iterator

from local.rules import alarms, api, data, functions, permissions, queues, web
from local.rules.complaint import Complaint
from local.template import Template

__all__ = ["RULES", "Complaint", "complaints"]

Rule = Callable[[Template], Iterator[Complaint]]

RULES: tuple[Rule, ...] = (
    *queues.RULES,
    *functions.RULES,
    *api.RULES,
    *permissions.RULES,
    *data.RULES,
    *web.RULES,
    *alarms.RULES,
)


def complaints(template: Template) -> list[Complaint]:
    """Everything that is wrong with the template, in the order of its parts."""
    return [complaint for rule in RULES for complaint in rule(template)]
