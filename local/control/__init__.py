"""The control room at `/_local`: every purchase as a lane, and levers to break what should survive it.

It exists on this machine only; nothing of it is in template.yaml. `board` reads, `levers` pull, `lanes` says what
the rows mean, `room` is the HTTP around them.
"""

from local.control.assembly import Control, assembled
from local.control.room import ControlRoom

__all__ = ["Control", "ControlRoom", "assembled"]
