"""Answering CodeDeploy, which asks before it gives traffic to a new version.

Every function's alias names the migration as its hook, so that no new code ever meets the old tables. CodeDeploy
waits an hour for the answer, and a "Failed" leaves the traffic where it is and rolls the stack back.

The event has {"DeploymentId", "LifecycleEventHookExecutionId"} (docs.aws.amazon.com/codedeploy, AppSpec "hooks"
section for Lambda, read 2026-11).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from zimmer.observability import logger


@contextmanager
def answering(event: Mapping[str, Any]) -> Iterator[None]:
    """Tell CodeDeploy how the block went, if it is CodeDeploy that asks. What the block raises goes on."""
    hook = event.get("LifecycleEventHookExecutionId")
    if not hook:
        yield
        return
    try:
        yield
    except BaseException:
        _answer(event["DeploymentId"], hook, "Failed")
        raise
    _answer(event["DeploymentId"], hook, "Succeeded")


def _answer(deployment_id: str, hook: str, status: str) -> None:
    import boto3  # the runtime brings it

    logger().info("deployment.answered", deployment_id=deployment_id, status=status)
    boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=deployment_id, lifecycleEventHookExecutionId=hook, status=status
    )
