"""What a person reads when a step of the local platform, or of its story, fails."""

from pathlib import Path


class StepFailed(Exception):
    """A step failed: `why` in one sentence, the one command that mends it, and the log that knows more."""

    def __init__(self, why: str, *, mend: str = "", log: Path | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.mend = mend
        self.log = log
