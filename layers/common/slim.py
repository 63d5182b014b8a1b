"""Takes out of a freshly built layer what nothing here uses: the list of slim.toml, the symbols of native code, and
what packages say of themselves at length.

    python3 slim.py FOLDER        FOLDER holds the installed packages

The Makefile runs it with whatever Python 3.11 or newer is at hand, so it needs the standard library alone. No
`strip` is called: a machine's own may not know Lambda's processor.
"""

import struct
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

LIST = Path(__file__).with_name("slim.toml")
ELF64_LITTLE_ENDIAN = b"\x7fELF\x02\x01"


class NothingFound(Exception):
    """A name of slim.toml stands for nothing: the package has moved it, and it may be in the layer again."""


@dataclass(frozen=True)
class Removal:
    """Names to be left out, each a file, a folder or a glob below the packages, and the reason for all of them."""

    names: tuple[str, ...]
    because: str


def removals(text: str) -> list[Removal]:
    """What slim.toml leaves out, in its order."""
    return [Removal(tuple(entry["names"]), entry["because"]) for entry in tomllib.loads(text)["files"]]


def slim(folder: Path, text: str) -> None:
    """Bring the layer's packages to what is used. Raises NothingFound; running it twice does."""
    for removal in removals(text):
        for name in removal.names:
            remove(folder, name)
    for library in native_libraries(folder):
        library.write_bytes(without_symbols(library.read_bytes()))
    for record in folder.glob("*.dist-info/RECORD"):
        record.write_text(names_of(record.read_text(encoding="utf-8")), encoding="utf-8")
    for about in folder.glob("*.dist-info/METADATA"):
        about.write_bytes(about.read_bytes().partition(b"\n\n")[0] + b"\n")  # without the package's README


def remove(folder: Path, name: str) -> None:
    found = list(folder.glob(name))
    if not found:
        raise NothingFound(f"slim.toml leaves out {name}, and there is none")
    for path in found:
        rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def names_of(record: str) -> str:
    """What was installed, without its hashes: they hold for nothing that was made lighter, and do not shrink."""
    return "".join(f"{line.split(',')[0]},,\n" for line in record.splitlines())


def native_libraries(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*.so*")) if path.is_file())


def without_symbols(content: bytes) -> bytes:
    """A shared object without symbols, debugging tables and section headers, which stand behind all that is loaded.

    The loader reads program headers alone, so what lies behind the last of them is for debuggers. Anything but a
    64-bit little-endian ELF file is left as it is.
    """
    if not content.startswith(ELF64_LITTLE_ENDIAN):
        return content
    (headers,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    segments = [struct.unpack_from("<QQQQ", content, headers + number * size + 8) for number in range(count)]
    loaded = max([headers + size * count, *(offset + in_file for offset, _, _, in_file in segments)])
    kept = bytearray(content[:loaded])
    struct.pack_into("<Q", kept, 40, 0)  # no section headers: their place,
    struct.pack_into("<HH", kept, 60, 0, 0)  # their number, and which of them holds the names
    return bytes(kept)


def main() -> None:
    try:
        slim(Path(sys.argv[1]), LIST.read_text(encoding="utf-8"))
    except NothingFound as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
