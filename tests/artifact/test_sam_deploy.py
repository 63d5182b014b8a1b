"""The pinned SAM CLI takes what `./zimmer deploy` gives it, uploads what was built, and asks for a stack of it."""

from pathlib import Path

import boto3
import pytest

from local.artifact.building import Built
from local.deploy.deployment import Deployment
from local.queues import REGION
from local.stage import Stage

BUCKET = "zimmer-artifacts"
STACK = "zimmer-artifact"
INTO_OURS = ("--stack-name", STACK, "--no-resolve-s3", "--s3-bucket", BUCKET)  # moto has no bucket of SAM's own


def test_sam_deploys_what_was_built(
    built: Built, queue_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", queue_server)
    s3, cloudformation = boto3.client("s3", region_name=REGION), boto3.client("cloudformation", region_name=REGION)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    deployment = Deployment(Stage.of("dev"))
    deployment.sam([*deployment.sam_arguments(built.sha), *INTO_OURS], tmp_path / "log")

    (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    given = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack["Parameters"]}
    assert given["BuildSha"] == built.sha
    assert {name: given[name] for name in deployment.stage.given} == deployment.stage.given
    uploaded = {found["Size"] for found in s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
    assert {measure.zipped for measure in built.measures} <= uploaded
