"""What comes in as JSON is what it says it is: no field too many, no number in quotes, no `true` for 1."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema

EXACT = ("int", "float", "bool")


def _exact(node: Any) -> Any:
    """A copy of a schema whose numbers and truths take nothing else for one of them."""
    if isinstance(node, Mapping):
        copy = {key: value if key == "metadata" else _exact(value) for key, value in node.items()}
        return {**copy, "strict": True} if node.get("type") in EXACT else copy
    return [_exact(part) for part in node] if isinstance(node, list) else node


class StrictBody(BaseModel):
    """The parent of request bodies. A field we do not know is refused, not ignored, and so is one of another type.

    Numbers and truths only: pydantic's own `strict` would also refuse the text of an enum or a date, since FastAPI
    has read the JSON before pydantic sees it.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[BaseModel], handler: GetCoreSchemaHandler, /) -> CoreSchema:
        schema: CoreSchema = _exact(handler(source))
        return schema
