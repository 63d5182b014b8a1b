"""SnapStart: what must not lie in a snapshot, and what its restored copies must not have in common.

Lambda takes the snapshot after a handler's module was imported and starts many containers from it, hours later
too. Import makes no connection and reads no secret, so the hooks mostly guard what may be warmed up one day. Clients
of others (httpx, boto3) are made on first use, which is after the restore. Ids, tokens and nonces come from
`os.urandom`, which the machine's kernel reseeds; Python's `random` it cannot know of.

docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-python.html, read 2026-11.
"""

import random
from functools import lru_cache

from zimmer import cache, db, settings
from zimmer.settings import secrets


@lru_cache(maxsize=1)
def register() -> None:
    """Have Lambda call the hooks, once however often it is said. Where there is no Lambda it does nothing.

    Each handler's module calls this, and one may import another: staff can start the sweep.
    """
    try:
        # Lambda's Python runtime (3.12 and later) brings it and has imported it by now.
        from snapshot_restore_py import register_after_restore, register_before_snapshot
    except ImportError:
        return
    register_before_snapshot(before_snapshot)
    register_after_restore(after_restore)


def before_snapshot() -> None:
    """Hang up and keep no secret. What a restored copy will surely import is imported now, where it costs nobody."""
    db.forget()
    cache.forget()
    settings.forget()
    if secrets.are_named():
        import boto3  # noqa: F401


def after_restore() -> None:
    """Begin as a new container does: secrets and connection when the first request needs them.

    Not here: a hook that fails or takes 10 s makes the start fail, where a request would try again.
    """
    db.forget()
    cache.forget()
    settings.forget()
    random.seed()
