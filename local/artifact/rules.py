"""What must hold of the artifacts before they are uploaded, as rules that each name what they miss.

`./zimmer build` ends with them, `./zimmer doctor STAGE` prints them, and tests/artifact breaks a copy of the artifacts
in each way they know. A rule reads the folder and the template in it, and runs nothing of either.
"""

import _imp
import re
import tomllib
from collections.abc import Callable, Iterator, Sized
from pathlib import Path

from local import build as tools
from local.artifact import versions
from local.artifact.measures import LAYER, byte_code_of, measure
from local.errors import StepFailed
from local.rules.complaint import Complaint
from local.template import functions, load_template

# Lambda allows 250 MB; these are ours, because each cold start pays for them (docs/performance.md).
MOST_UNPACKED, MOST_ZIPPED = 45_000_000, 15_000_000
BROUGHT_BY_LAMBDA = ("boto3", "botocore", "s3transfer", "aws_xray_sdk")
# PEP 552: the magic number of 3.13, and flags that say "a hash, which nobody compares".
MAGIC, UNCHECKED_HASH = (3571).to_bytes(2, "little") + b"\r\n", (1).to_bytes(4, "little")
ELF, AARCH64 = b"\x7fELF", (183).to_bytes(2, "little")
FOR_A_PYTHON = re.compile(r"\.cpython-(\d+)")
TWO_BUILDS = ("a" * 64, "b" * 64)


Rule = Callable[[Path], Iterator[Complaint]]


def complaints(artifacts: Path = tools.ARTIFACTS) -> list[Complaint]:
    """Everything that is wrong with what was built."""
    return [*of_files(artifacts), *moved_versions(artifacts)]


def judged(artifacts: Path = tools.ARTIFACTS) -> list[Complaint] | None:
    """The same for the doctor; None where nothing has been built yet, which a deployment does by itself."""
    return complaints(artifacts) if (artifacts / "template.yaml").exists() else None


def of_files(artifacts: Path) -> list[Complaint]:
    """What is wrong with the files alone; SAM is not asked."""
    return [complaint for rule in OF_FILES for complaint in rule(artifacts)]


def whole(artifacts: Path) -> Iterator[Complaint]:
    """There is a layer, and each function's artifact has the file that its handler names."""
    if not (artifacts / LAYER / "python" / "zimmer").is_dir():
        yield Complaint("not-built", LAYER, "there is no layer; ./zimmer build makes it")
    for logical_id, function in functions(load_template(artifacts / "template.yaml")).items():
        module = function.handler.rpartition(".")[0].replace(".", "/")
        if not (artifacts / logical_id / f"{module}.py").is_file():
            yield Complaint("no-handler", logical_id, f"{function.handler} names no file of the artifact")


def byte_code(artifacts: Path) -> Iterator[Complaint]:
    """Lambda compiles nothing: all sources have byte code of 3.13, made of just these sources."""
    for folder in folders(artifacts):
        wrong = {path: why for path in sorted(folder.rglob("*.py")) if (why := wrong_byte_code(path))}
        if wrong:
            first, why = next(iter(wrong.items()))
            yield Complaint("byte-code", folder.name, f"{of(wrong)}: {first.relative_to(folder)} {why}")


def wrong_byte_code(source: Path) -> str:
    """Why Lambda would not run this source's byte code, or would run another's; "" when all is well.

    The second is what unchecked hashes cost: Python itself never compares them.
    """
    compiled = byte_code_of(source)
    if not compiled.exists():
        return "has none"
    header = compiled.read_bytes()[:16]
    if header[:8] != MAGIC + UNCHECKED_HASH:
        return "has that of another Python, or one that is checked against the file's time"
    key = int.from_bytes(MAGIC, "little")
    return "" if header[8:] == _imp.source_hash(key, source.read_bytes()) else "has that of an older source"


