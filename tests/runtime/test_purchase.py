"""What would be uploaded has already sold something: the product's story, through the built artifacts."""

import httpx

from local.emulator.artifacts import FINISHED, Artifacts
from local.emulator.figures import Figures
from local.emulator.walk import BACKGROUND_EVENTS, REQUESTS
from local.record import Record
from local.template import functions, load_template
from tests.runtime.conftest import files_in

API_FUNCTIONS = ("AuthFunction", "AutomationsFunction", "PaymentsFunction", "SupportFunction", "AdminFunction")


def test_the_whole_story_is_played_and_every_function_has_a_part(walked: dict[str, Figures]) -> None:
    assert walked.keys() == functions(load_template()).keys()
    assert all(walked[name].events >= REQUESTS for name in API_FUNCTIONS)
    assert walked["PaymentsSweep"].events > BACKGROUND_EVENTS
    assert walked["PaymentsWorker"].events >= 3  # two purchases, and messages that came twice


def test_a_mail_about_the_tokens_has_left(walked: dict[str, Figures], platform: Record) -> None:
    mails = httpx.get(f"{platform.mailbox_url}/_mails", trust_env=False).json()["mails"]
    assert any(mail["to"][0].startswith("demo-") for mail in mails), mails
    assert walked["SupportDeliver"].events >= 1


def test_no_function_outgrows_its_memory(walked: dict[str, Figures]) -> None:
    assert not {name: row.peak_mb for name, row in walked.items() if row.peak_mb > row.setting_mb / 2}


def test_nothing_was_written_into_the_code(
    walked: dict[str, Figures], artifacts: Artifacts, untouched: dict[str, tuple[int, int]]
) -> None:
    """Lambda's /var/task and /opt are read-only; here only this would show."""
    after = files_in(artifacts.folder)
    assert {name for name in after.items() ^ untouched.items() if name[0] != FINISHED} == set()
