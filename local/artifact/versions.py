"""Which version of each function a deployment publishes, by SAM's own transform."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local import build as tools
from local.errors import StepFailed
from local.template import ROOT

TRANSFORM = ROOT / "local" / "sam" / "transform.py"
SAM_PYTHON = tools.SAM_VENV / "bin" / "python"


def published(template: Path, *build_shas: str) -> list[dict[str, str]]:
    """The logical id of each function's version, once for each BuildSha. Raises StepFailed when SAM refuses.

    Two deployments with the same id for a function go on running the code of the first.
    """
    return [
        {
            resource["Properties"]["FunctionName"]["Ref"]: logical_id
            for logical_id, resource in answer["Resources"].items()
            if resource["Type"] == "AWS::Lambda::Version"
        }
        for answer in transformed(template, *({"BuildSha": sha} for sha in build_shas))
    ]


def transformed(template: Path, *parameters: Mapping[str, str]) -> list[dict[str, Any]]:
    """What CloudFormation would be given, once for each set of parameters. Raises StepFailed."""
    tools.sync_sam()
    command = [str(SAM_PYTHON), str(TRANSFORM), str(template), *(json.dumps(given) for given in parameters)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise StepFailed(f"SAM refuses the template: {said[-1]}", mend="./zimmer validate")
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers
