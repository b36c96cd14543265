"""保存期限 of personal data, for requests, complaints and messages alike (REQUEST_RETENTION_YEARS)."""

from datetime import date

from django.conf import settings


def last_day(today: date) -> date | None:
    """What ended on this day or before it is cleared now; None while everything is kept (0 years)."""
    years = settings.REQUEST_RETENTION_YEARS
    if not years:
        return None
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # 29 February
        return today.replace(year=today.year - years, day=28)
