"""What Sara has asked the support, one ticket per state."""

from dataclasses import dataclass
from datetime import timedelta

from zimmer import clock
from zimmer.db import Session
from zimmer.models import Importance, Message, Payment, Priority, Ticket, TicketStatus, User


@dataclass(frozen=True)
class Said:
    """One message: by whom, how long ago, and whether only the staff reads it."""

    hours_ago: float
    by_staff: bool
    body: str
    is_internal: bool = False


@dataclass(frozen=True)
class Talk:
    """One ticket; its first message is the question itself."""

    title: str
    status: TicketStatus
    priority: Priority
    importance: Importance
    said: tuple[Said, ...]
    is_about_the_payment: bool = False


TALKS = (
    Talk(
        "چطور سقف مصرف روزانه بگذارم؟",
        TicketStatus.CLOSED,
        Priority.LOW,
        Importance.LOW,
        (
            Said(1_400, False, "می‌خواهم دستیار فروش در روز بیشتر از ۳۰ توکن خرج نکند."),
            Said(1_398, True, "در صفحهٔ اتوماسیون، بخش «سقف مصرف روزانه» را پر کنید. از همان لحظه اعمال می‌شود."),
            Said(1_390, False, "انجام شد. سپاس."),
        ),
    ),
    Talk(
        "پاسخ‌گو شمارهٔ سفارش را اشتباه می‌خواند",
        TicketStatus.WAITING,
        Priority.MEDIUM,
        Importance.NORMAL,
        (
            Said(75, False, "دو مشتری شمارهٔ سفارش را با رقم فارسی فرستادند و ربات سفارش را پیدا نکرد."),
            Said(73, True, "Reproduced with Persian digits; passed on to the developer.", is_internal=True),
            Said(70, True, "خطا را دیدیم و به سازندهٔ اتوماسیون گفتیم. تا فردا درست می‌شود."),
        ),
    ),
    Talk(
        "مبلغ خرید در حال بررسی مانده است",
        TicketStatus.OPEN,
        Priority.HIGH,
        Importance.HIGH,
        (Said(30, False, "دو روز پیش پرداخت کردم و هنوز «در حال بررسی» است. رسید بانک را دارم."),),
        is_about_the_payment=True,
    ),
    Talk(
        "پیام خوش‌آمد دو بار فرستاده می‌شود",
        TicketStatus.RESOLVED,
        Priority.MEDIUM,
        Importance.NORMAL,
        (
            Said(310, False, "برای مشتری تازه، پیام خوش‌آمد دو بار می‌رود."),
            Said(300, True, "سازندهٔ اتوماسیون آن را درست کرد. اگر باز هم دیدید، همین‌جا بنویسید."),
        ),
    ),
    Talk(
        "فاکتور رسمی می‌خواهم",
        TicketStatus.IN_PROGRESS,
        Priority.LOW,
        Importance.NORMAL,
        (
            Said(20, False, "برای خریدهای این ماه فاکتور رسمی لازم دارم."),
            Said(18, True, "نام و شناسهٔ ملی شرکت را بفرستید تا آماده کنیم."),
        ),
    ),
)


def write(session: Session, customer: User, staff: User, *, in_review: Payment) -> None:
    """Every talk, with its messages at their own times."""
    for talk in TALKS:
        _write_one(session, talk, customer, staff, in_review if talk.is_about_the_payment else None)


def _write_one(session: Session, talk: Talk, customer: User, staff: User, payment: Payment | None) -> None:
    now = clock.now()
    first, last = (now - timedelta(hours=said.hours_ago) for said in (talk.said[0], talk.said[-1]))
    was_read = talk.status is not TicketStatus.OPEN
    ticket = Ticket(
        user_id=customer.id,
        title=talk.title,
        description=talk.said[0].body,
        status=talk.status,
        priority=talk.priority,
        importance=talk.importance,
        assigned_to=staff.id if was_read else None,
        created_at=first,
        updated_at=last,
        payment_id=payment.id if payment else None,
        last_message_at=last,
        customer_read_at=last if talk.status is TicketStatus.CLOSED else first,
        staff_read_at=last if was_read else None,
    )
    session.add(ticket)
    session.flush()
    session.add_all(
        Message(
            ticket_id=ticket.id,
            author_id=staff.id if said.by_staff else customer.id,
            body=said.body,
            is_internal=said.is_internal,
            created_at=now - timedelta(hours=said.hours_ago),
        )
        for said in talk.said
    )
    session.flush()
