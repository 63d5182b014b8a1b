"""The browser of this machine, and how a customer's window looks: for the browser tests and the pictures.

Playwright's own browsers are never downloaded; any Chromium does.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_ONE = "install one (apt-get install chromium) or name it: ZIMMER_BROWSER=/path/to/chromium"
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


Theme = Literal["light", "dark"]


@dataclass(frozen=True)
class Viewport:
    """A window of a customer."""

    name: str
    width: int
    height: int
    is_phone: bool = False

    def __str__(self) -> str:
        return self.name


SMALL_PHONE = Viewport("360", 360, 740, is_phone=True)
PHONE = Viewport("390", 390, 844, is_phone=True)
DESKTOP = Viewport("1440", 1440, 900)
THEMES: tuple[Theme, ...] = ("light", "dark")


def find() -> Path | None:
    """The browser to drive, or None. ZIMMER_BROWSER has the first word and must be right."""
    if named := os.environ.get("ZIMMER_BROWSER"):
        return Path(named) if shutil.which(named) else None
    return next((Path(found) for name in NAMES if (found := shutil.which(name))), None)


def launch_options(browser: Path) -> dict[str, Any]:
    """What Playwright's `launch` is given."""
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses to hold root
    return {"executable_path": str(browser), "args": [*as_root, *QUIET]}


def context_options(viewport: Viewport, *, theme: Theme = "light") -> dict[str, Any]:
    """What Playwright's `new_context` is given: a customer in Iran at this window, who likes no moving things."""
    return {
        "viewport": {"width": viewport.width, "height": viewport.height},
        "is_mobile": viewport.is_phone,
        "has_touch": viewport.is_phone,
        "color_scheme": theme,
        "reduced_motion": "reduce",
        "locale": "fa-IR",
        "timezone_id": "Asia/Tehran",
    }
