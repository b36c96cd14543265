"""Rounds of assessment in every state, with the people who move them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from disclosure.services import review
from evaluation.enums import CheckResult, FindingSource, FindingState, ObjectionState, RoundKind, RoundState, Ruling
from evaluation.models import Assessment, AssessmentRound, Check, Finding, Indicator, Objection, SampleItem
from evaluation.services import measure, round_items, rounds
from govportal.models import Agency, User
from govportal.now import now, today
from govportal.permissions import Role
from tests.factories.indicators import make_indicator_set
from tests.factories.kernel import make_agency, make_member, make_user
from tests.factories.published import publish_edition

PERIOD = (date(2026, 1, 1), date(2026, 6, 30))


def make_office() -> Agency:
    """The government at the top, whose inspectors assess everybody below it."""
    return make_agency(name="澄明县人民政府")


def make_inspector(office: Agency, **values: Any) -> User:
    return make_member(Role.INSPECTOR, office, **values)


def make_round(
    *agencies: Agency,
    office: Agency | None = None,
    actor: User | None = None,
    at: datetime | None = None,
    **values: Any,
) -> AssessmentRound:
    """In preparation. Without agencies: of one below the office."""
    office = office or make_office()
    actor = actor or make_inspector(office)
    plan: dict[str, Any] = {
        "slug": "2026-h1",
        "name": "2026年上半年政务公开考核",
        "kind": RoundKind.SPOT,
        "period_start": PERIOD[0],
        "period_end": PERIOD[1],
        "sample_size": 0,
        "agencies": agencies or [make_agency(parent=office)],
    } | values
    if "indicator_set" not in plan:
        plan["indicator_set"] = make_indicator_set(state="in_force")
    return rounds.make(rounds.Plan(**plan), actor=actor, at=at or now())


def open_round(*agencies: Agency, at: datetime | None = None, **values: Any) -> AssessmentRound:
    """评分中, measured once."""
    moment = at or now()
    row = make_round(*agencies, at=moment, **values)
    rounds.open_round(row.pk, actor=row.made_by, at=moment)
    return measure.measure(row.pk, at=moment)


def check_all(row: AssessmentRound, *, actor: User | None = None) -> None:
    """Everything that an inspector has to look at, without a finding."""
    signed = {"checked_by": actor or row.made_by, "checked_at": now()}
    for assessment in row.assessments.all():
        for indicator in row.indicator_set.indicators.manual():
            Check.objects.get_or_create(
                assessment=assessment, indicator=indicator, defaults={"result": CheckResult.CLEAR, **signed}
            )
    SampleItem.objects.filter(assessment__round=row).update(result=CheckResult.CLEAR, **signed)


def make_finding(assessment: Assessment, indicator: Indicator | None = None, **values: Any) -> Finding:
    """A finding as it stands in its row, with the ruling that left it `ruled_deduction`; the points follow by
    measure.rescore."""
    ruled = values.pop("ruled_deduction", None)
    indicator = indicator or assessment.round.indicator_set.indicators.manual()[0]
    row = {
        "number": Finding.objects.filter(assessment__round=assessment.round_id).count() + 1,
        "source": FindingSource.INSPECTION,
        "state": FindingState.STANDING,
        "text": "网站上找不到本单位的办公地址",
        "unit_deduction": indicator.deductions[0],
        "found_by": values.pop("found_by", None) or assessment.round.made_by,
        "found_at": now(),
    } | values
    if row["state"] in {FindingState.REJECTED, FindingState.WITHDRAWN}:
        row = {"decided_by": row["found_by"], "decided_at": now(), "note": "核对以后不成立"} | row
    found = Finding.objects.create(assessment=assessment, indicator=indicator, **row)
    if ruled is not None:
        make_ruling(found, ruled)
    found.refresh_from_db()
    measure.rescore(assessment, indicator)
    return found


def make_ruling(finding: Finding, left: Decimal) -> Objection:
    """异议 that was upheld, in part where something is left; the points follow by measure.rescore."""
    rows = Objection.objects.filter(assessment__round=finding.assessment.round_id)
    made = Objection.objects.create(
        assessment=finding.assessment,
        number=rows.count() + 1,
        finding=finding,
        indicator=finding.indicator,
        text="已经电话答复。",
        filed_by=make_user(),
        filed_at=now(),
        rule_by=today(),
        state=ObjectionState.RULED,
        hearing="单位到会陈述。",
        heard_on=today(),
        heard_by=finding.found_by,
        ruling=Ruling.PARTLY if left else Ruling.UPHELD,
        reason="属实。",
        ruled_by=make_user(),
        ruled_at=now(),
    )
    Finding.objects.filter(pk=finding.pk).update(ruled_deduction=left)
    return made


def share_round(row: AssessmentRound, *, at: datetime | None = None) -> AssessmentRound:
    """征求异议."""
    check_all(row)
    return rounds.share(row.pk, actor=row.made_by, at=at or now())


def freeze_round(row: AssessmentRound, *, actor: User | None = None, at: datetime | None = None) -> AssessmentRound:
    """已定分, by another inspector of the same office; every agency has agreed."""
    office = row.made_by.memberships.get().agency
    moment = at or now()
    actor = actor or make_inspector(office)
    row.assessments.update(confirmed_by=row.made_by, confirmed_at=moment)
    return rounds.freeze(row.pk, actor=actor, at=moment)


def publish_round(row: AssessmentRound, *, at: datetime | None = None) -> AssessmentRound:
    """公布: frozen if it is not yet, drafted as an item and published through every review."""
    moment = at or now()
    if row.state != RoundState.FROZEN:
        row = freeze_round(row if row.state == RoundState.FEEDBACK else share_round(row, at=moment), at=moment)
    office = row.made_by.memberships.get().agency
    assert row.frozen_by is not None
    item = round_items.draft_item(row.pk, agency=office, actor=row.frozen_by, at=moment)
    review.submit(item.editions.get().pk, actor=make_member(Role.PUBLISHER, office), at=moment)
    publish_edition(item.editions.get(), at=moment)
    row.refresh_from_db()
    return row
