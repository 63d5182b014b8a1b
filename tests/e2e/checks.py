"""What must be true of every page, whatever it shows. Each check returns the faults it found, by element."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

from local.panels import Workspace
from tests.e2e.watch import Watch

SCRIPT_LIMIT = 180 * 1024  # bytes of gzipped JavaScript that a first load may cost
SERIOUS = ("serious", "critical")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: which check says so, of what, and why."""

    check: str
    element: str
    detail: str

    def __str__(self) -> str:
        return f"{self.check}: {self.element}: {self.detail}"


Check = Callable[[Page], list[Fault]]


def overflow(page: Page) -> list[Fault]:
    """Nothing is wider than the window."""
    return _asked(page, "overflow")


def clipped_text(page: Page) -> list[Fault]:
    """No text is cut off, unless it says that it may be: `data-may-clip`, or a line clamp."""
    return _asked(page, "clipped")


def language(page: Page) -> list[Fault]:
    """Words of another language stand apart: in `<bdi>` or under a `dir` of their own.

    On a Persian page digits are Persian, too, and one Latin word in a row is a brand.
    """
    return _asked(page, "language")


def hit_areas(page: Page) -> list[Fault]:
    """What can be pressed is 44 by 44 px, labels and extended areas counted; links in running text are exempt."""
    return _asked(page, "hitAreas")


def accessibility(page: Page) -> list[Fault]:
    """axe finds nothing serious, the contrast included."""
    page.evaluate(_axe())  # not by a script element, which the content security policy forbids
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(result => result.violations)")
    return [
        Fault(
            f"axe {violation['id']}", " ".join(map(str, node["target"])), f"{violation['help']}: {node['html'][:200]}"
        )
        for violation in found
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]


def behaviour(watch: Watch) -> list[Fault]:
    """No foreign host was asked, nothing threw, and the console holds no error."""
    return [
        *(Fault("foreign host", url, "was asked for something") for url in watch.foreign),
        *(Fault("uncaught", error, "was thrown") for error in watch.uncaught),
        *(Fault("console", line, "was written as an error") for line in watch.console),
    ]


def script_weight(watch: Watch) -> list[Fault]:
    """The first load costs at most 180 KB of gzipped JavaScript."""
    sizes = watch.script_sizes()
    total = sum(sizes.values())
    if total <= SCRIPT_LIMIT:
        return []
    heaviest = ", ".join(f"{path} {size // 1024} KB" for path, size in sorted(sizes.items(), key=_size)[:5])
    return [Fault("scripts", f"{total / 1024:.0f} KB", f"more than {SCRIPT_LIMIT // 1024} KB; {heaviest}")]


def in_the_dark(page: Page) -> list[Fault]:
    """What depends on the theme, asked of a page that is dark."""
    return [Fault(f"dark {fault.check}", fault.element, fault.detail) for fault in accessibility(page)]


LOOKS: tuple[Check, ...] = (overflow, clipped_text, language, hit_areas, accessibility)


def report(faults: list[Fault]) -> str:
    """For an assertion: one line per fault."""
    return "\n".join(["", *map(str, faults)])


def _asked(page: Page, check: str) -> list[Fault]:
    found = page.evaluate(f"{_script()}.{check}()")
    return [Fault(check, fault["element"], fault["detail"]) for fault in found]


def _size(sized: tuple[str, int]) -> int:
    return -sized[1]


@cache
def _script() -> str:
    source = Path(__file__).with_name("checks.js").read_text()
    return source[source.index("(() =>") :].strip()


@cache
def _axe() -> str:
    return (Workspace().web / "node_modules" / "axe-core" / "axe.min.js").read_text()
