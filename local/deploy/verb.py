"""What a person sees of `./zimmer deploy STAGE`: one timed line a step, and where the stage is reached."""

import argparse
from collections.abc import Sequence

from local.deploy.deployment import Deployment
from local.errors import StepFailed
from local.screen import BOLD, painted, show
from local.stage import STAGES, Stage


def main(arguments: Sequence[str]) -> int:
    """Deploy, or show what that would do; 1 when a step failed."""
    parser = argparse.ArgumentParser(prog="./zimmer deploy", description="Put a stage on AWS, or bring it up to date.")
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("--dry-run", action="store_true", help="show the plan and ask nobody")
    chosen = parser.parse_args(arguments)
    deployment = Deployment(Stage.of(chosen.stage))
    if chosen.dry_run:
        for line in deployment.plan():
            show(line)
        return 0
    return carried_out(deployment)


def carried_out(deployment: Deployment) -> int:
    try:
        deployment.run()
    except StepFailed:  # its step has said why
        return 1
    stage = deployment.stage
    show(f"\n{painted(f'{stage.name} is deployed', BOLD)}")
    for title, parameter in (("API", "ApiBaseUrl"), ("customers", "FrontendUrl"), ("staff", "AdminUrl")):
        show(f"  {title:<10} {stage.parameters[parameter].value}")
    return 0
