"""FastAPI without what makes documents: import this before FastAPI.

It describes every kind of OpenAPI document in models of its own, and pydantic builds their validators while FastAPI
is being imported, with the e-mail addresses of a document's authors. That is a tenth of an API function's start, for
documents that are made on a developer's machine and never here. The models are the same; they are built when used.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, ConfigDict


@contextmanager
def _later() -> Iterator[None]:
    """Models that are defined inside are built when somebody uses them."""
    kept: Any = BaseModel.__dict__["model_rebuild"]

    def when_used(model: type[BaseModel], /, **how: Any) -> Any:
        """FastAPI asks for it plainly, as soon as all are defined; pydantic, when it must be, says how."""
        return kept.__func__(model, **how) if how else None

    BaseModel.model_config = ConfigDict(defer_build=True)
    BaseModel.model_rebuild = classmethod(when_used)  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        BaseModel.model_config = ConfigDict()
        BaseModel.model_rebuild = kept  # type: ignore[method-assign]


@contextmanager
def _without(name: str) -> Iterator[None]:
    """As if a package were not installed."""
    theirs = sys.modules.get(name)
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if theirs is None:
            del sys.modules[name]
        else:
            sys.modules[name] = theirs


with _later(), _without("email_validator"):
    import fastapi

__all__ = ["fastapi"]
