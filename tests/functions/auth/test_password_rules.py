"""Which passwords are good enough, and that one password is the same on every keyboard."""

import pytest

from tests.functions.auth.conftest import Door
from zimmer.auth import passwords
from zimmer.errors import ValidationFailed


def refusal(password: str, *, email: str = "sara.mohammadi@example.com", name: str = "سارا محمدی") -> str | None:
    """The code that stands against a password, or None."""
    try:
        passwords.insist(password, email=email, name=name)
    except ValidationFailed as error:
        return error.errors[0]["code"]
    return None


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "PassWord1234",
        "123456789012",
        "۱۲۳۴۵۶۷۸۹۰۱۲",
        "1234 5678 9012",
        "qwertyuiop[]",
        "1qaz2wsx3edc",
        "aaaaaaaaaaaa",
        "ababababababab",
        "dooset daram 123",
        "دوستت دارم123",
        "دوستت دارم۱۲۳",
        "ضصثقفغعهخحجچ",
        "zimmer123456",
    ],
)
def test_13_what_many_people_use_is_refused(password: str) -> None:
    assert refusal(password) == "password-common"


@pytest.mark.parametrize(
    "password",
    [
        "sara.mohammadi@example.com",
        "sara.mohammadi1",
        "SARA.MOHAMMADI!!",
        "سارا محمدی ۱۲۳",
        "سارامحمدی1404",
        "سارا محمدي 99",
    ],
)
def test_13_what_the_own_name_gives_away_is_refused(password: str) -> None:
    assert refusal(password) == "password-own"


@pytest.mark.parametrize(
    "password",
    [
        "panjereh-roo-be-darya",
        "پنجره رو به دریا",
        "گنجشک‌های خانه",
        "sara.mohammadi likes tall mountains",
        "correct horse battery",
        "😀😃😄😁😆😅😂🤣🥲😊😇🙂",
    ],
)
def test_13_what_nobody_guesses_is_taken(password: str) -> None:
    assert refusal(password) is None


def test_13_a_short_name_forbids_nothing() -> None:
    assert refusal("ali baba va 40 dozd", email="a@example.com", name="علی") is None


@pytest.mark.parametrize("password", ["password1234", "saraaaaaaaaa", "sara@example.com"])
def test_13_registration_asks_for_a_good_one(password: str, door: Door) -> None:
    answer = door.register(password=password)
    assert answer.status == 422
    assert [(error["loc"], error["code"].partition("-")[0]) for error in answer.json["errors"]] == [
        (["body", "password"], "password")
    ]


@pytest.mark.parametrize(
    ("chosen", "typed"),
    [
        ("کتاب یک پنجره ۱۲", "كتاب يك پنجره 12"),  # an old Windows keyboard
        ("کتاب یک پنجره ۱۲", "كتاب يك پنجره ١٢"),  # an Arabic one
        ("Cafe\u0301 ba shir garm", "Café ba shir garm"),  # a Mac's file dialog, and everything else
        ("ｐassword of a wide one", "password of a wide one"),
    ],
)
def test_13_one_password_is_the_same_on_every_keyboard(chosen: str, typed: str, door: Door) -> None:
    door.register(password=chosen)
    assert door.login(password=typed).status == 200


def test_a_list_of_common_passwords_holds_only_what_could_be_chosen() -> None:
    assert len(passwords._common()) > 1500
    assert {len(password) >= passwords.MIN_LENGTH for password in passwords._common()} == {True}


def test_no_password_is_none_at_all() -> None:
    assert not passwords.matches(passwords.NO_PASSWORD, passwords.NO_PASSWORD)
