"""What running automations send: the bodies of the developer API, and how one bad use of a batch is kept apart."""

import json
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, StringConstraints, ValidationError

from zimmer.errors import ValidationFailed
from zimmer.ledger import Use
from zimmer.web import RowId, StrictBody, field_errors

MOST_UNITS = 1_000_000
META_LIMIT = 4096
DEEPEST_META = 20
MOST_USES = 100
LONGEST_HOLD_SECONDS = 3600
USUAL_HOLD_SECONDS = 300


def _storable(meta: dict[str, Any] | None) -> dict[str, Any] | None:
    """Refuse what a jsonb column cannot keep (NUL, half a character, NaN) and what nobody will read."""
    if _is_deeper(meta, DEEPEST_META):
        raise ValueError(f"at most {DEEPEST_META} levels of nesting")
    text = json.dumps(meta, ensure_ascii=False, allow_nan=False)
    text.encode()  # half of a surrogate pair is no character: UnicodeEncodeError is a ValueError
    if "\\u0000" in text.replace("\\\\", ""):
        raise ValueError("NUL characters are not allowed")
    if len(text) > META_LIMIT:
        raise ValueError(f"at most {META_LIMIT} characters of JSON")
    return meta


def _is_deeper(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 0 or any(_is_deeper(part, levels - 1) for part in inner)


Units = Annotated[int, Field(ge=1, le=MOST_UNITS, strict=True)]


class Consume(StrictBody):
    """A use of `units` tokens. The same key with the same body gets the same answer, debited once."""

    user_automation_id: RowId
    units: Units
    usage_type: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,50}$")]
    idempotency_key: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]
    meta: Annotated[dict[str, Any] | None, AfterValidator(_storable)] = None

    def as_use(self) -> Use:
        return Use(
            user_automation_id=self.user_automation_id,
            units=self.units,
            usage_type=self.usage_type,
            idempotency_key=self.idempotency_key,
            meta=self.meta,
        )


class PlaceHold(Consume):
    """Set `units` tokens aside for `ttl_seconds`. The same key with the same body gets the same hold."""

    ttl_seconds: Annotated[int, Field(ge=1, le=LONGEST_HOLD_SECONDS, strict=True)] = USUAL_HOLD_SECONDS


class CommitHold(StrictBody):
    """How many of the held tokens were used. The others go back."""

    units: Units


def _use_or_refusal(sent: Any) -> Use | ValidationFailed:
    """One use of a batch, or what is wrong with it: the others are none the worse for it."""
    try:
        return Consume.model_validate(sent).as_use()
    except ValidationError as error:
        return ValidationFailed(field_errors(error.errors()))


class Batch(StrictBody):
    """Up to a hundred uses, each with a key of its own."""

    uses: Annotated[
        list[Annotated[Any, PlainValidator(_use_or_refusal, json_schema_input_type=Consume)]],
        Field(min_length=1, max_length=MOST_USES),
    ]
