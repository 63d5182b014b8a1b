"""`./zimmer deploy STAGE`: its steps in order, against AWS's interfaces as moto serves them.

`sam` is a program that writes down what it was asked. moto runs no function without Docker, so Lambda is a small
server that speaks its Invoke.
"""

import json
import shlex
import subprocess
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import boto3
import pytest

from local import build as tools
from local.artifact.building import Built
from local.deploy import bucket, verb
from local.deploy.deployment import PLACES, Deployment
from local.environment import LOGS
from local.panels import PANELS, Panel, Workspace
from local.queues import REGION
from local.rules import Complaint
from local.stage import SAMCONFIG, STAGES, Stage
from local.template import ROOT, load_template

SHA = "5" * 64


@dataclass
class PretendLambda:
    """Answers Invoke, and remembers which function and version was asked for."""

    url: str = ""
    answer: object = field(default_factory=lambda: {"revision": "0042"})
    failed: bool = False
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def pretend_lambda() -> Iterator[PretendLambda]:
    lambda_ = PretendLambda()

    class Invoke(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            lambda_.asked.append(unquote(self.path))
            body = json.dumps(lambda_.answer).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            if lambda_.failed:
                self.send_header("x-amz-function-error", "Unhandled")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing of it belongs into a test's output."""

    server = ThreadingHTTPServer(("localhost", 0), Invoke)
    lambda_.url = f"http://localhost:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield lambda_
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def _aws(queue_server: str, pretend_lambda: PretendLambda, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", queue_server)
    monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", pretend_lambda.url)


def client(service: Any) -> Any:
    return boto3.client(service, region_name=REGION)


@dataclass(frozen=True)
class Made:
    """What is on AWS before the deployment: the stack of an earlier one."""

    buckets: Mapping[str, str]
    distributions: Mapping[str, str]


@pytest.fixture
def made(_aws: None) -> Iterator[Made]:
    """A stack that answers what ours answers; the values are those of things that moto has."""
    buckets = {name: f"zimmer-dev-{name.lower()}" for name in ("UserPanelBucket", "AdminPanelBucket")}
    distributions = {name: distribution(name) for name in ("UserPanelDistribution", "AdminPanelDistribution")}
    answers = {**buckets, **distributions, "MigrateFunction": "zimmer-dev-MigrateFunction-1"}
    template = {
        "Resources": {
            name: {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": value}} for name, value in buckets.items()
        },
        "Outputs": {name: {"Value": value} for name, value in answers.items()},
    }
    cloudformation = client("cloudformation")
    cloudformation.create_stack(StackName="zimmer-dev", TemplateBody=json.dumps(template))
    yield Made(buckets, distributions)
    for name in buckets.values():
        for key in keys(name):
            client("s3").delete_object(Bucket=name, Key=key)
    cloudformation.delete_stack(StackName="zimmer-dev")


def distribution(name: str) -> str:
    origin = {"Id": "o", "DomainName": "zimmer.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    config = {
        "CallerReference": str(uuid4()),
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"},
        "Comment": name,
        "Enabled": True,
    }
    return str(client("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]["Id"])


def keys(name: str) -> list[str]:
    return [found["Key"] for found in client("s3").list_objects_v2(Bucket=name).get("Contents", [])]


@dataclass
class PretendSam:
    """A program called `sam` that writes down its arguments, says what it is told and ends as it is told."""

    program: Path
    asked: Path

    def will(self, *, say: str = "", end: int = 0) -> None:
        self.program.write_text(
            f"#!/bin/sh\nprintf '%s\\n' \"$@\" > {shlex.quote(str(self.asked))}\necho {shlex.quote(say)}\nexit {end}\n"
        )
        self.program.chmod(0o755)

    def __call__(self, arguments: Sequence[str], log: Path | None) -> None:
        done = subprocess.run([str(self.program), *arguments], capture_output=True, check=False)
        (log or Path("/dev/null")).write_bytes(done.stdout)
        if done.returncode:
            raise tools.BuildFailed(f"`sam deploy` ended with {done.returncode}")

    def arguments(self) -> list[str]:
        return self.asked.read_text().splitlines()


@pytest.fixture
def sam(tmp_path: Path) -> PretendSam:
    pretend = PretendSam(tmp_path / "sam", tmp_path / "asked")
    pretend.will()
    return pretend


EXPORT = {
    "index.html": "<html>",
    "login/index.html": "<html>",
    "boot.js": "boot()",
    "_next/static/chunks/main-abc123.js": "main()",
    "_next/static/media/vazir.woff2": "font",
}


@dataclass(frozen=True)
class Exported(Workspace):
    """A workspace whose panels are built already."""

    def prepare(self, panel: Panel) -> None:
        for name, content in EXPORT.items():
            path = self.export(panel) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)


@pytest.fixture
def deployment(sam: PretendSam, tmp_path: Path) -> Deployment:
    built = Built(sources="", compiler="Python 3.13.0", sha=SHA, measures=())
    return Deployment(
        Stage.of("dev"),
        workspace=Exported(web=tmp_path / "web"),
        build=lambda: built,
        standing=lambda: built,
        judge=lambda _: [],
        sam=sam,
    )


def test_a_deployment_builds_deploys_migrates_and_publishes(
    deployment: Deployment, made: Made, pretend_lambda: PretendLambda, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verb.carried_out(deployment) == 0
    said = [line.partition(" … ")[0].strip() for line in capsys.readouterr().out.splitlines()]
    steps = [
        "asking AWS who deploys dev",
        "holding the artifacts to their rules",
        "deploying the stack zimmer-dev",
        "reading what the stack answers",
        "migrating the database",
        "uploading the customer panel",
        "having CloudFront ask for the customer panel again",
        "uploading the staff dashboard",
        "having CloudFront ask for the staff dashboard again",
    ]
    assert [line for line in said if line in steps] == steps
    assert pretend_lambda.asked == ["/2015-03-31/functions/zimmer-dev-MigrateFunction-1/invocations?Qualifier=live"]
    for name in made.buckets.values():
        assert set(keys(name)) == {*EXPORT, "config.js"}
    for name in made.distributions.values():
        assert client("cloudfront").list_invalidations(DistributionId=name)["InvalidationList"]["Quantity"] == 1


def test_sam_is_given_everything_that_samconfig_says_and_the_build(
    deployment: Deployment, made: Made, sam: PretendSam
) -> None:
    assert verb.carried_out(deployment) == 0
    asked = sam.arguments()
    given = asked[asked.index("--parameter-overrides") + 1 :]
    config = tomllib.loads(SAMCONFIG.read_text())["dev"]["deploy"]["parameters"]
    assert given == [*config["parameter_overrides"], f"BuildSha={SHA}"]
    assert asked[:3] == ["deploy", "--config-env", "dev"]
    assert asked[asked.index("--template-file") + 1] == str(ROOT / ".aws-sam" / "build" / "template.yaml")


def test_the_template_answers_what_a_deployment_asks_for() -> None:
    asked = {"MigrateFunction", *(name for _, *names in PLACES for name in names)}
    assert asked <= set(load_template()["Outputs"])


@pytest.mark.parametrize("stage", STAGES)
def test_a_person_is_asked_before_prod_changes_and_nowhere_else(stage: str) -> None:
    assert Deployment(Stage.of(stage)).asks is (stage == "prod")


def test_hashed_files_are_kept_for_ever_and_the_rest_is_asked_for_again(deployment: Deployment, made: Made) -> None:
    assert verb.carried_out(deployment) == 0
    name = made.buckets["UserPanelBucket"]
    found = {key: client("s3").head_object(Bucket=name, Key=key) for key in keys(name)}
    assert {key: (head["CacheControl"], head["ContentType"]) for key, head in found.items()} == {
        "index.html": ("no-cache", "text/html; charset=utf-8"),
        "login/index.html": ("no-cache", "text/html; charset=utf-8"),
        "boot.js": ("no-cache", "text/javascript; charset=utf-8"),
        "config.js": ("no-cache", "text/javascript; charset=utf-8"),
        "_next/static/chunks/main-abc123.js": (bucket.FOREVER, "text/javascript; charset=utf-8"),
        "_next/static/media/vazir.woff2": (bucket.FOREVER, "font/woff2"),
    }
    config = client("s3").get_object(Bucket=name, Key="config.js")["Body"].read().decode()
    assert config == 'window.zimmer = {"api": "https://api.dev.zimmerai.com"};\n'


def test_pages_go_up_after_what_they_name(tmp_path: Path) -> None:
    Exported(web=tmp_path).prepare(PANELS[0])
    order = [file.key for file in bucket.files(Exported(web=tmp_path).export(PANELS[0]), "https://api")]
    assert order[:2] == ["_next/static/chunks/main-abc123.js", "_next/static/media/vazir.woff2"]
    assert order[-2:] == ["index.html", "login/index.html"]


def test_a_second_deployment_uploads_no_hashed_file_again_and_removes_pages_that_are_gone(
    deployment: Deployment, made: Made
) -> None:
    name = made.buckets["UserPanelBucket"]
    assert verb.carried_out(deployment) == 0
    first, *others = (bucket.File(key, content.encode()) for key, content in EXPORT.items() if "login" not in key)
    done = bucket.sync(client("s3"), name, [first, *others])
    assert done == bucket.Synced(uploaded=2, kept=2, removed=2)
    assert "login/index.html" not in keys(name)


def test_yesterdays_hashed_files_stay_a_month_for_pages_that_are_open(deployment: Deployment, made: Made) -> None:
    name, old = made.buckets["UserPanelBucket"], "_next/static/chunks/main-abc123.js"
    assert verb.carried_out(deployment) == 0
    page = [bucket.File("index.html", b"<html>")]
    bucket.sync(client("s3"), name, page, now=datetime.now(UTC) + timedelta(days=29))
    assert old in keys(name)
    bucket.sync(client("s3"), name, page, now=datetime.now(UTC) + timedelta(days=31))
    assert old not in keys(name)


def test_a_failed_migration_ends_the_deployment_loudly(
    deployment: Deployment, made: Made, pretend_lambda: PretendLambda, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend_lambda.failed = True
    pretend_lambda.answer = {"errorType": "ProgrammingError", "errorMessage": "column does not exist"}
    assert verb.carried_out(deployment) == 1
    out = capsys.readouterr().out
    assert "why:  the database was not migrated: ProgrammingError: column does not exist" in out
    assert f"mend: aws logs tail /zimmer/dev/migrate --since 15m --region {REGION}" in out
    assert keys(made.buckets["UserPanelBucket"]) == []
    assert len(pretend_lambda.asked) == 1


def test_an_answer_without_a_revision_is_a_failure(
    deployment: Deployment, made: Made, pretend_lambda: PretendLambda, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend_lambda.answer = None
    assert verb.carried_out(deployment) == 1
    assert "answered None and no revision" in capsys.readouterr().out


def test_a_refused_stack_says_why_and_where_to_look(
    deployment: Deployment,
    made: Made,
    sam: PretendSam,
    pretend_lambda: PretendLambda,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sam.will(say="Error: Stack zimmer-dev is in ROLLBACK_COMPLETE state", end=1)
    assert verb.carried_out(deployment) == 1
    out = capsys.readouterr().out
    assert "why:  Error: Stack zimmer-dev is in ROLLBACK_COMPLETE state" in out
    assert "mend: aws cloudformation describe-stack-events" in out
    assert f"log:  {LOGS / 'deploy-dev.log'}" in out
    assert pretend_lambda.asked == []


@pytest.mark.usefixtures("_aws")
def test_a_stack_without_an_answer_is_named(deployment: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    client("cloudformation").create_stack(StackName="zimmer-dev", TemplateBody='{"Resources": {}, "Outputs": {}}')
    try:
        assert verb.carried_out(deployment) == 1
    finally:
        client("cloudformation").delete_stack(StackName="zimmer-dev")
    assert "the stack zimmer-dev does not answer MigrateFunction" in capsys.readouterr().out


def test_nobody_signed_in_is_told_how_to(
    deployment: Deployment,
    sam: PretendSam,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    assert verb.carried_out(deployment) == 1
    out = capsys.readouterr().out
    assert "why:  nobody is signed in to AWS here" in out
    assert "mend: aws configure" in out
    assert not sam.asked.exists()


def test_artifacts_that_break_a_rule_are_not_deployed(
    deployment: Deployment, made: Made, sam: PretendSam, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = replace(deployment, judge=lambda _: [Complaint("boto3", "CommonLayer", "carries boto3")])
    assert verb.carried_out(broken) == 1
    assert "why:  boto3 CommonLayer: carries boto3" in capsys.readouterr().out
    assert not sam.asked.exists()


def test_a_dry_run_shows_the_exact_command_and_asks_nobody(
    deployment: Deployment, sam: PretendSam, pretend_lambda: PretendLambda
) -> None:
    plan = "\n".join(deployment.plan())
    config = tomllib.loads(SAMCONFIG.read_text())["dev"]["deploy"]["parameters"]
    assert shlex.join([*config["parameter_overrides"], f"BuildSha={SHA}"]) in plan
    assert "window" not in plan
    assert "/config.js says https://api.dev.zimmerai.com" in plan
    assert not sam.asked.exists()
    assert pretend_lambda.asked == []


def test_a_plan_without_a_build_invents_no_sha(deployment: Deployment) -> None:
    plan = "\n".join(replace(deployment, standing=lambda: None).plan())
    assert "BuildSha=<of the build>" in plan


def test_a_file_has_the_type_that_the_local_server_gives_it() -> None:
    table = (ROOT / "web" / "serve.mjs").read_text().partition("const TYPES = {")[2].partition("}")[0]
    theirs = dict(line.strip().rstrip(",").replace('"', "").split(": ", 1) for line in table.strip().splitlines())
    assert theirs == bucket.TYPES
