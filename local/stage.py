"""One stage as a deployment would make it: parameters, conditions and what follows from both, without AWS.

It reads template.yaml and samconfig.toml as `sam deploy --config-env STAGE` does. What only AWS knows, an attribute
of something made, stays unresolved.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from local.template import ROOT, Template, load_template

STAGES = ("dev", "staging", "prod")
SAMCONFIG = ROOT / "samconfig.toml"
BUILD = "BuildSha"  # new with each deployment, so ./zimmer deploy gives it
NO_VALUE = object()


class Origin(StrEnum):
    """Where a parameter's value comes from."""

    SAMCONFIG = "samconfig"
    DEFAULT = "default"
    DEPLOY = "deploy"
    MISSING = "missing"


@dataclass(frozen=True)
class Parameter:
    """A parameter of the template with its value for a stage; `wrong` says why CloudFormation would refuse it."""

    name: str
    value: str
    origin: Origin
    wrong: str = ""


@dataclass(frozen=True)
class Stage:
    """A stage by name, with the template and the lines of samconfig that it is made from."""

    name: str
    template: Template
    config: Mapping[str, Any]

    @classmethod
    def of(cls, name: str, *, template: Template | None = None, samconfig: Path = SAMCONFIG) -> "Stage":
        """`name` is one of STAGES."""
        config = tomllib.loads(samconfig.read_text(encoding="utf-8"))[name]["deploy"]["parameters"]
        return cls(name, load_template() if template is None else template, config)

    @property
    def stack(self) -> str:
        return str(self.config["stack_name"])

    @property
    def region(self) -> str:
        return str(self.config["region"])

    @cached_property
    def given(self) -> dict[str, str]:
        """What samconfig says, by parameter."""
        return dict(line.split("=", 1) for line in self.config["parameter_overrides"])

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """Every parameter of the template, and whatever samconfig gives besides."""
        known = {name: self._parameter(name, entry) for name, entry in self.template["Parameters"].items()}
        unknown = {
            name: Parameter(name, value, Origin.SAMCONFIG, "the template has no such parameter")
            for name, value in self.given.items()
            if name not in known
        }
        return known | unknown

    def _parameter(self, name: str, entry: Mapping[str, Any]) -> Parameter:
        if name in self.given:
            return Parameter(name, self.given[name], Origin.SAMCONFIG, refusal(self.given[name], entry))
        if name == BUILD:
            return Parameter(name, "a hash of what is built", Origin.DEPLOY)
        if "Default" in entry:
            value = str(entry["Default"])
            return Parameter(name, value, Origin.DEFAULT, refusal(value, entry))
        return Parameter(name, "", Origin.MISSING, "it has no default and samconfig gives none")

    def holds(self, condition: str) -> bool:
        """Whether a condition of the template is true here."""
        return bool(self.value(self.template["Conditions"][condition]))

    @cached_property
    def resources(self) -> dict[str, dict[str, Any]]:
        """What would be made, by logical id, with every property resolved as far as it can be."""
        return {
            name: {**resource, "Properties": self.value(resource.get("Properties", {}))}
            for name, resource in self.template["Resources"].items()
            if "Condition" not in resource or self.holds(resource["Condition"])
        }

    def value(self, node: Any) -> Any:
        """A node of the template for this stage; `NO_VALUE` for what is left out."""
        match node:
            case list():
                return [inner for inner in map(self.value, node) if inner is not NO_VALUE]
            case dict() if len(node) == 1 and (function := INTRINSICS.get(next(iter(node)))):
                return function(self, *node.values())
            case dict():
                resolved = {key: self.value(inner) for key, inner in node.items()}
                return {key: inner for key, inner in resolved.items() if inner is not NO_VALUE}
            case _:
                return node

    def ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        return self.parameters[name].value if name in self.parameters else {"Ref": name}

    def if_(self, branches: list[Any]) -> Any:
        condition, yes, no = branches
        return self.value(yes if self.holds(condition) else no)

    def sub(self, text: Any) -> Any:
        """`${Stage}` by its value; what AWS alone knows stays as it is written."""
        known = {name: parameter.value for name, parameter in self.parameters.items()} | {"AWS::Region": self.region}
        return re.sub(r"\$\{([\w:]+)\}", lambda found: known.get(found[1], found[0]), text)

    def select(self, parts: list[Any]) -> Any:
        """One of a list, unless only AWS knows the list."""
        found = self.value(parts[1])
        return found[int(parts[0])] if isinstance(found, list) else {"Fn::Select": parts}

    def condition(self, name: Any) -> Any:
        """A condition by its name; under a policy statement the same word means something else."""
        return self.holds(name) if isinstance(name, str) else {"Condition": self.value(name)}


Intrinsic = Callable[[Stage, Any], Any]
INTRINSICS: dict[str, Intrinsic] = {
    "Ref": Stage.ref,
    "Condition": Stage.condition,
    "Fn::If": Stage.if_,
    "Fn::Sub": Stage.sub,
    "Fn::Equals": lambda stage, sides: str(stage.value(sides[0])) == str(stage.value(sides[1])),
    "Fn::Not": lambda stage, parts: not stage.value(parts[0]),
    "Fn::And": lambda stage, parts: all(stage.value(part) for part in parts),
    "Fn::Or": lambda stage, parts: any(stage.value(part) for part in parts),
    "Fn::Select": Stage.select,
    "Fn::Split": lambda stage, parts: str(stage.value(parts[1])).split(parts[0]),
}


def refusal(value: str, entry: Mapping[str, Any]) -> str:
    """Why CloudFormation would not take a value for a parameter; empty when it would."""
    if not re.fullmatch(entry.get("AllowedPattern", ".*"), value):
        return f"it does not match {entry['AllowedPattern']}"
    allowed = [str(one) for one in entry.get("AllowedValues", [value])]
    if value not in allowed:
        return f"it is none of {', '.join(allowed)}"
    if entry["Type"] == "Number" and not value.isdecimal():
        return "it is no number"
    return ""
