"""Zarinpal's answer codes, its sentences for them, and the HTTP status each travels with."""

SUCCESS = VERIFIED = 100
ALREADY_VERIFIED = 101
INVALID_INPUT = -9
INVALID_MERCHANT = -10
TOO_MANY_CALLS = -12
ABOVE_THE_MAXIMUM = -41
AMOUNT_DIFFERS = -50
NOT_PAID = -51
OTHER_MERCHANT = -53
UNKNOWN_AUTHORITY = -54
BANK_KEEPS_IT = -60
NOT_SUCCESSFUL = -61
NO_FIXED_IP = -62
TOO_LATE_TO_REVERSE = -63

MESSAGES = {
    INVALID_INPUT: "The input params invalid, validation error.",
    INVALID_MERCHANT: "Terminal is not valid, please check merchant_id or ip address.",
    -11: "Terminal is not active, please contact our support team.",
    TOO_MANY_CALLS: "To many attempts, please try again later.",
    ABOVE_THE_MAXIMUM: "Max amount is 100,000,000 tomans.",
    AMOUNT_DIFFERS: "Session is not valid, amounts values is not the same.",
    NOT_PAID: "Session is not valid, session is not active paid try.",
    -52: "Oops!!, please contact our support team.",
    OTHER_MERCHANT: "Session is not this merchant_id session.",
    UNKNOWN_AUTHORITY: "Invalid authority.",
    BANK_KEEPS_IT: "Session can not be reversed with bank.",
    NOT_SUCCESSFUL: "Session is not in success status.",
    NO_FIXED_IP: "Terminal ip limit most be active.",
    TOO_LATE_TO_REVERSE: "Maximum time for reverse this session is expired.",
}

# A refusal arrives with a 4xx or with a 200, so a client has to read the JSON before it judges the status.
HTTP_STATUSES = {INVALID_INPUT: 422, INVALID_MERCHANT: 401}


class Refused(Exception):
    """The gateway says no, with a code of its own."""

    def __init__(self, code: int) -> None:
        super().__init__(f"refused with {code}")
        self.code = code


def message(code: int) -> str:
    return MESSAGES.get(code, "Refused.")


def http_status(code: int) -> int:
    return HTTP_STATUSES.get(code, 200)
