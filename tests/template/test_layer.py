import re
from pathlib import Path

from local.build import REQUIREMENTS, exported_requirements


def test_the_layer_carries_what_was_tested() -> None:
    assert REQUIREMENTS.read_text(encoding="utf-8") == exported_requirements()


def test_the_layer_brings_no_second_boto() -> None:
    packages = re.findall(r"^([\w.-]+)==", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)
    assert packages
    assert not {"boto3", "botocore", "s3transfer", "aws-xray-sdk"} & set(packages)


def test_the_layers_source_stands_where_its_makefile_looks(root: Path) -> None:
    assert (root / "layers" / "common" / "zimmer" / "__init__.py").is_file()
    assert not (root / "layers" / "common" / "python").exists()
