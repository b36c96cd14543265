"""Signed public words in the place of an item: 本期无此类信息, 已复核，无需更新 (domain §5)."""

from datetime import datetime

from disclosure.enums import StatementKind
from disclosure.models import Obligation, Statement
from govportal.models import User


def reasons_against(obligation: Obligation, kind: StatementKind, actor: User, at: datetime) -> list[str]:
    """Why this person cannot sign this word for the obligation now; empty when he can."""
    raise NotImplementedError


def sign(obligation_id: int, kind: StatementKind, *, actor: User, at: datetime, note: str = "") -> Statement:
    """Sign and so meet the obligation, today. Raises ValidationError with every reason against it."""
    raise NotImplementedError
