"""A stage's values and conditions, as CloudFormation would find them."""

from pathlib import Path
from typing import Any

import pytest

from local.stage import STAGES, Origin, Stage, refusal
from local.template import Template


def stage_of(template: Template, *overrides: str, tmp_path: Path, name: str = "dev") -> Stage:
    """A stage with these parameters and no others."""
    lines = ", ".join(f'"{line}"' for line in overrides)
    path = tmp_path / "samconfig.toml"
    parameters = f'stack_name = "zimmer"\nregion = "eu-central-1"\nparameter_overrides = [{lines}]\n'
    path.write_text(f"[{name}.deploy.parameters]\n{parameters}")
    return Stage.of(name, template=template, samconfig=path)


SMALL: Template = {
    "Parameters": {
        "Stage": {"Type": "String", "AllowedValues": ["dev", "prod"]},
        "Host": {"Type": "String", "Default": ""},
    },
    "Conditions": {
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "HasHost": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Host"}, ""]}]},
        "Both": {"Fn::And": [{"Condition": "IsProd"}, {"Condition": "HasHost"}]},
        "Either": {"Fn::Or": [{"Condition": "IsProd"}, {"Condition": "HasHost"}]},
    },
    "Resources": {
        "Always": {"Type": "T", "Properties": {"Size": {"Fn::If": ["IsProd", "large", "small"]}}},
        "Named": {"Type": "T", "Condition": "HasHost"},
    },
    "Rules": {},
}


@pytest.mark.parametrize(
    ("given", "held"),
    [
        (["Stage=dev"], set()),
        (["Stage=prod"], {"IsProd", "Either"}),
        (["Stage=dev", "Host=a.b"], {"HasHost", "Either"}),
        (["Stage=prod", "Host=a.b"], {"IsProd", "HasHost", "Both", "Either"}),
    ],
)
def test_conditions_follow_the_parameters(given: list[str], held: set[str], tmp_path: Path) -> None:
    stage = stage_of(SMALL, *given, tmp_path=tmp_path)
    assert {name for name in SMALL["Conditions"] if stage.holds(name)} == held
    assert set(stage.resources) == {"Always"} | ({"Named"} if "HasHost" in held else set())
    assert stage.resources["Always"]["Properties"]["Size"] == ("large" if "IsProd" in held else "small")


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({"Ref": "Stage"}, "dev"),
        ({"Ref": "Always"}, {"Ref": "Always"}),
        ({"Fn::Sub": "${Stage}-${Always}-${AWS::Region}"}, "dev-${Always}-eu-central-1"),
        ({"Fn::Select": [1, {"Fn::Split": [".", {"Ref": "Host"}]}]}, "b"),
        ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, {"Fn::Select": [0, {"Fn::GetAZs": ""}]}),
        ([1, {"Fn::If": ["IsProd", 2, {"Ref": "AWS::NoValue"}]}], [1]),
        ({"a": {"Ref": "AWS::NoValue"}, "b": "c"}, {"b": "c"}),
        ({"Condition": {"StringEquals": {"a": {"Ref": "Stage"}}}}, {"Condition": {"StringEquals": {"a": "dev"}}}),
    ],
)
def test_a_value_is_resolved_as_far_as_it_can_be(node: Any, value: Any, tmp_path: Path) -> None:
    assert stage_of(SMALL, "Stage=dev", "Host=a.b", tmp_path=tmp_path).value(node) == value


def test_a_parameter_says_where_it_comes_from(tmp_path: Path) -> None:
    parameters = stage_of(SMALL, "Host=a.b", "Other=1", tmp_path=tmp_path).parameters
    assert {name: parameter.origin for name, parameter in parameters.items()} == {
        "Stage": Origin.MISSING,
        "Host": Origin.SAMCONFIG,
        "Other": Origin.SAMCONFIG,
    }
    assert parameters["Other"].wrong
    assert parameters["Stage"].wrong
    assert not parameters["Host"].wrong


@pytest.mark.parametrize(
    ("value", "entry"),
    [
        ("http://a", {"Type": "String", "AllowedPattern": "https://.+"}),
        ("test", {"Type": "String", "AllowedValues": ["dev", "prod"]}),
        ("8", {"Type": "Number", "AllowedValues": [7, 14]}),
        ("many", {"Type": "Number"}),
    ],
)
def test_a_value_that_cloudformation_would_refuse_is_refused(value: str, entry: dict[str, Any]) -> None:
    assert refusal(value, entry)


@pytest.mark.parametrize("name", STAGES)
def test_a_stages_parameters_are_ones_the_template_takes(name: str, template: Template) -> None:
    stage = Stage.of(name, template=template)
    assert {parameter.name: parameter.wrong for parameter in stage.parameters.values() if parameter.wrong} == {}
    assert stage.parameters["Stage"].value == name


def test_prod_is_larger_and_kept_longer(template: Template) -> None:
    dev, prod = (Stage.of(name, template=template).resources["Database"]["Properties"] for name in ("dev", "prod"))
    assert (dev["MultiAZ"], prod["MultiAZ"]) == (False, True)
    assert dev["BackupRetentionPeriod"] < prod["BackupRetentionPeriod"]
    assert prod["DeletionProtection"] is True


def test_a_given_network_makes_none(template: Template, tmp_path: Path) -> None:
    given = ["Stage=dev", "VpcId=vpc-1", "SubnetA=subnet-a", "SubnetB=subnet-b", "WithEndpoints=true"]
    stage = stage_of(template, *given, tmp_path=tmp_path)
    networks = {"AWS::EC2::VPC", "AWS::EC2::NatGateway", "AWS::EC2::EIP", "AWS::EC2::VPCEndpoint", "AWS::EC2::Subnet"}
    assert not {resource["Type"] for resource in stage.resources.values()} & networks
    shared = stage.value(template["Globals"]["Function"])
    assert shared["VpcConfig"]["SubnetIds"] == ["subnet-a", "subnet-b"]


@pytest.mark.parametrize(
    ("parameter", "made"),
    [
        ("WithCache=true", {"Cache"}),
        ("WithReadReplica=true", {"ReadReplica", "ReplicaBehind"}),
        ("WithEndpoints=true", {"QueuesEndpoint", "SecretsEndpoint"}),
        ("AlarmEmail=a@b.c", {"AlarmMail"}),
        ("ApiCertificateArn=arn:aws:acm:x", {"ApiDomain", "ApiMapping"}),
    ],
)
def test_what_costs_is_made_when_it_is_asked_for(
    parameter: str, made: set[str], template: Template, tmp_path: Path
) -> None:
    urls = [f"{name}=https://x.y" for name in ("ApiBaseUrl", "FrontendUrl", "AdminUrl")]
    plain = stage_of(template, "Stage=dev", *urls, tmp_path=tmp_path).resources
    asked = stage_of(template, "Stage=dev", *urls, parameter, tmp_path=tmp_path).resources
    assert not made & set(plain)
    assert made <= set(asked)


@pytest.mark.parametrize(("snapshots", "with_extension"), [("None", True), ("PublishedVersions", False)])
def test_a_function_from_a_snapshot_does_without_the_extension(
    snapshots: str, with_extension: bool, template: Template, tmp_path: Path
) -> None:
    made = stage_of(template, "Stage=dev", f"SnapStart={snapshots}", tmp_path=tmp_path).resources
    assert bool(made["AuthFunction"]["Properties"]["Layers"]) is with_extension
    assert made["PaymentsWorker"]["Properties"]["Layers"]
