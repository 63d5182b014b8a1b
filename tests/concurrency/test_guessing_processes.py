"""Real processes at one door, as Lambda has them: nothing is shared but the database."""

import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import closing

import pytest

from tests.functions.auth.conftest import FORM, Browser
from zimmer.db import Database, using

GUESSES = 12


@pytest.mark.parametrize("email", [FORM["email"], "nobody@example.com"], ids=["known", "unknown"])
def test_15_two_processes_hammering_login_get_five_guesses_between_them(email: str, own_database: str) -> None:
    with closing(Database(own_database)) as database, using(database):
        assert Browser().register().status == 201
    arguments = [sys.executable, "-m", "tests.concurrency.guessing", email, str(GUESSES)]
    environment = {**os.environ, "DATABASE_URL": own_database}
    guessers = [
        subprocess.Popen(arguments, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for guesser in guessers:
        assert guesser.stdout is not None
        assert guesser.stdout.readline() == "ready\n"
    for guesser in guessers:
        assert guesser.stdin is not None
        guesser.stdin.write("go\n")
        guesser.stdin.flush()
    heard = [json.loads(guesser.communicate(timeout=60)[0].splitlines()[-1]) for guesser in guessers]
    assert [guesser.returncode for guesser in guessers] == [0, 0]
    assert Counter(code for codes in heard for code in codes) == {
        "wrong-credentials": 5,
        "too-many-requests": 2 * GUESSES - 5,
    }
