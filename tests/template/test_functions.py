import re
import subprocess
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from functions.admin.nightly import PATIENCE_SECONDS
from local.template import Template, functions, load_template, resources, schedules

FUNCTIONS = functions(load_template())
GROUPS = {"auth", "automations", "payments", "support", "admin"}


@pytest.mark.parametrize("logical_id", FUNCTIONS)
def test_a_handler_names_a_file_of_the_repository(logical_id: str, root: Path) -> None:
    found = re.fullmatch(r"functions\.(\w+)\.(\w+)\.handler", FUNCTIONS[logical_id].handler)
    assert found is not None
    assert found[1] in GROUPS
    assert (root / "functions" / found[1] / f"{found[2]}.py").is_file()


@pytest.mark.parametrize("logical_id", FUNCTIONS)
def test_an_artifact_holds_its_group_and_nothing_else(logical_id: str, root: Path, tmp_path: Path) -> None:
    group = FUNCTIONS[logical_id].handler.split(".")[1]
    variables = [f"ARTIFACTS_DIR={tmp_path}", "COMPILER=false", "requirements="]  # the group alone, without packages
    subprocess.run(["make", "-s", f"build-{logical_id}", *variables], cwd=root / "functions", check=True)
    assert [entry.name for entry in tmp_path.iterdir()] == ["functions"]
    assert {entry.name for entry in (tmp_path / "functions").iterdir()} == {"__init__.py", group}
    assert python_files(tmp_path / "functions" / group) == python_files(root / "functions" / group)


def python_files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*.py")}


def test_a_function_that_no_group_builds_is_refused(root: Path, tmp_path: Path) -> None:
    command = ["make", "-s", "build-Nothing", f"ARTIFACTS_DIR={tmp_path}", "COMPILER=false"]
    made = subprocess.run(command, cwd=root / "functions", capture_output=True, text=True, check=False)
    assert made.returncode != 0
    assert "no group builds Nothing" in made.stderr


def test_every_function_is_called_by_its_alias(template: Template) -> None:
    assert template["Globals"]["Function"]["AutoPublishAlias"] == "live"
    for function in resources(template, "AWS::Serverless::Function").values():
        assert "AutoPublishAlias" not in function["Properties"]


def test_prod_tries_a_version_on_a_tenth_first(template: Template) -> None:
    preference = template["Globals"]["Function"]["DeploymentPreference"]
    assert preference["Type"] == {"Fn::If": ["IsProd", "Canary10Percent5Minutes", "AllAtOnce"]}


def test_a_deployment_without_a_build_is_refused(template: Template) -> None:
    default = template["Parameters"]["BuildSha"]["Default"]
    (rule,) = template["Rules"]["BuildIsNamed"]["Assertions"]
    assert rule["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "BuildSha"}, default]}]}


def test_no_two_functions_share_a_log(template: Template) -> None:
    logs = [
        function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
        for function in resources(template, "AWS::Serverless::Function").values()
    ]
    assert len(set(logs)) == len(FUNCTIONS)


def test_the_sweep_and_the_upkeep_run_alone_every_minute(template: Template) -> None:
    found = {schedule.function: schedule.expression for schedule in schedules(template) if schedule.every}
    assert found == {"PaymentsSweep": "rate(1 minute)", "AutomationsUpkeep": "rate(1 minute)"}
    for name in found:
        assert FUNCTIONS[name].reserved_concurrency == 1
        assert FUNCTIONS[name].timeout_seconds <= 60


def test_the_night_runs_alone_at_one_in_tehran(template: Template) -> None:
    [night] = [schedule for schedule in schedules(template) if schedule.function == "AdminNightly"]
    assert night.at is not None
    at = datetime.combine(datetime(2026, 11, 26), night.at, UTC)  # noqa: DTZ001  the day does not matter
    assert at.astimezone(ZoneInfo("Asia/Tehran")).time() == time(1)
    assert FUNCTIONS["AdminNightly"].reserved_concurrency == 1
    assert FUNCTIONS["AdminNightly"].timeout_seconds > PATIENCE_SECONDS


def test_layer_versions_outlive_a_deployment(template: Template) -> None:
    layer = resources(template, "AWS::Serverless::LayerVersion")["CommonLayer"]
    assert layer["Properties"]["RetentionPolicy"] == "Retain"
    assert template["Globals"]["Function"]["Layers"] == [{"Ref": "CommonLayer"}]


def test_every_version_waits_for_the_migration(template: Template) -> None:
    preference = template["Globals"]["Function"]["DeploymentPreference"]
    assert preference["Hooks"] == {"PreTraffic": {"Ref": "MigrateFunction"}}
    # AWSCodeDeployRoleForLambda may call nothing whose name begins otherwise.
    name = template["Resources"]["MigrateFunction"]["Properties"]["FunctionName"]["Fn::Sub"]
    assert name.startswith("CodeDeployHook_")
