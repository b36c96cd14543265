"""How an obligation stands on a day, and its period, in words; nothing here is stored (domain §5).

The condition for the database and the answer for one row are two sides of one definition.
"""

from datetime import date

from django.db.models import F, Q, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import (
    NOTICE_STATES,
    READABLE_STATES,
    Audience,
    Channel,
    ObligationKind,
    Recurrence,
    StatementKind,
)
from disclosure.models import Item, Obligation
from disclosure.obligation_periods import add_months
from disclosure.rules import period_label


class Standing(TextChoices):
    OVERDUE = "overdue", gettext_lazy("应公开未公开")
    OPEN = "open", gettext_lazy("期限未到")
    MET = "met", gettext_lazy("已公开")
    LATE = "late", gettext_lazy("逾期公开")
    NIL = "nil", gettext_lazy("本期无此类信息")
    REVIEWED = "reviewed", gettext_lazy("已复核")
    FILED = "filed", gettext_lazy("已报送")


_BY_STATEMENT = {StatementKind.NIL: Standing.NIL, StatementKind.UNCHANGED: Standing.REVIEWED}
# Length of a period in months, and the recurrence that names it.
_NAMED = {1: Recurrence.MONTHLY, 3: Recurrence.QUARTERLY, 6: Recurrence.HALF_YEARLY, 12: Recurrence.YEARLY}


def condition(standing: str, today: date) -> Q:
    """Rows in force that stand so."""
    met = Q(met_on__isnull=False)
    published = met & Q(statement=None) & ~Q(kind=ObligationKind.FILING)
    return (
        Q(cancelled_at=None)
        & {
            Standing.OVERDUE: Q(met_on=None, due_on__lt=today),
            Standing.OPEN: Q(met_on=None, due_on__gte=today),
            Standing.MET: published & Q(met_on__lte=F("due_on")),
            Standing.LATE: published & Q(met_on__gt=F("due_on")),
            Standing.NIL: met & Q(statement__kind=StatementKind.NIL),
            Standing.REVIEWED: met & Q(statement__kind=StatementKind.UNCHANGED),
            Standing.FILED: met & Q(kind=ObligationKind.FILING),
        }[Standing(standing)]
    )


def standing(row: Obligation, today: date) -> Standing:
    """The same of one row in force."""
    if row.met_on is None:
        return Standing.OVERDUE if row.due_on < today else Standing.OPEN
    if row.kind == ObligationKind.FILING:
        return Standing.FILED
    if statement := getattr(row, "statement", None):
        return _BY_STATEMENT[StatementKind(statement.kind)]
    return Standing.LATE if row.met_on > row.due_on else Standing.MET


def standing_words(row: Obligation, today: date) -> str:
    """The same in words: a report is filed, not published, and what was signed or filed late says so."""
    found = standing(row, today)
    if found == Standing.OVERDUE and row.kind == ObligationKind.FILING:
        return _("应报送未报送")
    is_late = row.met_on is not None and row.met_on > row.due_on
    if is_late and found != Standing.LATE:
        return _("%s（逾期）") % found.label
    return str(found.label)


def period_words(row: Obligation) -> str:
    """2026年上半年; days where no month, quarter, half-year or year is meant; of an event its day."""
    if row.event_id:
        is_before = row.kind == ObligationKind.BEFORE_EVENT
        return _("%s 的事由") % (row.period_end if is_before else row.period_start).isoformat()
    for months, recurrence in _NAMED.items():
        starts = row.period_start.day == 1 and (row.period_start.month - 1) % months == 0
        if starts and (add_months(row.period_start, months) - row.period_end).days == 1:
            return period_label(row.period_start, recurrence)
    return f"{row.period_start.isoformat()}—{row.period_end.isoformat()}"


def public_item_of(row: Obligation) -> Item | None:
    """The item that met an obligation, where it has a public page."""
    item = row.met_by
    has_page = item and item.audience == Audience.PUBLIC and item.state in (*READABLE_STATES, *NOTICE_STATES)
    return item if has_page else None


def is_owed_to_the_wall(row: Obligation) -> bool:
    """queries.OWED_TO_THE_WALL of one row."""
    item = row.met_by
    is_readable = item is not None and item.audience == Audience.PUBLIC and item.state in READABLE_STATES
    return is_readable and Channel.NOTICE_BOARD in row.entry.channels


def wall_words(row: Obligation) -> str:
    """Whether what met it hung on a notice board, as its entry demands; empty where it demands none.

    `row` is read `with_words`.
    """
    if not is_owed_to_the_wall(row):
        return ""
    hung: dict[str, str] | None = getattr(row, "wall", None)
    if not hung:
        return _("未上栏")
    if hung["removed_on"]:
        return _("已上栏（%(serial)s，%(posted_on)s 至 %(removed_on)s）") % hung
    return _("已上栏（%(serial)s，%(posted_on)s 起）") % hung
