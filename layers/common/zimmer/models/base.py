"""What all tables share: the metadata, and how Python types are stored."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from sqlalchemy import BigInteger, DateTime, Enum, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

from zimmer.money import Rial

Json = dict[str, Any]
Kind = TypeVar("Kind", bound=StrEnum)


class Base(DeclarativeBase):
    """The parent of every table. Times are aware UTC, amounts are whole rials."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        str: Text,
        Rial: BigInteger,
        Json: JSONB,
        list[Json]: JSONB,
        list[str]: JSONB,
    }


def stored(kind: type[Kind], length: int = 50) -> Enum:
    """A StrEnum kept as its text. The CHECK that guards it stands in the migration."""
    return Enum(
        kind, native_enum=False, create_constraint=False, length=length, values_callable=lambda e: [m.value for m in e]
    )
