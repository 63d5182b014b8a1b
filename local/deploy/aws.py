"""What a deployment asks of AWS besides `sam deploy`: who it is, what the stack answers, one call of a function."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from local.errors import StepFailed
from local.stage import Stage

LONGEST_MIGRATION_SECONDS = 900  # Lambda's longest, and the function's time-out
SIGN_IN = "aws configure"


@contextmanager
def answering(mend: str) -> Iterator[None]:
    """AWS answers during the block, or the step fails with its words."""
    try:
        yield
    except NoCredentialsError as error:
        raise StepFailed("nobody is signed in to AWS here", mend=SIGN_IN) from error
    except (BotoCoreError, ClientError) as error:
        raise StepFailed(str(error), mend=mend) from error


@dataclass(frozen=True)
class Account:
    """Where a stage is deployed to."""

    stage: Stage

    def who(self) -> str:
        """The account and the identity in it. Raises StepFailed when there is none."""
        with answering(mend=SIGN_IN):
            identity = boto3.client("sts", region_name=self.stage.region).get_caller_identity()
        return f"{identity['Account']} as {identity['Arn'].rpartition(':')[2]}"

    def outputs(self) -> dict[str, str]:
        """What the stack answers, by name. Raises StepFailed."""
        cloudformation = boto3.client("cloudformation", region_name=self.stage.region)
        with answering(mend=f"./zimmer deploy {self.stage.name}"):
            (stack,) = cloudformation.describe_stacks(StackName=self.stage.stack)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def migrate(self, function: str) -> str:
        """Call the version of the migrating function that was just deployed, once; the revision it reached.

        A failure of the function is ours. boto3 would ask again after a time-out, and migrate twice.
        """
        patient = Config(read_timeout=LONGEST_MIGRATION_SECONDS + 10, retries={"total_max_attempts": 1})
        lambda_ = boto3.client("lambda", region_name=self.stage.region, config=patient)
        mend = f"aws logs tail /zimmer/{self.stage.name}/migrate --since 15m --region {self.stage.region}"
        with answering(mend=mend):
            answer = lambda_.invoke(FunctionName=function, Qualifier="live", Payload=b"{}")
            said = json.loads(answer["Payload"].read() or b"null")
        if answer.get("FunctionError"):
            raise StepFailed(f"the database was not migrated: {reason(said)}", mend=mend)
        if not isinstance(said, dict) or "revision" not in said:
            raise StepFailed(f"the migrating function answered {said!r} and no revision", mend=mend)
        return str(said["revision"])


def reason(said: Any) -> str:
    """Lambda's words for an exception: `ProgrammingError: relation "users" already exists`."""
    if not isinstance(said, dict):
        return repr(said)
    return f"{said.get('errorType', 'Error')}: {said.get('errorMessage', 'it said nothing')}"
