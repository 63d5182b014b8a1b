"""The reader of the template itself, on small tables: the local gateway routes by it."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from local.template import Route, find_route, load_template, schedules

TABLE = [
    Route("ANY", "/things/{proxy+}", "all"),
    Route("ANY", "/things/{id}/parts", "parts"),
    Route("POST", "/things/{id}/parts", "new part"),
    Route("GET", "/things/first/parts", "first"),
    Route("ANY", "/things", "list"),
]


@pytest.mark.parametrize(
    ("method", "path", "function", "parameters"),
    [
        ("GET", "/things", "list", {}),
        ("get", "/things/7", "all", {"proxy": "7"}),
        ("GET", "/things/7/parts/2", "all", {"proxy": "7/parts/2"}),
        ("GET", "/things/7/parts", "parts", {"id": "7"}),
        ("POST", "/things/7/parts", "new part", {"id": "7"}),
        ("GET", "/things/first/parts", "first", {}),
        ("DELETE", "/things/first/parts", "parts", {"id": "first"}),
    ],
)
def test_the_most_specific_route_wins(method: str, path: str, function: str, parameters: dict[str, str]) -> None:
    found = find_route(TABLE, method, path)
    assert found is not None
    assert (found.route.function, found.path_parameters) == (function, parameters)


@pytest.mark.parametrize("path", ["/", "/thing", "/things/", "/other/things"])
def test_a_path_outside_the_table_has_no_route(path: str) -> None:
    assert find_route(TABLE, "GET", path) is None


def test_short_tags_are_read_as_their_long_forms(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text("{a: !Ref B, c: !GetAtt D.Arn, e: !Sub '${F}', g: !If [H, !Ref I, 1]}")
    assert load_template(path) == {
        "a": {"Ref": "B"},
        "c": {"Fn::GetAtt": ["D", "Arn"]},
        "e": {"Fn::Sub": "${F}"},
        "g": {"Fn::If": ["H", {"Ref": "I"}, 1]},
    }


@pytest.mark.parametrize(
    ("expression", "every"),
    [
        ("rate(1 minute)", timedelta(minutes=1)),
        ("rate(2 hours)", timedelta(hours=2)),
        ("cron(0 22 * * ? *)", None),
    ],
)
def test_a_schedule_tells_how_often(expression: str, every: timedelta | None) -> None:
    events = {"Clock": {"Type": "Schedule", "Properties": {"Schedule": expression}}}
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Events": events}}
    (schedule,) = schedules({"Resources": {"Sweep": function}})
    assert (schedule.function, schedule.every) == ("Sweep", every)
    assert schedule.at == (None if every else time(22))