def packages(artifacts: Path) -> Iterator[Complaint]:
    """Each module that a package installed is there, as source or as byte code, unless slim.toml leaves it out."""
    folder = artifacts / LAYER / "python"
    missing = [name for name in installed_modules(folder) if not is_there(folder / name)]
    if missing:
        yield Complaint("byte-code", LAYER, f"{of(missing)} of its packages: {missing[0]} is gone without byte code")


def installed_modules(folder: Path) -> Iterator[str]:
    removed = removed_names()
    for record in sorted(folder.glob("*.dist-info/RECORD")):
        names = (line.split(",")[0] for line in record.read_text(encoding="utf-8").splitlines())
        yield from (name for name in names if name.endswith(".py") and not is_removed(name, removed))


def removed_names() -> tuple[str, ...]:
    entries = tomllib.loads(tools.SLIM.read_text(encoding="utf-8"))["files"]
    return tuple(name for entry in entries for name in entry["names"])


def is_removed(name: str, removed: tuple[str, ...]) -> bool:
    return name.startswith("..") or any(name == one or name.startswith(f"{one}/") for one in removed)


def is_there(module: Path) -> bool:
    compiled = module.with_suffix(".pyc")
    return module.exists() or (compiled.exists() and compiled.read_bytes()[:8] == MAGIC + UNCHECKED_HASH)


def nothing_of_lambda(artifacts: Path) -> Iterator[Complaint]:
    """The runtime brings boto3: a second one is 20 MB, and an older one than the runtime's wins."""
    for folder in folders(artifacts):
        place = folder / "python" if folder.name == LAYER else folder
        for name in BROUGHT_BY_LAMBDA:
            if (place / name).exists():
                yield Complaint("boto3", folder.name, f"carries {name}, which Lambda's runtime brings")


def size(artifacts: Path) -> Iterator[Complaint]:
    """The layer stays small."""
    layer = measure(artifacts / LAYER)
    for unit, found, most in (("unpacked", layer.unpacked, MOST_UNPACKED), ("zipped", layer.zipped, MOST_ZIPPED)):
        if found > most:
            yield Complaint("layer-size", LAYER, f"{found / 1e6:.1f} MB {unit}, {most / 1e6:.0f} are allowed")


def processor(artifacts: Path) -> Iterator[Complaint]:
    """Native code is for Lambda's processor and Python."""
    for folder in folders(artifacts):
        for library in sorted(folder.rglob("*.so")):
            if why := wrong_processor(library):
                yield Complaint("processor", folder.name, f"{library.relative_to(folder)} is {why}")


def wrong_processor(library: Path) -> str:
    with library.open("rb") as file:
        header = file.read(20)
    if header[:4] != ELF or header[18:20] != AARCH64:
        return "not for arm64 on Linux"
    versioned = FOR_A_PYTHON.search(library.name)
    return f"for Python {versioned[1]}" if versioned and versioned[1] != "313" else ""


def moved_versions(artifacts: Path) -> Iterator[Complaint]:
    """A new BuildSha publishes a new version of every function, by SAM's own transform.

    SAM publishes none for a changed layer by itself, and the alias would go on running the old ledger.
    """
    template = artifacts / "template.yaml"
    try:
        before, after = versions.published(template, *TWO_BUILDS)
    except StepFailed as refused:
        yield Complaint("version", template.name, refused.why)
        return
    for logical_id in functions(load_template(template)):
        if logical_id not in after:
            yield Complaint("version", logical_id, "publishes no version, so nothing can be rolled back to")
        elif after[logical_id] == before.get(logical_id):
            yield Complaint("version", logical_id, "a change of the layer alone moves no version: give BuildSha to it")


def folders(artifacts: Path) -> list[Path]:
    return sorted(path for path in artifacts.iterdir() if path.is_dir())


def of(found: Sized) -> str:
    count = len(found)
    return f"{count} file{'' if count == 1 else 's'}"


OF_FILES: tuple[Rule, ...] = (whole, byte_code, packages, nothing_of_lambda, size, processor)
