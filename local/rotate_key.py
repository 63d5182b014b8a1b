"""`./zimmer rotate-key jwt`: another key for access tokens, and nobody is signed out by it.

Two keys live at a time: `JWT_SECRET_KEY` signs, and `JWT_SECRET_KEY_PREVIOUS`, its predecessor, still verifies what it
has signed. A container that meets a token of a key it does not know reads the secret again, so one change is enough.
The keys stand in a JSON file, here `.local/secrets.json`, on a stage the app's secret; no key is ever printed.
"""

import argparse
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from local.environment import SECRETS, local_keys, write_private
from local.errors import StepFailed

SIGNS, VERIFIES = "JWT_SECRET_KEY", "JWT_SECRET_KEY_PREVIOUS"
Keys = Mapping[str, str]


def main(arguments: Sequence[str]) -> int:
    """Take one step, or print the steps for a stage. 1 when the file cannot be used."""
    chosen = _parser().parse_args(arguments)
    if chosen.stage:
        print(steps_for(chosen.stage))
        return 0
    path = chosen.file or SECRETS
    if not chosen.file:
        local_keys()  # made by the first `up`, or now
    try:
        taken(path, chosen.step)
    except StepFailed as failed:
        print(failed)
        return 1
    print(AFTERWARDS[chosen.step].format(path=path))
    if not chosen.file:
        print(HERE)
    return 0


def taken(path: Path, step: str) -> None:
    """Change the file by one step. Raises StepFailed for a file that holds no such keys."""
    try:
        keys = json.loads(path.read_text(encoding="utf-8"))
        fresh = STEPS[step](keys)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StepFailed(f"{path} holds no keys for this step", mend="./zimmer rotate-key jwt --stage STAGE") from error
    write_private(path, json.dumps(fresh, indent=2) + "\n")


def changed(keys: Keys) -> Keys:
    """A new key signs from now on, and the one before still verifies."""
    return {**keys, SIGNS: secrets.token_urlsafe(48), VERIFIES: keys[SIGNS]}


def forgotten(keys: Keys) -> Keys:
    """One key again."""
    return {name: value for name, value in keys.items() if name != VERIFIES}


STEPS: dict[str, Callable[[Keys], Keys]] = {"change": changed, "forget": forgotten}
AFTERWARDS = {
    "change": "A new key stands in {path}; the one before still verifies. Nobody is signed out.\n"
    "In two hours no token of the old key is left:  ./zimmer rotate-key jwt forget",
    "forget": "{path} has one key.",
}
HERE = "Start ./zimmer up anew to use it. For a stage:  ./zimmer rotate-key jwt --stage prod"


def steps_for(stage: str) -> str:
    """What to do on a stage, command by command."""
    secret = f"--secret-id zimmer/{stage}/app"
    return "\n".join(
        [
            f"Another key for the access tokens of {stage}; nobody is signed out by it.",
            "The file holds every secret of the app: work where nobody else reads it.",
            "",
            "  umask 077",
            f"  aws secretsmanager get-secret-value {secret} --query SecretString --output text > app.json",
            "  ./zimmer rotate-key jwt change --file app.json",
            f"  aws secretsmanager put-secret-value {secret} --secret-string file://app.json",
            "",
            "A container reads the secret when it starts, and when it meets a token of the new key. After a deployment",
            f"(./zimmer deploy {stage}) none signs with the old one; two hours later, the longest life of a token:",
            "",
            "  ./zimmer rotate-key jwt forget --file app.json",
            f"  aws secretsmanager put-secret-value {secret} --secret-string file://app.json",
            "  shred -u app.json",
        ]
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./zimmer rotate-key", description="Another key, and nobody is signed out.")
    parser.add_argument("what", choices=["jwt"], help="the key that signs access tokens")
    parser.add_argument("step", nargs="?", choices=list(STEPS), default="change")
    parser.add_argument("--file", type=Path, help="the app's secret as JSON, instead of this machine's keys")
    parser.add_argument("--stage", help="print the steps for this stage and change nothing")
    return parser
