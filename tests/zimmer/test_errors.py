"""The list of everything that can go wrong."""

import re
from collections import Counter

import pytest

from zimmer.errors import Unavailable, ZimmerError, catalogue

KINDS = [kind for kind in catalogue() if kind.__module__ == "zimmer.errors"]


def test_each_code_means_one_thing() -> None:
    codes = Counter(kind.code for kind in KINDS if "code" in vars(kind))
    assert [code for code, times in codes.items() if times > 1] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_is_kebab_case(kind: type[ZimmerError]) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", kind.code)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_keeps_the_status_of_its_family(kind: type[ZimmerError]) -> None:
    families = [parent for parent in kind.__mro__ if "status" in vars(parent) and parent is not ZimmerError]
    assert kind is ZimmerError or len(families) == 1
    assert 400 <= kind.status <= 599


@pytest.mark.parametrize("kind", KINDS)
def test_a_title_is_a_sentence_for_people(kind: type[ZimmerError]) -> None:
    assert kind.title[0].isupper()
    assert not kind.title.endswith(".")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if issubclass(kind, Unavailable)])
def test_who_is_told_to_come_back_is_told_when(kind: type[Unavailable]) -> None:
    assert kind().data["retry_after_s"] == 5


def test_an_error_says_its_title_unless_it_has_more_to_say() -> None:
    assert ZimmerError().detail == ZimmerError.title
    assert str(ZimmerError("More", amount=5)) == "More"
    assert ZimmerError("More", amount=5).data == {"amount": 5}


def test_the_drawing_shows_every_code_there_is() -> None:
    import zimmer.errors

    drawn = set(re.findall(r"\b[A-Z]\w+", zimmer.errors.__doc__ or ""))
    assert {kind.__name__ for kind in KINDS} <= drawn
