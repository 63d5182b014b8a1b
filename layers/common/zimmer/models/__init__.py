"""Every table, one aggregate per file. The shape itself is made by `zimmer.migrations`."""

from zimmer.models.balances import (
    Bucket,
    EntryKind,
    Hold,
    HoldState,
    IntegrationStatus,
    Lot,
    TokenEntry,
    UsageEvent,
    UserAutomation,
    UserAutomationStatus,
)
from zimmer.models.base import Base, Json
from zimmer.models.catalogue import Automation, AutomationPackage, Health, PricingType, ServiceToken
from zimmer.models.discounts import DiscountCode, DiscountRedemption, RedemptionState
from zimmer.models.notifications import Level, Notification
from zimmer.models.outbox import OutboxMessage
from zimmer.models.payments import Payment, PaymentEvent, PaymentStatus
from zimmer.models.people import Audience, RefreshToken, RevokedBecause, Role, SignIn, User
from zimmer.models.staff import (
    AdjustmentState,
    AuditEntry,
    BusinessSettings,
    KeyStatus,
    OpenAIKey,
    Rollup,
    TokenAdjustment,
)
from zimmer.models.throttle import ThrottleCounter
from zimmer.models.tickets import Importance, Message, Priority, Ticket, TicketStatus

__all__ = [
    "AdjustmentState",
    "Audience",
    "AuditEntry",
    "Automation",
    "AutomationPackage",
    "Base",
    "Bucket",
    "BusinessSettings",
    "DiscountCode",
    "DiscountRedemption",
    "EntryKind",
    "Health",
    "Hold",
    "HoldState",
    "Importance",
    "IntegrationStatus",
    "Json",
    "KeyStatus",
    "Level",
    "Lot",
    "Message",
    "Notification",
    "OpenAIKey",
    "OutboxMessage",
    "Payment",
    "PaymentEvent",
    "PaymentStatus",
    "PricingType",
    "Priority",
    "RedemptionState",
    "RefreshToken",
    "RevokedBecause",
    "Role",
    "Rollup",
    "ServiceToken",
    "SignIn",
    "ThrottleCounter",
    "Ticket",
    "TicketStatus",
    "TokenAdjustment",
    "TokenEntry",
    "UsageEvent",
    "User",
    "UserAutomation",
    "UserAutomationStatus",
]
