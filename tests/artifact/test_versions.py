"""A change of the layer alone reaches every function, by the transform that CloudFormation applies."""

import re
from pathlib import Path

from local.artifact import versions
from local.artifact.building import tree_sha
from local.template import functions, load_template
from tests.artifact.conftest import Copy


def test_one_byte_in_the_layer_moves_the_version_of_every_function(artifacts: Path, copy: Copy) -> None:
    name = "CommonLayer/python/zimmer/money.py"
    source = (artifacts / name).read_bytes()
    copy.write(name, source.replace(b"t", b"T", 1))

    (before,) = versions.published(artifacts / "template.yaml", tree_sha(artifacts))
    (after,) = versions.published(copy.template, tree_sha(copy.folder))

    assert set(before) == set(after) == set(functions(load_template()))
    assert all(before[logical_id] != after[logical_id] for logical_id in before)


def test_what_has_not_changed_keeps_its_versions(artifacts: Path, copy: Copy) -> None:
    shas = tree_sha(artifacts), tree_sha(copy.folder)
    before, after = versions.published(artifacts / "template.yaml", *shas)
    assert before == after


def test_a_build_sha_fits_the_parameter(artifacts: Path) -> None:
    pattern = load_template()["Parameters"]["BuildSha"]["AllowedPattern"]
    assert re.fullmatch(pattern, tree_sha(artifacts))
