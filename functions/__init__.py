"""The endpoint groups. Each package is one Lambda function (or a few) and never imports another."""

import sys

# FastAPI loads all of pydantic's first version to ask of each type whether it is one of it: 22 modules, 2 MB and 30 ms
# of every start. None of ours is, and where the module cannot be had FastAPI answers so by itself.
sys.modules.setdefault("pydantic.v1", None)  # type: ignore[arg-type]
