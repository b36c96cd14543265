"""What the demo county owed in its year: met by items, declared nil, looked through, reported, and some of it not.

Rules decide which, not lists: the demo is always a year around today.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from disclosure.enums import Category, ObligationKind, Recurrence, StatementKind, TargetGroup, TimingKind
from disclosure.models import CatalogueEntry, Item, Obligation
from disclosure.services import filings, oblige, statements
from govportal.models import Agency, User
from govportal.permissions import Role

# The catalogue was revised so many days ago: entries that nobody has published to yet are owed since then.
REVISED_DAYS = 45
# One in so many of what is overdue stays so; one in so many was declared after its last day.
LEFT_OVERDUE = 12
DECLARED_LATE = 9
# Nobody declares these, by agency and entry: an empty section of a notice board says that they are missing.
NEVER_DECLARED = {("CM-HDZ", "CM-079")}
# 报送 (feature row 42): code, name, recurrence and the days on which it is owed.
REPORTS: tuple[tuple[str, str, Recurrence, list[str]], ...] = (
    ("CM-R01", "政务公开工作半年情况报告", Recurrence.HALF_YEARLY, ["07-15", "01-15"]),
    ("CM-R02", "主动公开目录执行情况季报", Recurrence.QUARTERLY, []),
)


def seed_obligations(
    today: date, now: datetime, agencies: Mapping[str, Agency], members: Mapping[tuple[str, Role], User]
) -> None:
    """Let the daily round run, then sign, file and leave undone. Call inside a transaction, after the story."""
    _set_beginnings(today)
    _add_reports(today, agencies)
    oblige.daily(today)
    _declare(today, now, members)
    _file(today, now, agencies, members)


def first_day_owed(today: date) -> date:
    """Of what is published to, and of reports. On New Year's Day a county has a year behind it too; the half year that
    its assessments are about lies in it whole."""
    return date(today.year if today.month >= 9 else today.year - 1, 1, 1)


def _set_beginnings(today: date) -> None:
    used = Item.objects.filter(current_edition__isnull=False, catalogue_entry__isnull=False)
    CatalogueEntry.objects.update(in_force_on=today - timedelta(days=REVISED_DAYS))
    CatalogueEntry.objects.filter(pk__in=used.values("catalogue_entry")).update(in_force_on=first_day_owed(today))


def _add_reports(today: date, agencies: Mapping[str, Agency]) -> None:
    for position, (code, name, recurrence, due) in enumerate(REPORTS, 1000):
        entry = CatalogueEntry.objects.create(
            code=code,
            domain="综合政务",
            level1="政务公开工作报送",
            level2=name,
            elements="本期公开的数量和方式；依申请公开；存在的问题；下一步安排",
            basis="《中华人民共和国政府信息公开条例》第四十六条至第五十条",
            timing_kind=TimingKind.RECURRING,
            recurrence=recurrence,
            timing_detail={"due": due},
            target=TargetGroup.SOCIETY,
            in_force_on=first_day_owed(today),
            is_report=True,
            position=position,
        )
        entry.agencies.set([agencies["CM-MZJ"], agencies["CM-CZJ"], agencies["CM-HDZ"]])


def _declare(today: date, now: datetime, members: Mapping[tuple[str, Role], User]) -> None:
    """The approver's word where there was nothing to publish, or nothing to change."""
    overdue = Obligation.objects.overdue(today).to_the_public()
    looked_through = Obligation.objects.open().filter(kind=ObligationKind.REVIEW, entry__category=Category.AFFAIRS)
    waiting = (overdue | looked_through.to_the_public()).select_related("agency", "entry").order_by("pk")
    for place, obligation in enumerate(waiting):
        if place % LEFT_OVERDUE == 0 or obligation.entry.recurrence == Recurrence.YEARLY:
            continue
        if (obligation.agency.code, obligation.entry.code) in NEVER_DECLARED:
            continue
        kind = StatementKind.UNCHANGED if obligation.kind == ObligationKind.REVIEW else StatementKind.NIL
        late = 6 if place % DECLARED_LATE == 0 else 0
        at = min(_ten_in_the_morning(min(obligation.due_on + timedelta(days=late), today)), now)
        approver = members[obligation.agency.code, Role.APPROVER]
        if not statements.reasons_against(obligation, kind, approver, at):
            statements.sign(obligation.pk, kind, actor=approver, at=at)


def _file(today: date, now: datetime, agencies: Mapping[str, Agency], members: Mapping[tuple[str, Role], User]) -> None:
    """Reports to the county's office; the last of each entry is still owed."""
    due = (
        Obligation.objects.open()
        .filter(kind=ObligationKind.FILING, due_on__lte=today)
        .select_related("agency", "entry")
    )
    for place, obligation in enumerate(due.order_by("pk")):
        if place % 3 == 2:
            continue
        filed_on = obligation.due_on - timedelta(days=place % 5)
        filings.file(
            obligation.pk,
            filed_with=agencies["CM-ZFB"],
            filed_on=filed_on,
            title=f"{obligation.agency.display_name}{obligation.entry.level2}",
            number=f"澄公开报〔{filed_on.year}〕{place + 1}号",
            actor=members[obligation.agency.code, Role.PUBLISHER],
            at=min(_ten_in_the_morning(filed_on), now),
        )


def _ten_in_the_morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(10)))
