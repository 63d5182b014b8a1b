"""A title and a body, and how Latin text stands in a Persian sentence."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """One notice in words. The title is also a mail's subject, `action` what its button says."""

    title: str
    body: str
    action: str | None = None


def isolated(latin: str) -> str:
    """A piece of Latin text that does not turn the Persian sentence around it (first-strong isolate)."""
    return f"\u2068{latin}\u2069"
