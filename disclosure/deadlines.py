"""What agencies owe by a day, for the reminders: each kind a query, most of them a line of data.

An interpretation is owed after the day only beside an emergency publication (domain §4.4): it is among its debts.
"""

from collections.abc import Collection, Iterator
from datetime import date

from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.db.models.functions import Cast, Concat, Left
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure import workflow
from disclosure.enums import OPEN_STATES, ItemAction, ReviewStep, Validity
from disclosure.models import BoardSheet, Edition, Item, Obligation, Rectification, Withholding
from disclosure.public_reviews import missing
from disclosure.queries.inside import WAITING_FOR_REPORT
from govportal.contributions import Deadline, DeadlineSource, Reach
from govportal.deadline_rows import RowDeadlines, page_paths
from govportal.permissions import Permission

EMERGENCIES = "emergency"
MOST_OF_A_NAME = 60  # characters in the line of a mail


def _obligations() -> QuerySet[Obligation]:
    """Named as the catalogue names them, with the period: one entry is owed many times, by many of one office."""
    level = Case(When(entry__level2="", then=F("entry__level1")), default=F("entry__level2"))
    period = (Cast("period_start", CharField()), Value("—"), Cast("period_end", CharField()))
    named = Concat(Left(level, MOST_OF_A_NAME), Value("（"), *period, Value("）"))
    return Obligation.objects.public().open().annotate(named=named)


def _rectifications() -> QuerySet[Rectification]:
    return Rectification.objects.filter(state__in=WAITING_FOR_REPORT)


def _withholdings() -> QuerySet[Withholding]:
    return Withholding.objects.in_force()


def _expiring() -> QuerySet[Item]:
    """Texts that hold until a day: somebody decides before it whether they are renewed, amended or end."""
    in_force = [Validity.VALID, Validity.AMENDED, Validity.PARTLY_VOID]
    return Item.objects.filter(
        state__in=workflow.ITEM[ItemAction.EXPIRE].sources, validity__in=in_force, expires_on__isnull=False
    )


def _failed_schedules() -> QuerySet[Edition]:
    """Not public at their minute."""
    return Edition.objects.filter(state__in=OPEN_STATES, publish_at__isnull=False).exclude(publish_fault="")


def _hanging() -> QuerySet[BoardSheet]:
    """On the wall until a day: by then another sheet takes its place, or it is taken down."""
    return BoardSheet.objects.hanging()


ROWS = (
    RowDeadlines(
        "obligation", gettext_lazy("公开义务"), gettext_lazy("公开义务 %s"), _obligations, "due_on",
        Permission.DRAFT_ITEM, "admin:disclosure_obligation_change", number="named", position=10,
    ),
    RowDeadlines(
        "rectification", gettext_lazy("整改报告"), gettext_lazy("整改报告 %s"), _rectifications, "due_on",
        Permission.DRAFT_ITEM, "admin:disclosure_rectification_change", position=60,
    ),
    RowDeadlines(
        "withholding", gettext_lazy("不公开事项评估"), gettext_lazy("不予公开备案 %s 评估"), _withholdings, "review_on",
        Permission.APPROVE_ITEM, "admin:disclosure_withholding_change", number="pk", but="proposed_by_id", position=70,
    ),
    RowDeadlines(
        "expiry", gettext_lazy("文件有效期"), gettext_lazy("文件有效期届满 %s"), _expiring, "expires_on",
        Permission.DRAFT_ITEM, "admin:disclosure_item_change", number="index_number", position=80,
    ),
    RowDeadlines(
        "schedule", gettext_lazy("定时公开失败"), gettext_lazy("定时公开失败 %s"), _failed_schedules, "publish_at",
        Permission.PUBLISH_ITEM, "admin:disclosure_edition_change", agency="item__agency_id",
        number="item__index_number", is_moment=True, position=20,
    ),
    RowDeadlines(
        "board", gettext_lazy("公开栏期满"), gettext_lazy("公开栏 %s 张贴期满"), _hanging, "post_until",
        Permission.MANAGE_BOARDS, "admin:disclosure_boardsheet_change", agency="board__agency_id", number="serial",
        before=(3, 1), position=90,
    ),
)  # fmt: skip


def _emergencies() -> QuerySet[Edition]:
    emergencies = Edition.objects.emergencies().select_related("item__agency")
    return emergencies.defer("body", "extra", "summary").order_by("pk")


def owed_reviews(reach: Reach) -> Iterator[Deadline]:
    """应急公开补审: the first that an emergency publication still owes; what comes after it is told in its turn."""
    rows = _emergencies().filter(review_due_on__lte=reach.until)
    if reach.agencies is not None:
        rows = rows.filter(item__agency__in=reach.agencies)
    editions = {edition.pk: edition for edition in rows}
    path = page_paths("admin:disclosure_edition_change")
    for pk, debts in missing(editions.values()).items():
        due_on = editions[pk].review_due_on
        if not debts or due_on is None:
            continue
        permission: Permission | None = Permission.DRAFT_ITEM  # whoever wrote it brings what is no signature
        if isinstance(debts[0], ReviewStep):
            permission = workflow.EDITION[workflow.ACTION_OF[debts[0]]].permission
        assert permission is not None  # every signature has its role
        item = editions[pk].item
        yield Deadline(
            key=f"{EMERGENCIES}:{debts[0].value}:{pk}",
            due_on=due_on,
            agency_id=item.agency_id,
            label=_("应急公开补审（%(step)s）%(number)s") % {"step": debts[0].label, "number": item.index_number},
            path=path(pk),
            permission=permission,
        )


def still_owed(keys: Collection[str]) -> dict[str, date]:
    """A debt that was met is closed, though the next one of its publication is open."""
    pks = {int(key.rpartition(":")[2]) for key in keys}
    editions = {edition.pk: edition for edition in _emergencies().filter(pk__in=pks)}
    owed = {
        f"{EMERGENCIES}:{debts[0].value}:{pk}": due_on
        for pk, debts in missing(editions.values()).items()
        if debts and (due_on := editions[pk].review_due_on)
    }
    return {key: owed[key] for key in keys if key in owed}


SOURCES = (
    *(row.source() for row in ROWS),
    DeadlineSource(
        EMERGENCIES,
        gettext_lazy("应急公开补审"),
        owed_reviews,
        still_owed,
        permissions=frozenset(
            {
                Permission.DRAFT_ITEM,
                Permission.SECRECY_REVIEW,
                Permission.PRE_REVIEW,
                Permission.SECOND_REVIEW,
                Permission.APPROVE_ITEM,
            }
        ),
        position=25,
    ),
)
