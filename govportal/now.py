"""The only place that reads the clock. Everything else takes the time as an argument or asks here."""

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return timezone.now()


def today() -> date:
    """The present day in the portal's time zone (Asia/Shanghai): deadlines are Beijing days."""
    return timezone.localdate()
