"""Secrets from AWS Secrets Manager itself, for a function that starts from a SnapStart snapshot.

The extension cannot serve one: it makes its credentials during init, so a restored copy has expired ones and
its callers hear 401 "bad session token or header key".
docs.aws.amazon.com/lambda/latest/dg/snapstart-troubleshooting.html, read 2026-11.
"""

from contextlib import closing

from zimmer.settings.errors import SecretUnreadable


def read(secret_id: str) -> str:
    """The current text of a secret. Raises SecretUnreadable."""
    import boto3  # 240 ms; `snapstart` imports it before the snapshot is taken
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    patience = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
    try:
        with closing(boto3.client("secretsmanager", config=patience)) as client:
            answer = client.get_secret_value(SecretId=secret_id)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown")
        raise SecretUnreadable(f"Secrets Manager answers {code}") from error
    except BotoCoreError as error:
        raise SecretUnreadable(f"Secrets Manager is away ({type(error).__name__})") from error
    if "SecretString" not in answer:
        raise SecretUnreadable("it holds no text")
    return answer["SecretString"]
