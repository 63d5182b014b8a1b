import importlib.metadata
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from local.build import (
    MIGRATE_REQUIREMENTS,
    RECEIPT_REQUIREMENTS,
    REPORT_REQUIREMENTS,
    REQUIREMENTS,
    exported_requirements,
)
from local.template import ROOT

COMMON = ROOT / "layers" / "common"


def packages(requirements: Path) -> set[str]:
    return set(re.findall(r"^([\w.-]+)==", requirements.read_text(encoding="utf-8"), re.MULTILINE))


CARRIED_APART = [MIGRATE_REQUIREMENTS, RECEIPT_REQUIREMENTS, REPORT_REQUIREMENTS]


@pytest.mark.parametrize("path", [REQUIREMENTS, *CARRIED_APART], ids=lambda path: path.name)
def test_what_is_deployed_is_what_was_tested(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == exported_requirements()[path]


def test_the_layer_brings_no_second_boto() -> None:
    assert packages(REQUIREMENTS)
    assert not {"boto3", "botocore", "s3transfer", "aws-xray-sdk"} & packages(REQUIREMENTS)


@pytest.mark.parametrize(
    ("path", "package"),
    [(MIGRATE_REQUIREMENTS, "alembic"), (RECEIPT_REQUIREMENTS, "uharfbuzz"), (REPORT_REQUIREMENTS, "fpdf2")],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_what_one_function_needs_is_carried_by_that_function(path: Path, package: str) -> None:
    assert package in packages(path)
    assert not packages(path) & packages(REQUIREMENTS)


@pytest.mark.parametrize("path", [RECEIPT_REQUIREMENTS, REPORT_REQUIREMENTS], ids=lambda path: path.name)
def test_papers_are_drawn_without_a_library_for_pictures(path: Path) -> None:
    assert "pillow" not in packages(path)


def test_the_layers_source_stands_where_its_makefile_looks(root: Path) -> None:
    assert (root / "layers" / "common" / "zimmer" / "__init__.py").is_file()
    assert not (root / "layers" / "common" / "python").exists()


@pytest.fixture(scope="module")
def slim() -> ModuleType:
    spec = importlib.util.spec_from_file_location("slim_of_the_layer", COMMON / "slim.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_every_removal_says_why(slim: ModuleType) -> None:
    removals = slim.removals((COMMON / "slim.toml").read_text(encoding="utf-8"))
    assert removals
    assert all(removal.names and removal.because for removal in removals)


def test_a_removal_takes_files_folders_and_globs(slim: ModuleType, tmp_path: Path) -> None:
    for name in ("dialects/oracle/base.py", "dialects/postgresql/base.py", "stubs/one.pyi", "one.pyi"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    slim.slim(tmp_path, '[[files]]\nnames = ["dialects/oracle", "**/*.pyi"]\nbecause = "x"')
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["base.py"]
    assert not (tmp_path / "dialects" / "oracle").exists()


def test_packages_keep_their_names_and_lose_their_readmes(slim: ModuleType, tmp_path: Path) -> None:
    about = tmp_path / "one-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Name: one\nVersion: 1.0\n\n# One\n\nA story.\n")
    (about / "RECORD").write_text("one/__init__.py,sha256=abc,12\none-1.0.dist-info/METADATA,sha256=def,34\n")
    slim.slim(tmp_path, "files = []")
    assert importlib.metadata.Distribution.at(about).version == "1.0"
    assert (about / "METADATA").read_text() == "Name: one\nVersion: 1.0\n"
    assert (about / "RECORD").read_text() == "one/__init__.py,,\none-1.0.dist-info/METADATA,,\n"


def test_a_removal_that_finds_nothing_is_an_error(slim: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(slim.NothingFound, match=r"leaves out gone, and there is none"):
        slim.slim(tmp_path, '[[files]]\nnames = ["gone"]\nbecause = "x"')


@pytest.mark.skipif(sys.platform != "linux", reason="native code of other systems is no ELF file")
def test_native_code_runs_without_its_symbols(slim: ModuleType, tmp_path: Path) -> None:
    for name in ("_argon2_cffi_bindings._ffi", "_cffi_backend"):
        found = importlib.util.find_spec(name)
        assert found is not None
        original = Path(str(found.origin))
        lighter = tmp_path / original.name
        lighter.write_bytes(slim.without_symbols(original.read_bytes()))
        assert lighter.stat().st_size < original.stat().st_size
    script = "import _cffi_backend, _ffi; print(_ffi.lib.ARGON2_VERSION_13)"
    ran = subprocess.run(
        [sys.executable, "-S", "-c", script], env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert ran.stdout.strip() == "19", ran.stderr


def test_what_is_no_elf_file_is_left_alone(slim: ModuleType) -> None:
    assert slim.without_symbols(b"\xcf\xfa\xed\xfe of a Mac") == b"\xcf\xfa\xed\xfe of a Mac"
