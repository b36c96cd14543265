"""报送: a report handed to the superior body meets its obligation (feature row 42)."""

from datetime import date, datetime

from disclosure.models import Filing, Obligation
from govportal.models import Agency, Attachment, User


def reasons_against(
    obligation: Obligation, actor: User, at: datetime, *, filed_with: Agency | None = None, filed_on: date | None = None
) -> list[str]:
    """Why this person cannot enter this filing; without a body and a day, whether he can enter any."""
    raise NotImplementedError


def file(
    obligation_id: int,
    *,
    filed_with: Agency,
    filed_on: date,
    title: str,
    actor: User,
    at: datetime,
    number: str = "",
    attachment: Attachment | None = None,
) -> Filing:
    """Enter a filing, met on the day it was filed. Raises ValidationError with every reason against it."""
    raise NotImplementedError
