"""A county with published rounds: two of one kind, one of another, one that is frozen only, one that was withdrawn."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from disclosure.enums import ItemAction, ReviewStep
from disclosure.services import close
from evaluation import case_lines
from evaluation.enums import FindingState, ObjectionState, RoundKind, Ruling
from evaluation.models import Assessment, AssessmentRound, Finding, FindingFile, IndicatorSet, Objection
from evaluation.services import measure
from govportal.models import Agency, AgencyKind, User
from govportal.now import now, today
from tests.factories.indicators import make_indicator_set
from tests.factories.kernel import make_agency, make_private_file
from tests.factories.obligations import make_obligation
from tests.factories.published import signer
from tests.factories.rounds import (
    freeze_round,
    make_finding,
    make_inspector,
    make_office,
    open_round,
    publish_round,
    share_round,
)

LATE = 7  # more than the card shows
EXCUSED = "停机超过四小时，有记录为证，不计迟公开。"
LESSENED = "其中一条有通话记录，减半扣分。"


@dataclass(frozen=True)
class County:
    """`late`: the agency that loses points everywhere; `punctual`: of the same kind; `town`: of another."""

    office: Agency
    inspector: User
    late: Agency
    punctual: Agency
    town: Agency
    earlier: AssessmentRound
    row: AssessmentRound
    daily: AssessmentRound
    unpublished: AssessmentRound
    withdrawn: AssessmentRound
    public_file: FindingFile
    private_file: FindingFile

    def card(self, agency: Agency) -> Assessment:
        return self.row.assessments.get(agency=agency)


def make_county() -> County:
    office = make_office()
    inspector = make_inspector(office)
    late, punctual = (make_agency(parent=office, name=name) for name in ("县水务局", "县财政局"))
    town = make_agency(parent=office, name="河口镇人民政府", kind=AgencyKind.TOWNSHIP)
    the_set = make_indicator_set()
    rounds = _Rounds(office, inspector, the_set, (late, punctual, town))
    for place in range(LATE):
        day = date(2026, 3, 1) + timedelta(days=place)
        make_obligation(agency=late, due_on=day, met_on=day + timedelta(days=3))
    _in_time((punctual, town), date(2026, 3, 10))
    for day in (date(2025, 3, 10), date(2025, 9, 10), date(2026, 8, 10)):
        _in_time((late, punctual, town), day)
    withdrawn = publish_round(rounds.open("2025-h1", date(2025, 1, 1), date(2025, 6, 30)))
    _withdraw(withdrawn)
    earlier = publish_round(rounds.open("2025-h2", date(2025, 7, 1), date(2025, 12, 31)))
    daily = publish_round(rounds.open("2026-q1", date(2026, 1, 1), date(2026, 3, 31), kind=RoundKind.DAILY))
    row = rounds.open("2026-h1", date(2026, 1, 1), date(2026, 6, 30))
    public_file, private_file = _with_findings(row.assessments.get(agency=late))
    share_round(row)
    row.refresh_from_db()
    _with_rulings(row.assessments.get(agency=late), inspector, make_inspector(office))
    row = publish_round(row)
    later = rounds.open("2026-h2", date(2026, 7, 1), date(2026, 11, 29))
    unpublished = freeze_round(share_round(later))
    return County(
        office, inspector, late, punctual, town, earlier, row, daily, unpublished, withdrawn, public_file, private_file
    )


def _in_time(agencies: Iterable[Agency], day: date) -> None:
    """Without anything that was due, an agency is not ranked."""
    for agency in agencies:
        make_obligation(agency=agency, due_on=day, met_on=day)


@dataclass(frozen=True)
class _Rounds:
    office: Agency
    inspector: User
    the_set: IndicatorSet
    agencies: tuple[Agency, ...]

    def open(self, slug: str, start: date, end: date, *, kind: RoundKind = RoundKind.SPOT) -> AssessmentRound:
        return open_round(
            *self.agencies,
            office=self.office,
            actor=self.inspector,
            indicator_set=self.the_set,
            slug=slug,
            name=f"{slug}考核",
            kind=kind,
            period_start=start,
            period_end=end,
        )


def _with_findings(one: Assessment) -> tuple[FindingFile, FindingFile]:
    first, second = one.round.indicator_set.indicators.manual()[:2]
    found = make_finding(one, first, count=2, unit_deduction=Decimal("0.50"), link="https://example.test/page")
    made = {"added_by": one.round.made_by, "added_at": now(), "finding": found}
    files = [
        FindingFile.objects.create(
            file=make_private_file(name=f"{title}.pdf"), title=title, is_public=is_public, **made
        )
        for title, is_public in (("网页截图", True), ("通话记录", False))
    ]
    make_finding(one, second, unit_deduction=Decimal("1.00"), text="撤销的问题", state=FindingState.WITHDRAWN)
    return files[0], files[1]


def _with_rulings(one: Assessment, by: User, other: User) -> None:
    """One case excused, one finding lessened, one objection taken back."""
    timeliness = one.round.indicator_set.indicators.get(measure="timeliness")
    finding = Finding.objects.standing().get(assessment=one)
    case = case_lines.unpack(one.scores.get(indicator=timeliness).cases)[0]
    heard = {"hearing": "单位到会陈述。", "heard_on": today(), "heard_by": other}
    ruled = heard | {"state": ObjectionState.RULED, "ruled_by": other, "ruled_at": now()}
    made = {"assessment": one, "filed_by": by, "filed_at": now(), "rule_by": today()}
    Objection.objects.create(
        number=1, indicator=timeliness, case_key=case.key, text="系统停机。", ruling=Ruling.UPHELD, reason=EXCUSED,
        **made, **ruled,
    )  # fmt: skip
    Objection.objects.create(
        number=2, indicator=finding.indicator, finding=finding, text="已经电话答复。", ruling=Ruling.PARTLY,
        reason=LESSENED, **made, **ruled,
    )  # fmt: skip
    Finding.objects.filter(pk=finding.pk).update(ruled_deduction=Decimal("0.50"))
    Objection.objects.create(
        number=3,
        indicator=timeliness,
        case_key="obligation-0",
        text="收回的话。",
        state=ObjectionState.WITHDRAWN,
        **made,
    )
    for indicator in (timeliness, finding.indicator):
        measure.rescore(one, indicator)


def _withdraw(row: AssessmentRound) -> None:
    assert row.item is not None
    words = close.Closing(action=ItemAction.WITHDRAW, ground="有误", basis="条例第六条", explanation="重新考核")
    decider = signer(ReviewStep.APPROVAL, row.item.agency)
    close.close(row.item.pk, words, actor=decider, asked_by=row.item.created_by, at=now())


def publish_cards() -> Assessment:
    """The card of an agency that loses points by a case and by a finding, beside one that loses none."""
    office = make_office()
    late, punctual = (make_agency(parent=office, name=name) for name in ("某县水务局", "某县财政局"))
    rounds = _Rounds(office, make_inspector(office), make_indicator_set(), (late, punctual))
    _in_time((late, punctual), date(2025, 9, 10))
    publish_round(rounds.open("2025-h2", date(2025, 7, 1), date(2025, 12, 31)))
    _in_time([punctual], date(2026, 3, 1))
    make_obligation(agency=late, due_on=date(2026, 3, 1), met_on=date(2026, 3, 3))
    row = rounds.open("2026-h1", date(2026, 1, 1), date(2026, 6, 30))
    _with_findings(row.assessments.get(agency=late))
    return publish_round(row).assessments.get(agency=late)
