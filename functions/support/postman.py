"""Amazon SES, version 2 of its interface: one mail to one address."""

from functools import lru_cache
from typing import TYPE_CHECKING

from functions.support.mail import Mail
from zimmer.settings import get_settings

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

CONNECT_SECONDS, READ_SECONDS = 2, 8
UTF8 = "UTF-8"
# What no second try mends, docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html, read 2026-11.
FOR_GOOD = frozenset({"MessageRejected", "BadRequestException"})


class Undeliverable(Exception):
    """The mail service refuses this mail and will refuse it again."""


class MailServiceAway(Exception):
    """It did not answer, or not now. Whether the mail was taken is unknown when the answer was lost."""


def send(mail: Mail, *, to: str) -> str:
    """Send one mail and return the service's name for it. Raises Undeliverable, MailServiceAway. Never tries twice."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = _ses().send_email(
            FromEmailAddress=get_settings().mail_from,
            Destination={"ToAddresses": [to]},
            Content={
                "Simple": {
                    "Subject": {"Data": mail.subject, "Charset": UTF8},
                    "Body": {
                        "Text": {"Data": mail.text, "Charset": UTF8},
                        "Html": {"Data": mail.html, "Charset": UTF8},
                    },
                }
            },
        )
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        if code in FOR_GOOD:
            raise Undeliverable(code) from error
        raise MailServiceAway(code) from error
    except BotoCoreError as error:
        raise MailServiceAway(type(error).__name__) from error
    return answer["MessageId"]


@lru_cache(maxsize=1)
def _ses() -> "SESV2Client":
    import boto3  # 240 ms, and the runtime brings it
    from botocore.config import Config

    # One try: a second one after a lost answer would be a second mail.
    patience = Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries={"total_max_attempts": 1})
    return boto3.client("sesv2", config=patience)
