"""The archive of template.yaml, made in moto: its bucket keeps every version and lets nobody delete, as the real one.

It forgets when the platform stops, so the heads of a night are there until then.
"""

from functions.admin.archive import Archive
from local.queues import REGION

BUCKET = "zimmer-local-archive"
KEPT_DAYS = 400


def connected(endpoint: str, *, bucket: str = BUCKET) -> Archive:
    """The archive at this endpoint, by the real boto3. `localhost` has no room for a bucket's name before it."""
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=2, read_timeout=30, s3={"addressing_style": "path"})
    s3 = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=config,
    )
    return Archive(s3, bucket)


def create(archive: Archive) -> None:
    """Make its bucket, as locked as the template's."""
    archive.s3.create_bucket(
        Bucket=archive.bucket,
        ObjectLockEnabledForBucket=True,  # brings the versions with it
        CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
    )
    archive.s3.put_object_lock_configuration(
        Bucket=archive.bucket,
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": KEPT_DAYS}},
        },
    )
