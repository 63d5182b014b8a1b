"""`./zimmer doctor STAGE`: what a deployment would make, what is still missing, and what is wrong. Offline.

Exit code 1 when a deployment would fail or would break one of our rules; what is to be done by hand is no failure.
"""

import argparse
import textwrap
from collections.abc import Callable, Iterator, Sequence

from local import rules
from local.artifact import rules as artifact
from local.errands import Errand, after, before
from local.inventory import inventory
from local.rules import Complaint
from local.screen import BOLD, DIM, GREEN, RED, WIDTH, painted, show
from local.stage import STAGES, Origin, Stage

VALUE_WIDTH = 55
NOTHING = ("", "subnet-0")  # how the template says that nothing is given
ORIGINS = {
    Origin.SAMCONFIG: "Parameters that samconfig.toml gives",
    Origin.DEFAULT: "Parameters left as template.yaml has them",
    Origin.DEPLOY: "Parameters that ./zimmer deploy gives",
    Origin.MISSING: "Parameters without a value",
}
# Each kind of verdict: what is judged, and how; None when there is nothing to judge yet.
Verdict = tuple[str, Callable[[Stage], list[Complaint] | None]]
OF_THE_STAGE: tuple[Verdict, ...] = (
    ("parameters", lambda stage: parameter_complaints(stage)),
    ("template", lambda stage: rules.complaints(stage.template)),
)
OF_THE_BUILD: Verdict = ("artifact", lambda stage: artifact.judged())  # takes seconds


def main(arguments: Sequence[str]) -> int:
    """Print the stage; 1 when something is wrong with it."""
    parser = argparse.ArgumentParser(prog="./zimmer doctor", description="What a deployment would make, offline.")
    parser.add_argument("stage", choices=STAGES)
    return diagnose(Stage.of(parser.parse_args(arguments).stage), (*OF_THE_STAGE, OF_THE_BUILD))


def diagnose(stage: Stage, verdicts: Sequence[Verdict] = OF_THE_STAGE) -> int:
    rule = painted("─" * WIDTH, DIM)
    show(f"{rule}\n{painted(f'Zimmer {stage.name}', BOLD)}: the stack {stage.stack} in {stage.region}\n{rule}")
    show_inventory(stage)
    show_parameters(stage)
    show_errands("By hand, before the first deployment", before(stage))
    show_errands("By hand, after it", after(stage))
    return show_verdicts(stage, verdicts)


def show_inventory(stage: Stage) -> None:
    heading("What would be made")
    for kind in inventory(stage):
        show(fitted(f"  {kind.count:>4}  {kind.name:<12}{kind.about}"))


def show_parameters(stage: Stage) -> None:
    """By where their values come from; those that are empty, each of which turns something off, on one line."""
    for origin, title in ORIGINS.items():
        found = [parameter for parameter in stage.parameters.values() if parameter.origin is origin]
        if found:
            heading(title)
        empty = [parameter.name for parameter in found if parameter.value in NOTHING]
        for parameter in found:
            if parameter.value not in NOTHING:
                show(f"  {parameter.name:<22} {shortened(parameter.value)}")
        for number, line in enumerate(textwrap.wrap(", ".join(empty), VALUE_WIDTH)):
            show(f"  {'' if number else 'no value':<22} {line}")


def show_errands(title: str, errands: Iterator[Errand]) -> None:
    heading(title)
    for errand in errands:
        show(fitted(f"  {errand.about:<13}{errand.to_do}"))
        for line in errand.more:
            show(fitted(f"  {'':<13}{line}"))


def show_verdicts(stage: Stage, verdicts: Sequence[Verdict]) -> int:
    """One line for what holds, two for each complaint. The exit code."""
    heading("Verdict")
    found = 0
    for judged, judge in verdicts:
        complaints = judge(stage)
        if complaints is None:
            show(f"  {painted('--', DIM)}  {judged:<12}not built yet: ./zimmer build")
            continue
        found += len(complaints)
        if not complaints:
            show(f"  {painted('ok', GREEN)}  {judged:<12}nothing to complain about")
        for complaint in complaints:
            show(fitted(f"  {painted('!!', RED)}  {judged:<12}{complaint.name}: {complaint.where}"))
            show(fitted(f"      {'':<12}{complaint.why}"))
    show()
    show(f"{found} to mend" if found else f"nothing is wrong: ./zimmer deploy {stage.name}")
    return 1 if found else 0


def parameter_complaints(stage: Stage) -> list[Complaint]:
    """What CloudFormation would refuse before it makes anything."""
    refused = [
        Complaint("missing-parameter" if parameter.origin is Origin.MISSING else "wrong-parameter", parameter.name, why)
        for parameter in stage.parameters.values()
        if (why := parameter.wrong)
    ]
    return [*refused, *broken_rules(stage)]


def broken_rules(stage: Stage) -> Iterator[Complaint]:
    """The template's own Rules, less the one about what only ./zimmer deploy knows."""
    for name, rule in stage.template["Rules"].items():
        applies = "RuleCondition" not in rule or stage.value(rule["RuleCondition"])
        for assertion in rule["Assertions"] if applies and name != "BuildIsNamed" else ():
            if not stage.value(assertion["Assert"]):
                yield Complaint("wrong-parameter", name, assertion["AssertDescription"])


def heading(text: str) -> None:
    show()
    show(painted(text, BOLD))


def shortened(value: str) -> str:
    """Both ends of a long value: an ARN's region and its version."""
    if len(value) <= VALUE_WIDTH:
        return value
    tail = 20
    return f"{value[: VALUE_WIDTH - tail - 1]}…{value[-tail:]}"


def fitted(line: str) -> str:
    """At most 80 columns; colours are not columns."""
    escapes = line.count("\033") and sum(len(part.partition("m")[0]) + 2 for part in line.split("\033")[1:])
    limit = WIDTH + escapes
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
