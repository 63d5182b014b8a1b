"""Where papers go that must outlive the database: a bucket that keeps every version and lets nobody delete for a year.

heads/2026-11-26T21-30-00Z.jsonl.gz     the heads of all chains (heads.py)
reports/2026-11-26T21-30-00Z.json, .pdf what was asked that night, and the answers
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from functions.admin import heads
from functions.admin.heads import Sheet, SheetDamaged
from zimmer.settings import get_settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

HEADS, REPORTS = "heads/", "reports/"


@dataclass(frozen=True)
class Archive:
    """One bucket. What S3 refuses is raised as botocore raises it."""

    s3: "S3Client"
    bucket: str

    def keep_heads(self, sheet: Sheet) -> str:
        """Put a sheet away; returns its key."""
        key = f"{HEADS}{stamp(sheet.taken_at)}.jsonl.gz"
        self._keep(key, heads.written(sheet), "application/gzip")
        return key

    def keep_report(self, at: datetime, *, as_json: str, as_pdf: bytes) -> str:
        """Put both forms of a report away; returns what their keys begin with."""
        key = f"{REPORTS}{stamp(at)}"
        self._keep(f"{key}.json", as_json.encode(), "application/json")
        self._keep(f"{key}.pdf", as_pdf, "application/pdf")
        return key

    def newest_heads(self) -> Sheet | None:
        """The sheet put away last; None before the first night.

        Raises SheetDamaged when it is not whole, or not the one after the sheet that lies before it.
        """
        keys = self._keys(HEADS)
        if not keys:
            return None
        newest, before = self._sheet(keys[-1]), keys[-2:-1]
        for key in before:
            if newest.previous != self._sheet(key).digest:
                raise SheetDamaged(f"{keys[-1]} does not follow {key}")
        return newest

    def _sheet(self, key: str) -> Sheet:
        try:
            return heads.read(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())
        except SheetDamaged as error:
            raise SheetDamaged(f"{key}: {error}") from error

    def _keys(self, prefix: str) -> list[str]:
        """In order of time, by their names; a page of a thousand is three years."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return sorted(found["Key"] for page in pages for found in page.get("Contents", []))

    def _keep(self, key: str, body: bytes, content_type: str) -> None:
        # A bucket that lets nobody delete takes nothing without a checksum.
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type, ChecksumAlgorithm="SHA256")


def stamp(at: datetime) -> str:
    """A moment as a part of a key: in order of time, and without signs that a file's name cannot have."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")


@lru_cache(maxsize=1)
def connected() -> Archive:
    """The platform's own archive."""
    import boto3  # 240 ms, and nothing else here needs it
    from botocore.config import Config

    settings = get_settings()
    patience = Config(
        connect_timeout=3,
        read_timeout=30,
        retries={"total_max_attempts": 3},
        # `localhost` has no room for a bucket's name before it
        s3={"addressing_style": "path" if settings.is_local else "auto"},
    )
    return Archive(boto3.client("s3", config=patience), settings.archive_bucket)
