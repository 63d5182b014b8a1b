"""Every table, one aggregate per file. The shape itself is made by `zimmer.migrations`."""

from zimmer.models.accounts import OneTimeToken, Purpose, RecoveryCode
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
from zimmer.models.figures import Activity, CustomerCount, Rollup, TicketCount
from zimmer.models.gateways import ZARINPAL, GatewayHealth
from zimmer.models.notifications import Channel, Delivery, DeliveryState, Level, Notification
from zimmer.models.outbox import OutboxMessage
from zimmer.models.payments import Payment, PaymentEvent, PaymentStatus
from zimmer.models.people import Audience, RefreshToken, RevokedBecause, Role, SignIn, User
from zimmer.models.staff import (
    AdjustmentState,
    AuditEntry,
    BusinessSettings,
    KeyStatus,
    OpenAIKey,
    PaymentReview,
    ReconciliationRun,
    ReviewDecision,
    ReviewState,
    RunState,
    ScheduleRun,
    TokenAdjustment,
)
from zimmer.models.throttle import ThrottleCounter
from zimmer.models.tickets import Importance, Message, Priority, Ticket, TicketStatus

__all__ = [
    "ZARINPAL",
    "Activity",
    "AdjustmentState",
    "Audience",
    "AuditEntry",
    "Automation",
    "AutomationPackage",
    "Base",
    "Bucket",
    "BusinessSettings",
    "Channel",
    "CustomerCount",
    "Delivery",
    "DeliveryState",
    "DiscountCode",
    "DiscountRedemption",
    "EntryKind",
    "GatewayHealth",
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
    "OneTimeToken",
    "OpenAIKey",
    "OutboxMessage",
    "Payment",
    "PaymentEvent",
    "PaymentReview",
    "PaymentStatus",
    "PricingType",
    "Priority",
    "Purpose",
    "ReconciliationRun",
    "RecoveryCode",
    "RedemptionState",
    "RefreshToken",
    "ReviewDecision",
    "ReviewState",
    "RevokedBecause",
    "Role",
    "Rollup",
    "RunState",
    "ScheduleRun",
    "ServiceToken",
    "SignIn",
    "ThrottleCounter",
    "Ticket",
    "TicketCount",
    "TicketStatus",
    "TokenAdjustment",
    "TokenEntry",
    "UsageEvent",
    "User",
    "UserAutomation",
    "UserAutomationStatus",
]
