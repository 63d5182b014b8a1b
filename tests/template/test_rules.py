"""The template holds every rule, and each way of breaking it is named."""

import copy

import pytest

from local.rules import complaints
from local.template import Template
from tests.template.mutations import CATALOGUE, Mutation


def test_the_template_gives_no_reason_to_complain(template: Template) -> None:
    assert complaints(template) == []


@pytest.mark.parametrize("mutation", CATALOGUE, ids=lambda mutation: mutation.done.replace(" ", "-"))
def test_a_broken_copy_is_called_by_its_name(mutation: Mutation, template: Template) -> None:
    broken = copy.deepcopy(template)
    mutation.break_(broken)
    found = {(complaint.name, complaint.where) for complaint in complaints(broken)}
    assert (mutation.complaint, mutation.where) in found
    assert {name for name, _ in found} <= {mutation.complaint} | consequences(mutation)


def consequences(mutation: Mutation) -> set[str]:
    """What else is true of some breaks: an alarm that is gone takes a deployment's way back with it."""
    return {
        "no alarm on a function's errors": {"deployment-without-way-back"},
        "an alarm on a figure that nobody makes": {"alarm-of-nothing"},
    }.get(mutation.done, set())


def test_breaking_a_copy_leaves_the_template_as_it_is(template: Template) -> None:
    before = copy.deepcopy(template)
    CATALOGUE[0].break_(copy.deepcopy(template))
    assert template == before
