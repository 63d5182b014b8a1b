"""What the staff reads."""

from collections.abc import Callable, Mapping

from functions.support.words.text import Text
from zimmer.models import Json
from zimmer.notifications import Kind


def payment_review(data: Json) -> Text:
    return Text(
        f"Payment {data['payment_id']} needs two managers",
        "The gateway's answer does not fit the purchase. One manager proposes what becomes of it, another decides.",
        "Open the payment",
    )


def ticket_assigned(data: Json) -> Text:
    return Text(f"Ticket {data['ticket_id']} is yours", f"“{data['title']}” was assigned to you.", "Open the ticket")


def ticket_reply(data: Json) -> Text:
    return Text(
        f"The customer wrote in ticket {data['ticket_id']}",
        f"There is a new message in “{data['title']}”.",
        "Open the ticket",
    )


def adjustment_requested(data: Json) -> Text:
    return Text(
        f"{data['by']} asks for {data['delta']:+,} tokens",
        f"Token adjustment {data['adjustment_id']} waits for a manager who did not ask for it.",
        "Decide",
    )


def adjustment_decided(data: Json) -> Text:
    return Text(
        f"Your adjustment was {data['state']}",
        f"Token adjustment {data['adjustment_id']} ({data['delta']:+,} tokens) was {data['state']}.",
        "Open it",
    )


def service_token_rotated(data: Json) -> Text:
    return Text(
        f"The service token of “{data['automation']}” was rotated",
        f"{data['by']} made a new token. If nobody planned that, revoke it and ask.",
        "Open the automation",
    )


def session_reuse(data: Json) -> Text:
    return Text(
        "One of your sign-ins was ended",
        f"Somebody at {data['ip'] or 'an unknown address'} came with a key of it that had been used before, so we "
        "ended it. Sign in again, and tell a manager if that was not you.",
        "Sign in",
    )


TWOFA_CHANGES = {
    "on": (
        "Your authenticator was set up",
        "Your account asks for a code of it now. Your other sign-ins were ended.",
    ),
    "reset": (
        "Your second factor was reset",
        "A manager took it away, and your sign-ins were ended. Set up an authenticator when you sign in next.",
    ),
    "recovery-codes": (
        "You have new recovery codes",
        "The ones you had before open nothing any more.",
    ),
}


def twofa_changed(data: Json) -> Text:
    if data["change"] == "recovery-used":
        title = "A recovery code was used"
        body = f"Somebody came in with one of your recovery codes. You have {data['left']} left."
    else:
        title, body = TWOFA_CHANGES[data["change"]]
    return Text(title, f"{body} Tell a manager at once if that was not you.", "Open your account")


def email_verification(data: Json) -> Text:
    return Text(
        "Confirm your e-mail address", "The link works for 24 hours. If it was not you, ignore this.", "Confirm"
    )


def password_reset(data: Json) -> Text:
    return Text(
        "Choose a new password",
        "The link works once, for 30 minutes. If you did not ask for it, nothing has changed.",
        "Choose a password",
    )


def invitation(data: Json) -> Text:
    return Text(
        "You are invited to Zimmer's dashboard",
        f"You will join as {data['role']}. The link works once.",
        "Accept the invitation",
    )


def email_change(data: Json) -> Text:
    return Text(
        "Confirm your new e-mail address",
        "Opening the link makes this the address of your account. It works once, for 24 hours. "
        "If you did not ask for it, ignore this.",
        "Confirm",
    )


def email_change_asked(data: Json) -> Text:
    return Text(
        "Somebody asked to change your e-mail address",
        f"With your password, to {data['email']}. Until that address is confirmed, this one stays. "
        "If it was not you, change your password now; that also cancels the request.",
    )


def email_changed(data: Json) -> Text:
    return Text(
        "Your e-mail address was changed",
        f"It is {data['email']} now, and nothing more is sent here. If it was not you, tell a manager at once.",
    )


def password_changed(data: Json) -> Text:
    return Text(
        "Your password was changed",
        f"From {data['ip'] or 'an unknown address'}. Your other sign-ins were ended. "
        "If it was not you, tell a manager at once.",
    )


def registration_tried(data: Json) -> Text:
    return Text(
        "Somebody tried to register with your address",
        "It has an account already, so nothing changed. If it was you, sign in to that one.",
    )


SENTENCES: Mapping[Kind, Callable[[Json], Text]] = {
    Kind.PAYMENT_REVIEW: payment_review,
    Kind.TICKET_ASSIGNED: ticket_assigned,
    Kind.TICKET_REPLY: ticket_reply,
    Kind.ADJUSTMENT_REQUESTED: adjustment_requested,
    Kind.ADJUSTMENT_DECIDED: adjustment_decided,
    Kind.SERVICE_TOKEN_ROTATED: service_token_rotated,
    Kind.SESSION_REUSE: session_reuse,
    Kind.TWOFA_CHANGED: twofa_changed,
    Kind.EMAIL_VERIFICATION: email_verification,
    Kind.PASSWORD_RESET: password_reset,
    Kind.EMAIL_CHANGE: email_change,
    Kind.EMAIL_CHANGE_ASKED: email_change_asked,
    Kind.EMAIL_CHANGED: email_changed,
    Kind.PASSWORD_CHANGED: password_changed,
    Kind.REGISTRATION_TRIED: registration_tried,
    Kind.INVITATION: invitation,
}
