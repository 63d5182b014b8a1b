"""Each thing that must not be deployed is named when a copy of the artifacts has it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from local import stage_doctor
from local.artifact.building import Built
from local.artifact.rules import MOST_UNPACKED, MOST_ZIPPED, complaints, judged, moved_versions, of_files
from local.stage import Stage
from local.template import Template, functions, load_template
from tests.artifact.conftest import Copy

Break = Callable[[Copy], object]
FUNCTIONS = list(functions(load_template()))


def test_what_is_built_may_be_deployed(artifacts: Path) -> None:
    assert complaints(artifacts) == []


def test_the_layer_is_as_small_as_promised(built: Built) -> None:
    layer = built.measures[0]
    assert layer.artifact == "CommonLayer"
    assert layer.unpacked <= MOST_UNPACKED == 45_000_000
    assert layer.zipped <= MOST_ZIPPED == 15_000_000
    assert all(measure.has_byte_code for measure in built.measures)


def properties_of(template: Template, logical_id: str) -> dict[str, object]:
    found: dict[str, object] = template["Resources"][logical_id]["Properties"]
    return found


def without_byte_code(copy: Copy) -> None:
    shutil.rmtree(copy.folder / "AuthFunction" / "functions" / "auth" / "__pycache__")


def a_package_without_byte_code(copy: Copy) -> None:
    for path in (copy.packages / "sqlalchemy" / "orm").glob("*.pyc"):
        path.unlink()


def everything_without_byte_code(copy: Copy) -> None:
    for path in copy.packages.rglob("*.pyc"):
        path.unlink()


def a_source_changed_after_it_was_compiled(copy: Copy) -> None:
    name = "CommonLayer/python/zimmer/money.py"
    copy.write(name, (copy.folder / name).read_bytes() + b"\n# a byte more\n")


def byte_code_of_another_python(copy: Copy) -> None:
    name = "PaymentsWorker/functions/payments/__pycache__/worker.cpython-313.pyc"
    compiled = (copy.folder / name).read_bytes()
    copy.write(name, b"\xa7\x0d\r\n" + compiled[4:])


def byte_code_that_asks_for_the_time(copy: Copy) -> None:
    name = "SupportDeliver/functions/support/__pycache__/deliver.cpython-313.pyc"
    compiled = (copy.folder / name).read_bytes()
    copy.write(name, compiled[:4] + bytes(4) + compiled[8:])


def boto3_in_the_layer(copy: Copy) -> None:
    copy.write("CommonLayer/python/boto3/__init__.pyc", b"")


def botocore_in_a_function(copy: Copy) -> None:
    copy.write("MigrateFunction/botocore/data.json", b"{}")


def something_large(copy: Copy) -> None:
    copy.write("CommonLayer/python/model.bin", bytes(12_000_000))


def something_that_does_not_shrink(copy: Copy) -> None:
    copy.write("CommonLayer/python/model.bin", os.urandom(2_000_000))


def native_code_of_this_machine(copy: Copy) -> None:
    (library,) = copy.packages.glob("_cffi_backend*.so")
    content = bytearray(library.read_bytes())
    content[18:20] = (62).to_bytes(2, "little")  # x86-64
    copy.write(f"CommonLayer/python/{library.name}", bytes(content))


def native_code_of_another_python(copy: Copy) -> None:
    (library,) = copy.packages.glob("_cffi_backend*.so")
    copy.write(f"CommonLayer/python/{library.name.replace('313', '312')}", library.read_bytes())


def a_function_without_its_module(copy: Copy) -> None:
    (copy.folder / "PaymentsSweep" / "functions" / "payments" / "sweep.py").unlink()


def no_layer(copy: Copy) -> None:
    shutil.rmtree(copy.folder / "CommonLayer")


@pytest.mark.parametrize(
    ("broken", "name", "where", "why"),
    [
        (without_byte_code, "byte-code", "AuthFunction", "functions/auth/__init__.py has none"),
        (a_package_without_byte_code, "byte-code", "CommonLayer", "sqlalchemy/orm/__init__.py is gone"),
        (everything_without_byte_code, "byte-code", "CommonLayer", "zimmer/__init__.py has none"),
        (a_source_changed_after_it_was_compiled, "byte-code", "CommonLayer", "1 file: python/zimmer/money.py has that"),
        (byte_code_of_another_python, "byte-code", "PaymentsWorker", "worker.py has that of another Python"),
        (byte_code_that_asks_for_the_time, "byte-code", "SupportDeliver", "checked against the file's time"),
        (boto3_in_the_layer, "boto3", "CommonLayer", "carries boto3"),
        (botocore_in_a_function, "boto3", "MigrateFunction", "carries botocore"),
        (something_large, "layer-size", "CommonLayer", "MB unpacked, 45 are allowed"),
        (something_that_does_not_shrink, "layer-size", "CommonLayer", "MB zipped, 15 are allowed"),
        (native_code_of_this_machine, "processor", "CommonLayer", "not for arm64 on Linux"),
        (native_code_of_another_python, "processor", "CommonLayer", "for Python 312"),
        (
            a_function_without_its_module,
            "no-handler",
            "PaymentsSweep",
            "functions.payments.sweep.handler names no file",
        ),
        (no_layer, "not-built", "CommonLayer", "there is no layer"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_it_is_named(broken: Break, name: str, where: str, why: str, copy: Copy) -> None:
    broken(copy)
    found = of_files(copy.folder)
    assert any(c.name == name and c.where == where and why in c.why for c in found), found


def test_a_function_whose_version_a_layer_change_does_not_move_is_named(copy: Copy) -> None:
    copy.edit_template(lambda template: properties_of(template, "PaymentsWorker").pop("AutoPublishCodeSha256"))
    (complaint,) = complaints(copy.folder)
    assert (complaint.name, complaint.where) == ("version", "PaymentsWorker")
    assert "a change of the layer alone moves no version" in complaint.why


def test_functions_that_publish_no_version_are_named(copy: Copy) -> None:
    def unpublish(template: Template) -> None:
        template["Globals"]["Function"].pop("AutoPublishAlias")
        for properties in (template["Globals"]["Function"], *(properties_of(template, name) for name in FUNCTIONS)):
            properties.pop("DeploymentPreference", None)

    copy.edit_template(unpublish)
    wrong = {complaint.where for complaint in moved_versions(copy.folder)}
    assert wrong == set(FUNCTIONS)


def test_a_template_that_sam_refuses_is_named(copy: Copy) -> None:
    copy.edit_template(lambda template: template["Globals"]["Function"].pop("AutoPublishAlias"))
    (complaint,) = moved_versions(copy.folder)
    assert (complaint.name, complaint.where) == ("version", "template.yaml")
    assert "requires AutoPublishAlias" in complaint.why


def test_the_doctor_of_a_stage_says_what_is_wrong_with_the_artifacts(
    copy: Copy, capsys: pytest.CaptureFixture[str]
) -> None:
    boto3_in_the_layer(copy)
    verdict: stage_doctor.Verdict = ("artifact", lambda _: judged(copy.folder))
    assert stage_doctor.diagnose(Stage.of("dev"), (verdict,)) == 1
    assert "artifact    boto3: CommonLayer" in capsys.readouterr().out


def test_the_doctor_has_nothing_to_judge_before_the_first_build(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict: stage_doctor.Verdict = ("artifact", lambda _: judged(tmp_path))
    assert stage_doctor.diagnose(Stage.of("dev"), (verdict,)) == 0
    assert "not built yet: ./zimmer build" in capsys.readouterr().out
