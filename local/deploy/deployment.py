"""The steps of a deployment, each a timed line, and the same steps as a plan that asks nobody."""

import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import boto3

from local import build as tools
from local.artifact import building, rules
from local.artifact.building import Built
from local.deploy import bucket
from local.deploy.aws import Account, answering
from local.environment import LOGS
from local.errors import StepFailed
from local.panels import CUSTOMER, DASHBOARD, Panel, Workspace, complaint
from local.rules import Complaint
from local.screen import show, step
from local.stage import SAMCONFIG, Stage
from local.template import ROOT

# Each panel with the outputs of the stack that say where it goes.
PLACES = (
    (CUSTOMER, "UserPanelBucket", "UserPanelDistribution"),
    (DASHBOARD, "AdminPanelBucket", "AdminPanelDistribution"),
)
UNKNOWN_SHA = "<of the build>"


def sam(arguments: Sequence[str], log: Path | None) -> None:
    """The pinned SAM CLI. Raises tools.BuildFailed."""
    tools.sam(*arguments, log=log)


@dataclass(frozen=True)
class Deployment:
    """A stage and what deploys it."""

    stage: Stage
    workspace: Workspace = field(default_factory=Workspace)
    build: Callable[[], Built] = building.build
    standing: Callable[[], Built | None] = building.standing
    judge: Callable[[Path], list[Complaint]] = rules.complaints
    sam: Callable[[Sequence[str], Path | None], None] = sam
    artifacts: Path = building.ARTIFACTS

    @property
    def again(self) -> str:
        return f"./zimmer deploy {self.stage.name}"

    @property
    def asks(self) -> bool:
        """Whether SAM waits for a person to say yes to what would change."""
        return bool(self.stage.config.get("confirm_changeset"))

    @property
    def api(self) -> str:
        return self.stage.parameters["ApiBaseUrl"].value

    def run(self) -> None:
        """Deploy. Raises StepFailed, whose step has said why."""
        account = Account(self.stage)
        with step(f"asking AWS who deploys {self.stage.name}"):
            who = account.who()
        show(f"    {who}, {self.stage.region}")
        self.upload_functions(self.judged())
        with step("reading what the stack answers"):
            outputs = account.outputs()
        with step("migrating the database"):
            revision = account.migrate(self.output(outputs, "MigrateFunction"))
        show(f"    revision {revision}")
        for panel, bucket_output, distribution in PLACES:
            self.publish(panel, self.output(outputs, bucket_output), self.output(outputs, distribution))

    def judged(self) -> Built:
        """The build, with nothing wrong about it. Raises StepFailed."""
        built = self.build()
        with step("holding the artifacts to their rules"):
            for wrong in self.judge(self.artifacts):
                raise StepFailed(f"{wrong.name} {wrong.where}: {wrong.why}", mend="./zimmer build")
        return built

    def upload_functions(self, built: Built) -> None:
        """`sam deploy`, in silence unless a person has to say yes to the changes."""
        log = LOGS / f"deploy-{self.stage.name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"")
        with step(f"deploying the stack {self.stage.stack}"):
            if self.asks:
                show("SAM shows what would change, and asks")
            try:
                self.sam(self.sam_arguments(built.sha), None if self.asks else log)
            except tools.BuildFailed as failed:
                why = str(failed) if self.asks else complaint(log)
                raise StepFailed(why, mend=self.what_happened(), log=None if self.asks else log) from failed

    def sam_arguments(self, build_sha: str) -> list[str]:
        """For `sam`. --parameter-overrides replaces samconfig's list, so all of that is repeated beside BuildSha."""
        given = [f"{name}={value}" for name, value in self.stage.given.items()]
        where = ["--config-file", str(SAMCONFIG), "--template-file", str(self.artifacts / "template.yaml")]
        return [
            *("deploy", "--config-env", self.stage.name),
            *where,
            *("--parameter-overrides", *given, f"BuildSha={build_sha}"),
        ]

    def what_happened(self) -> str:
        events = "aws cloudformation describe-stack-events --max-items 20"
        return f"{events} --region {self.stage.region} --stack-name {self.stage.stack}"

    def output(self, outputs: dict[str, str], name: str) -> str:
        """One answer of the stack. Raises StepFailed."""
        if name not in outputs:
            with step(f"looking for {name}"):
                raise StepFailed(f"the stack {self.stage.stack} does not answer {name}", mend=self.again)
        return outputs[name]

    def publish(self, panel: Panel, bucket_name: str, distribution: str) -> None:
        """Build a panel, upload what is new in it, and have CloudFront forget the rest."""
        self.workspace.prepare(panel)
        wanted = bucket.files(self.workspace.export(panel), self.api)
        with step(f"uploading the {panel.title}"), answering(self.again):
            done = bucket.sync(boto3.client("s3", region_name=self.stage.region), bucket_name, wanted)
        show(f"    {done.uploaded} new, {done.kept} there already, {done.removed} removed")
        with step(f"having CloudFront ask for the {panel.title} again"), answering(self.again):
            boto3.client("cloudfront").create_invalidation(
                DistributionId=distribution,
                InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(time.time_ns())},
            )

    def plan(self) -> list[str]:
        """What `run` would do, exactly, as far as this machine can know it."""
        standing = self.standing()
        sha = standing.sha if standing else UNKNOWN_SHA
        relative = [part.replace(f"{ROOT}/", "") for part in self.sam_arguments(sha)]
        command = shlex.join(["sam", *relative])
        lines = [
            "build        ./zimmer build, and its rules",
            f"deploy       {command}",
            f"outputs      of the stack {self.stage.stack} in {self.stage.region}",
            "migrate      invoke the version `live` of the output MigrateFunction, once",
        ]
        for panel, bucket_output, distribution in PLACES:
            lines += [
                f"panel        {panel.title}: npm run build, /config.js says {self.api}",
                f"  upload     to the output {bucket_output}: {self.uploads(panel)}",
                f"  invalidate /* of the output {distribution}",
            ]
        return lines

    def uploads(self, panel: Panel) -> str:
        export = self.workspace.export(panel)
        if not (export / "index.html").exists():
            return f"hashed files immutable, the rest {bucket.ASK_AGAIN}"
        wanted = bucket.files(export, self.api)
        hashed = sum(file.is_hashed for file in wanted)
        return f"{hashed} hashed files immutable, {len(wanted) - hashed} others {bucket.ASK_AGAIN}"
