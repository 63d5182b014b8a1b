"""Who runs Postgres, which refuses to run as root.

An ordinary user runs it as themselves. Root runs it in a user namespace where root is called nobody, so that the
files stay root's own, or as the user nobody where namespaces are forbidden.
"""

import os
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypedDict

from local.errors import StepFailed

NOBODY = 65534
CALLED_NOBODY = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")


class Identity(TypedDict, total=False):
    """The user a process runs as, in the words of `subprocess.Popen`; empty for ourselves."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class RunAs:
    prefix: tuple[str, ...]
    identity: Identity


OURSELVES = RunAs((), {})
IN_A_NAMESPACE = RunAs(CALLED_NOBODY, {})


def run_as(data_dir: Path, postgres: Path) -> RunAs:
    """The user who may run this `postgres` over this folder: the folder's owner, never root. Raises StepFailed."""
    owner = data_dir.stat().st_uid if data_dir.exists() else os.geteuid()
    if os.geteuid() != 0:
        if owner != os.geteuid():
            raise StepFailed(f"{data_dir} belongs to another user", mend=f"sudo chown -R $(id -u) {data_dir}")
        return OURSELVES
    if owner != 0:
        return as_user(owner, data_dir.stat().st_gid)
    if namespaces_work():
        return IN_A_NAMESPACE
    return as_nobody(data_dir.parent, postgres)


def as_user(user: int, group: int) -> RunAs:
    return RunAs((), {"user": user, "group": group, "extra_groups": []})


def as_nobody(parent: Path, postgres: Path) -> RunAs:
    nobody = as_user(NOBODY, NOBODY)
    reaches = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1" && "$2" --version', "sh", parent, postgres], capture_output=True, **nobody.identity
    )
    if reaches.returncode:
        raise StepFailed(
            "Postgres refuses to run as root, user namespaces are forbidden here and the user nobody cannot read "
            "this folder: run as an ordinary user, or set DATABASE_URL to a Postgres of your own"
        )
    return nobody


@cache
def namespaces_work() -> bool:
    try:
        return subprocess.run([*CALLED_NOBODY, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False
