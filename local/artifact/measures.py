"""How large each artifact is, as Lambda counts: unpacked, and zipped as `sam deploy` zips it."""

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LAYER = "CommonLayer"


@dataclass(frozen=True)
class Measure:
    """One artifact. Sizes are bytes; `has_byte_code` says that no source in it has to be compiled by Lambda."""

    artifact: str
    files: int
    unpacked: int
    zipped: int
    has_byte_code: bool


def measured(artifacts: Path) -> tuple[Measure, ...]:
    """The layer first, then the functions by name."""
    folders = (path for path in artifacts.iterdir() if path.is_dir())
    return tuple(measure(folder) for folder in sorted(folders, key=lambda path: (path.name != LAYER, path.name)))


def measure(folder: Path) -> Measure:
    files = files_of(folder)
    return Measure(
        artifact=folder.name,
        files=len(files),
        unpacked=sum(path.stat().st_size for path in files),
        zipped=zipped(folder),
        has_byte_code=all(byte_code_of(path).exists() for path in files if path.suffix == ".py"),
    )


def zipped(folder: Path) -> int:
    """The size of the zip file, in bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files_of(folder):
            archive.write(path, path.relative_to(folder))
    return buffer.getbuffer().nbytes


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def byte_code_of(source: Path) -> Path:
    """Where Python 3.13 looks for it."""
    return source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"


def table(measures: Iterable[Measure], compiler: str) -> list[str]:
    """For people, in megabytes of a million bytes."""
    rows = [
        (m.artifact, f"{m.files:,}", mb(m.unpacked), mb(m.zipped), "yes" if m.has_byte_code else "NO") for m in measures
    ]
    head = ("artifact", "files", "unpacked", "zipped", f"byte code by {compiler}")
    return [
        f"  {name:<22}{files:>7}{unpacked:>11}{zipped_:>10}  {code}"
        for name, files, unpacked, zipped_, code in [head, *rows]
    ]


def mb(size: int) -> str:
    return f"{size / 1e6:.2f} MB"
