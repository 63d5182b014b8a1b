"""A panel's export as objects of a bucket: which key, which type, how long anybody may keep it.

A file under /_next/static/ has a hash of its content in its name and is kept for ever; everything else is asked for
again each time. New files go up before the pages that name them, and old hashed files stay for a month, for whoever
has a page of yesterday open.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

HASHED = "_next/static/"
FOREVER, ASK_AGAIN = "public, max-age=31536000, immutable", "no-cache"
KEPT_FOR = timedelta(days=30)
# web/serve.mjs has the same table, and a test compares them.
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True)
class File:
    """One object to be: its key, and what it holds."""

    key: str
    content: bytes

    @property
    def is_hashed(self) -> bool:
        return self.key.startswith(HASHED)

    @property
    def content_type(self) -> str:
        return TYPES.get(Path(self.key).suffix, "application/octet-stream")

    @property
    def cache_control(self) -> str:
        return FOREVER if self.is_hashed else ASK_AGAIN


@dataclass(frozen=True)
class Synced:
    """What a sync did, in objects."""

    uploaded: int
    kept: int
    removed: int


def files(export: Path, api: str) -> list[File]:
    """The export and /config.js, which tells it where the stage's API is; in the order in which they go up."""
    config = File("config.js", f"window.zimmer = {json.dumps({'api': api})};\n".encode())
    exported = [File(str(path.relative_to(export)), path.read_bytes()) for path in export.rglob("*") if path.is_file()]
    return sorted([config, *exported], key=lambda file: (not file.is_hashed, file.key.endswith(".html"), file.key))


def sync(s3: "S3Client", bucket: str, wanted: list[File], *, now: datetime | None = None) -> Synced:
    """Make the bucket hold these files. Doing it again changes nothing a browser would notice."""
    there = dict(objects(s3, bucket))
    new = [file for file in wanted if not (file.is_hashed and file.key in there)]
    for file in new:
        s3.put_object(
            Bucket=bucket,
            Key=file.key,
            Body=file.content,
            ContentType=file.content_type,
            CacheControl=file.cache_control,
        )
    oldest = (now or datetime.now(UTC)) - KEPT_FOR
    gone = [key for key in there.keys() - {file.key for file in wanted} if is_forgotten(key, there[key], oldest)]
    for key in gone:
        s3.delete_object(Bucket=bucket, Key=key)
    return Synced(uploaded=len(new), kept=len(wanted) - len(new), removed=len(gone))


def is_forgotten(key: str, written: datetime, oldest: datetime) -> bool:
    """Whether nobody can have a page open that still asks for this object."""
    return not key.startswith(HASHED) or written < oldest


def objects(s3: "S3Client", bucket: str) -> Iterator[tuple[str, datetime]]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", []):
            yield found["Key"], found["LastModified"]
