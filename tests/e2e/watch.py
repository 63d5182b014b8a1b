"""What a page does that nobody sees: requests to others, errors in its console, scripts it loads."""

import gzip
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response
from playwright.sync_api import Error as PlaywrightError

OURS = frozenset({"localhost", "127.0.0.1", ""})
# A visitor's page asks whether somebody is signed in, is told no, and Chromium writes that down as an error.
EXPECTED = "/api/auth/refresh"
REFUSED_BY_POLICY = ("Content Security Policy", "violates the following")


@dataclass
class Watch:
    """Everything one page did since `over` was called."""

    foreign: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    uncaught: list[str] = field(default_factory=list)
    scripts: list[Response] = field(default_factory=list)
    _ahead: set[str] = field(default_factory=set)  # fetched for pages that may come next, and run when there is time

    @classmethod
    def over(cls, page: Page) -> "Watch":
        """Begin to watch a page; before its first address, so that nothing is missed."""
        watch = cls()
        page.on("request", watch._note_request)
        page.on("response", watch._note_response)
        page.on("console", watch._note_message)
        page.on("pageerror", lambda error: watch.uncaught.append(str(error)))
        return watch

    @property
    def violations(self) -> list[str]:
        """What the content security policy has forbidden."""
        return [line for line in self.console if any(words in line for words in REFUSED_BY_POLICY)]

    def script_sizes(self) -> dict[str, int]:
        """Gzipped bytes of each script of the page, those only fetched ahead left out."""
        return {urlsplit(script.url).path: gzipped(script) for script in self.scripts}

    def _note_request(self, request: Request) -> None:
        if request.resource_type == "other":
            self._ahead.add(request.url)
        place = urlsplit(request.url)
        if place.scheme in ("http", "https", "ws", "wss") and place.hostname not in OURS:
            self.foreign.append(request.url)

    def _note_response(self, response: Response) -> None:
        if response.request.resource_type == "script" and response.url not in self._ahead:
            self.scripts.append(response)

    def _note_message(self, message: ConsoleMessage) -> None:
        address = str(message.location.get("url", ""))
        if message.type == "error" and urlsplit(address).path != EXPECTED:
            self.console.append(f"{message.text} ({address})")


def gzipped(script: Response) -> int:
    """As small as gzip makes it; 0 for one the browser has no body of."""
    try:
        return len(gzip.compress(script.body(), 9))
    except PlaywrightError:
        return 0
