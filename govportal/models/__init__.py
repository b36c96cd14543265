"""The kernel's rows: one model a file."""

from govportal.models.agency import Agency, AgencyKind, AgencyLevel, InternalBody, Leader
from govportal.models.attachment import Attachment
from govportal.models.audit_event import AuditEvent
from govportal.models.heartbeat import Heartbeat
from govportal.models.holiday import Holiday, HolidayYear
from govportal.models.inbox import InboxMessage, MutedKind
from govportal.models.membership import Membership
from govportal.models.notice import Notice
from govportal.models.private_file import PrivateFile
from govportal.models.public_revision import PublicRevision
from govportal.models.reminder import Reminder, ReminderLadder
from govportal.models.site_profile import SiteProfile
from govportal.models.throttle import ThrottleCount
from govportal.models.user import User
from govportal.models.webhook import Webhook

__all__ = [
    "Agency",
    "AgencyKind",
    "AgencyLevel",
    "Attachment",
    "AuditEvent",
    "Heartbeat",
    "Holiday",
    "HolidayYear",
    "InboxMessage",
    "InternalBody",
    "Leader",
    "Membership",
    "MutedKind",
    "Notice",
    "PrivateFile",
    "PublicRevision",
    "Reminder",
    "ReminderLadder",
    "SiteProfile",
    "ThrottleCount",
    "User",
    "Webhook",
]
