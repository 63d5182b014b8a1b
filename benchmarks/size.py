"""Figure 7: what is uploaded, and how large a warm container is."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from benchmarks.figures import Figure, Verdict, unknown
from benchmarks.ground import Ground, environment
from benchmarks.shop import open_shop
from local.build import ARTIFACTS
from local.environment import plain_environment

MEGABYTE = 1024 * 1024  # as Lambda counts memory and limits what is uploaded
LAYER = ARTIFACTS / "CommonLayer"
MOST_ZIPPED, MOST_UNPACKED, MOST_RESIDENT = 15, 45, 80
CALLS = 50

SERVE = """
import json, sys
from functions.automations.app import handler
event = json.loads(sys.stdin.read())
for _ in range({calls}):
    assert handler(event, None)["statusCode"] == 200
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmRSS")))
"""


def measure_exactly() -> list[Figure]:
    """The layer as `./zimmer build` left it."""
    if not (LAYER / "python").is_dir():
        why = "no artifact here; build it with: ./zimmer build"
        return [
            unknown(7, "size: layer, zipped", f"≤ {MOST_ZIPPED} MB", why),
            unknown(7, "size: layer, unpacked", f"≤ {MOST_UNPACKED} MB", why),
        ]
    files = [path for path in sorted(LAYER.rglob("*")) if path.is_file()]
    unpacked = sum(path.stat().st_size for path in files)
    has_byte_code = any(path.suffix == ".pyc" for path in files)
    if not has_byte_code:
        why = "this artifact has no byte code, so what it weighs says little; no Python 3.13 was at hand"
        return [
            unknown(7, "size: layer, zipped", f"≤ {MOST_ZIPPED} MB", why),
            unknown(7, "size: layer, unpacked", f"≤ {MOST_UNPACKED} MB", why),
        ]
    return [
        _megabytes("size: layer, zipped", _zipped(files), MOST_ZIPPED),
        _megabytes("size: layer, unpacked with byte code", unpacked, MOST_UNPACKED),
    ]


def measure(ground: Ground) -> list[Figure]:
    """Resident memory of a process that has answered fifty requests."""
    url = ground.new_database()
    event = open_shop(url).catalogue()
    if not Path("/proc/self/status").exists():
        return [unknown(7, "size: resident memory", f"≤ {MOST_RESIDENT} MB", "this system has no /proc")]
    done = subprocess.run(
        [sys.executable, "-c", SERVE.format(calls=CALLS)],
        input=json.dumps(event),
        capture_output=True,
        text=True,
        check=True,
        env={**plain_environment(), **environment(), "DATABASE_URL": url},
    )
    return [_megabytes("size: resident memory after 50 calls", int(done.stdout) * 1024, MOST_RESIDENT)]


def _zipped(files: list[Path]) -> int:
    """As `sam deploy` packs it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, os.fspath(path.relative_to(LAYER)))
    return len(packed.getbuffer())


def _megabytes(name: str, size: int, at_most: int) -> Figure:
    megabytes = size / MEGABYTE
    verdict = Verdict.PASS if megabytes <= at_most else Verdict.FAIL
    return Figure(7, name, f"{megabytes:.1f} MB", f"≤ {at_most} MB", verdict, data={"bytes": size})
