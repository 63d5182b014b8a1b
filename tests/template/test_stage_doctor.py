"""`./zimmer doctor STAGE`: what it says, and when it fails."""

import copy
import re
from dataclasses import replace

import pytest

from local import stage_doctor
from local.errands import APP_SECRET, after, before
from local.stage import STAGES, Stage
from local.template import Template
from tests.template.mutations import CATALOGUE, Mutation
from zimmer.settings import Settings


def seen(stage: Stage, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code, and what stands on the screen."""
    code = stage_doctor.diagnose(stage)
    return code, capsys.readouterr().out


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_is_well_and_fits_a_small_terminal(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = seen(Stage.of(name), capsys)
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert not re.search("…$", out, re.MULTILINE)  # nothing of ours has to be cut to fit
    assert f"stack zimmer-{name} in eu-central-1" in out
    assert out.splitlines()[-1] == f"nothing is wrong: ./zimmer deploy {name}"


def test_it_counts_what_would_be_made(capsys: pytest.CaptureFixture[str], template: Template) -> None:
    stage = Stage.of("prod", template=template)
    _, out = seen(stage, capsys)
    counted = re.findall(r"^ +(\d+)  \w", out.split("Parameters")[0], re.MULTILINE)
    assert sum(map(int, counted)) == len(stage.resources)


def test_every_parameter_is_named_once(capsys: pytest.CaptureFixture[str], template: Template) -> None:
    _, out = seen(Stage.of("prod", template=template), capsys)
    listed = "".join(out.split("By hand")[0].split("Parameters that")[1:])
    for name in template["Parameters"]:
        assert len(re.findall(rf"\b{name}\b", listed.replace("Zarrinpal", ""))) <= 1 or name == "Stage", name
        assert name in listed, name


@pytest.mark.parametrize("mutation", CATALOGUE, ids=lambda mutation: mutation.done.replace(" ", "-"))
def test_a_broken_rule_is_named_and_fails(
    mutation: Mutation, template: Template, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = copy.deepcopy(template)
    mutation.break_(broken)
    code, out = seen(Stage.of("prod", template=broken), capsys)
    assert code == 1
    assert f"{mutation.complaint}: {mutation.where}"[:60] in out
    assert out.splitlines()[-1].endswith(" to mend")


def without_override(stage: Stage, name: str) -> Stage:
    lines = [line for line in stage.config["parameter_overrides"] if not line.startswith(f"{name}=")]
    return replace(stage, config={**stage.config, "parameter_overrides": lines})


def with_override(stage: Stage, line: str) -> Stage:
    kept = without_override(stage, line.partition("=")[0])
    return replace(kept, config={**kept.config, "parameter_overrides": [*kept.config["parameter_overrides"], line]})


def test_a_parameter_without_a_value_is_missed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = seen(without_override(Stage.of("dev"), "AdminUrl"), capsys)
    assert code == 1
    assert "missing-parameter: AdminUrl" in out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("PaymentsMode=sandbox", "in prod PaymentsMode is live"),
        ("VpcId=vpc-1", "with VpcId go SubnetA and SubnetB"),
        ("SecretsExtensionArn=", "SecretsExtensionArn is empty for `sam local` only"),
        ("LogRetentionDays=8", "it is none of 7, 14"),
        ("Stages=prod", "the template has no such parameter"),
    ],
)
def test_what_cloudformation_would_refuse_is_said_before(
    line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = seen(with_override(Stage.of("prod"), line), capsys)
    assert code == 1
    assert said in out


def test_the_secret_is_described_with_keys_that_the_settings_read() -> None:
    read_later = {"OPENAI_API_KEY"}  # by the key pool
    assert {key.lower() for key in APP_SECRET.keys() - read_later} <= set(Settings.model_fields)


def test_what_has_a_value_is_no_errand() -> None:
    prod = Stage.of("prod")
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/0-1"
    ready = with_override(with_override(prod, f"WebCertificateArn={arn}"), "AlarmEmail=a@b.c")
    assert {errand.about for errand in before(prod)} - {errand.about for errand in before(ready)} == {"alarms"}
    assert len([errand for errand in before(prod) if errand.about == "certificate"]) == 2
    assert len([errand for errand in before(ready) if errand.about == "certificate"]) == 1


def test_every_name_gets_a_record_and_zarinpal_the_address() -> None:
    todo = [(errand.about, errand.to_do) for errand in after(Stage.of("prod"))]
    assert ("DNS", "api.zimmerai.com → ApiDomainTarget") in todo
    assert ("DNS", "admin.zimmerai.com → AdminPanelDomainTarget") in todo
    assert any(about == "Zarinpal" and "EgressAddress" in to_do for about, to_do in todo)


def test_the_outputs_it_names_exist(template: Template) -> None:
    named = {
        word
        for errand in after(Stage.of("prod"))
        for word in re.findall(r"\b\w+(?:DomainTarget|Address)\b", errand.to_do)
    }
    assert named <= set(template["Outputs"])
    assert len(named) == 4


def test_a_replica_needs_roots_of_its_own() -> None:
    asked = with_override(Stage.of("prod"), "WithReadReplica=true")
    ready = with_override(asked, "DbSslRoot=/opt/python/roots.pem")
    assert "replica" in {errand.about for errand in before(asked)}
    assert "replica" not in {errand.about for errand in before(ready)} | {
        errand.about for errand in before(Stage.of("prod"))
    }
