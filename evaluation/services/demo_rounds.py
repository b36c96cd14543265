"""Rounds of the demo county: two years of assessments with findings, objections and rulings, made by the services.

What was frozen is taken over now, with the day on which the county's old site is said to have published it: the
publication log runs forward, and the county's year has been told.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.timezone import localdate

from disclosure.enums import ObligationKind, StatementKind
from disclosure.models import Obligation
from disclosure.services import publish, statements
from disclosure.services.demo_story import office_hours
from evaluation.enums import CheckResult, RoundKind, RoundState
from evaluation.models import Assessment, AssessmentRound, Finding, Indicator, IndicatorSet, Objection, Survey
from evaluation.services import carry_over, checks, finding_orders, findings, measure, objections, round_items, rounds
from evaluation.services.demo_indicators import make_sets, retire_old_sets
from evaluation.services.demo_surveys import assessed_year, half_of
from govportal import access
from govportal.calendar import load_calendar
from govportal.contributions import DemoCounty
from govportal.models import Agency, User
from govportal.permissions import Role
from govportal.workdays import add_working_days
from requests_app.services.demo_people import People, appoint

_FILE = Path(__file__).parent.parent / "demo" / "rounds.toml"
_DAY = timedelta(days=1)
_STEP = timedelta(minutes=3)
_PUBLISHER = "CM-GOV"
_TODAY = "today-"
_LATE = "{late}"  # the agency of an objection: whichever declared late

type Raw = Mapping[str, Any]


def tell(county: DemoCounty) -> list[str]:
    """Fill an otherwise seeded county."""
    raws = tomllib.loads(_FILE.read_text("utf-8"))["round"]
    objecting = {one["agency"] for raw in raws for one in raw.get("objection", ())} - {_LATE}
    wanted = [(code, Role.OFFICE_HEAD) for code in objecting]
    wanted += [(code, Role.OFFICE_HEAD) for raw in raws for code in raw.get("confirmed", ())]
    sets = make_sets(county)
    teller = _Teller(county, appoint(county, wanted), sets)
    for raw in raws:
        teller.tell(raw)
    retire_old_sets(county)
    return ["复算包：/scorecards/ 下载 ZIP，解压后运行 python3 recompute.py"]


class _Teller:
    """`inspector` finds and tells, `head` rules and freezes: nobody does both."""

    def __init__(self, county: DemoCounty, people: People, sets: Mapping[str, IndicatorSet]) -> None:
        self.county, self.people, self.sets = county, people, sets
        self.inspector: User = county.people["kaohe"]
        self.head: User = county.people["zuzhang"]
        self.year = assessed_year(county.today)
        self.late: Obligation | None = None

    def tell(self, raw: Raw) -> None:
        row = self._make(raw)
        at = self._at(self._day(raw["opened"])) if "opened" in raw else None
        if at is None:
            self._cancel(row, raw)
            return
        row = rounds.open_round(row.pk, actor=self.inspector, at=at)
        self._appoint(row, raw)
        self._carry(row, raw, at)
        self._find(row, raw, at + _STEP)
        measure.measure(row.pk, at=at + 2 * _STEP)
        if raw.get("declares_late"):
            self._declare_late(row, at)
        if raw["state"] in {RoundState.FEEDBACK, RoundState.FROZEN}:
            self._share(row, raw)
        if raw["state"] == RoundState.FROZEN:
            self._freeze(row, raw)
        self._cancel(row, raw)
        self._order(row, raw)

    # --- when and who ----------------------------------------------------------------------------------------------

    def _day(self, text: str) -> date:
        """{Y} is the year that is assessed, {P} the one before, {O} the one before that; {T} is today's, {N} its
        half, and "today-3" what it says."""
        if text.startswith(_TODAY):
            return self.county.today - int(text.removeprefix(_TODAY)) * _DAY
        return date.fromisoformat(self._words(text))

    def _at(self, on: date) -> datetime:
        return office_hours(min(on, self.county.today), 1, self.county.now)[0]

    def _words(self, text: str) -> str:
        today = self.county.today
        return text.format(Y=self.year, P=self.year - 1, O=self.year - 2, T=today.year, N=half_of(today))

    def _agencies(self, raw: Raw) -> list[Agency]:
        if codes := raw.get("agencies"):
            return [self.county.agencies[code] for code in codes]
        kinds = raw["kinds"]
        return [agency for agency in self.county.agencies.values() if agency.kind in kinds and agency.is_active]

    # --- made and filled -------------------------------------------------------------------------------------------

    def _make(self, raw: Raw) -> AssessmentRound:
        survey = Survey.objects.filter(slug=self._words(raw["survey"])).first() if "survey" in raw else None
        plan = rounds.Plan(
            slug=self._words(raw["slug"]),
            name=self._words(raw["name"]),
            kind=RoundKind(raw["kind"]),
            indicator_set=self.sets[self._words(raw["set"])],
            period_start=self._day(raw["period"][0]),
            period_end=self._day(raw["period"][1]),
            survey=survey,
            sample_size=raw.get("sample", 0),
            seed=raw.get("seed", ""),
            agencies=self._agencies(raw),
        )
        return rounds.make(plan, actor=self.inspector, at=self._at(self._day(raw["made"])))

    def _appoint(self, row: AssessmentRound, raw: Raw) -> None:
        """Who inspects whom in a cross inspection, and who stands in no ranking."""
        for code, inspecting in raw.get("inspected_by", {}).items():
            row.assessments.filter(agency__code=code).update(inspecting_agency=self.county.agencies[inspecting])
        for code, reason in raw.get("not_ranked", {}).items():
            rounds.leave_out(self._assessment(row, code).pk, reason=reason, actor=self.inspector)

    def _carry(self, row: AssessmentRound, raw: Raw, at: datetime) -> None:
        if raw.get("carries"):
            carry_over.carry_over(row.pk, actor=self.inspector, at=at)

    def _find(self, row: AssessmentRound, raw: Raw, at: datetime) -> None:
        for one in raw.get("finding", ()):
            self._file(row, one, at)
        for values in raw.get("brief", ()):
            self._file(row, dict(zip(("agency", "indicator", "unit", "text", "link"), values, strict=False)), at)
        for one in raw.get("not_applicable", ()):
            for code in one["agencies"]:
                checks.save_check(
                    self._assessment(row, code).pk,
                    self._indicator(row, one["indicator"]).pk,
                    result=CheckResult.NOT_APPLICABLE,
                    note=one["note"],
                    seen=None,
                    actor=self.inspector,
                    at=at,
                )
        if raw.get("is_checked"):
            self._look(row, at + _STEP)

    def _look(self, row: AssessmentRound, at: datetime) -> None:
        """The rest, and the samples."""
        for assessment in row.assessments.all():
            actor = self._inspector_of(assessment)
            if not checks.reasons_against_clearing(assessment, actor):
                checks.mark_clear_rest(assessment.pk, actor=actor, at=at)
            for sample in assessment.samples.filter(result=""):
                checks.check_sample(sample.pk, result=CheckResult.CLEAR, note="", seen=None, actor=actor, at=at)

    def _inspector_of(self, assessment: Assessment) -> User:
        """Nobody looks at the agency he is of."""
        own = access.own_agencies(self.inspector)
        return self.head if assessment.agency_id in own else self.inspector

    def _file(self, row: AssessmentRound, one: Raw, at: datetime) -> Finding:
        assessment, indicator = self._assessment(row, one["agency"]), self._indicator(row, one["indicator"])
        content = findings.Content(
            text=self._words(one["text"]),
            unit=Decimal(one["unit"]),
            count=one.get("count", 1),
            link=one.get("link", ""),
        )
        actor = self.county.people[one.get("by", "kaohe")]
        found = findings.file(assessment.pk, indicator.pk, content, actor=actor, at=at)
        match one.get("then"):
            case "adopt":
                unit, count = content.unit, content.count
                findings.adopt(found.pk, unit=unit, count=count, note=one["note"], actor=self.inspector, at=at)
            case "reject":
                findings.reject(found.pk, reason=one["note"], actor=self.inspector, at=at)
            case "withdraw":
                findings.withdraw(found.pk, reason=one["note"], actor=self.inspector, at=at)
        return found

    def _assessment(self, row: AssessmentRound, code: str) -> Assessment:
        return Assessment.objects.get(round=row, agency__code=code)

    def _indicator(self, row: AssessmentRound, code: str) -> Indicator:
        return Indicator.objects.get(indicator_set=row.indicator_set_id, code=code)

    def _declare_late(self, row: AssessmentRound, at: datetime) -> None:
        """What was due on the last day of the period and is declared once it has been measured: a fault of two
        indicators at once, for its agency to object to. Nothing where the year brought no such duty."""
        on = self._at(add_working_days(localdate(at), 1, load_calendar()))
        owed = (
            Obligation.objects.public()
            .open()
            .filter(due_on=row.period_end, kind=ObligationKind.RECURRING, agency__assessments__round=row)
        )
        for obligation in owed.select_related("agency", "entry").order_by("pk"):
            approver = self.people[obligation.agency.code, Role.APPROVER]
            if not statements.reasons_against(obligation, StatementKind.NIL, approver, on):
                statements.sign(obligation.pk, StatementKind.NIL, actor=approver, at=on)
                self.late = obligation
                head = (obligation.agency.code, Role.OFFICE_HEAD)
                self.people = {**self.people, **appoint(self.county, [head])}
                return

    # --- told, objected to, frozen ---------------------------------------------------------------------------------

    def _share(self, row: AssessmentRound, raw: Raw) -> None:
        shared_at = self._at(self._day(raw["shared"]))
        rounds.share(row.pk, actor=self.inspector, at=shared_at, days=raw.get("days", rounds.OBJECTION_DAYS))
        for one in raw.get("objection", ()):
            self._object(row, one, shared_at)
        for code in raw.get("confirmed", ()):
            actor = self.people[code, Role.OFFICE_HEAD]
            objections.confirm(self._assessment(row, code).pk, actor=actor, at=shared_at + 2 * _STEP)

    def _object(self, row: AssessmentRound, one: Raw, at: datetime) -> None:
        late = self.late if one["agency"] == _LATE else None
        if one["agency"] == _LATE and late is None:
            return
        code = late.agency.code if late else one["agency"]
        assessment, actor = self._assessment(row, code), self.people[code, Role.OFFICE_HEAD]
        if late:
            words = {"agency": late.agency.display_name, "matter": f"{late.entry.code} {late.entry.level1}"}
            one = {**one, **{key: one[key].format(**words) for key in ("text", "hearing")}}
        target = self._target(assessment, self._indicator(row, one["indicator"]), late)
        filed = objections.file(assessment.pk, target.key, text=one["text"], actor=actor, at=at)
        if one.get("then") == "withdraw":
            objections.withdraw(filed.pk, actor=actor, at=at + _STEP)
        if "hearing" in one:
            heard_at = self._at((at + 2 * _DAY).date())
            objections.hear(filed.pk, hearing=one["hearing"], heard_on=heard_at.date(), actor=self.head, at=heard_at)
            self._rule(filed, one, self._at((at + 4 * _DAY).date()))

    def _rule(self, filed: Objection, one: Raw, at: datetime) -> None:
        if "ruling" in one:
            left = Decimal(one["left"]) if "left" in one else None
            objections.rule(filed.pk, one["ruling"], reason=one["reason"], left=left, actor=self.head, at=at)

    def _target(self, assessment: Assessment, indicator: Indicator, late: Obligation | None) -> objections.Target:
        """The finding of a manual indicator, or the late duty as a case of an automatic one."""
        if late is None:
            found = Finding.objects.standing().get(assessment=assessment, indicator=indicator)
            return objections.Target(indicator, finding=found)
        cases = objections.cases_at_fault(assessment.scores.get(indicator=indicator))
        return objections.Target(indicator, case=next(one for one in cases if one.key == f"obligation-{late.pk}"))

    def _freeze(self, row: AssessmentRound, raw: Raw) -> None:
        at = self._at(self._day(raw["frozen"]))
        rounds.freeze(row.pk, actor=self.head, at=at)
        if published := raw.get("published"):
            office, now = self.county.agencies[_PUBLISHER], self.county.now
            item = round_items.draft_item(row.pk, agency=office, actor=self.head, at=now)
            admin, on = self.county.people["admin"], self._day(published["on"])
            publish.migrate(item.pk, actor=admin, at=now, reason=published["note"], published_on=on)

    def _cancel(self, row: AssessmentRound, raw: Raw) -> None:
        if raw["state"] == RoundState.CANCELLED:
            rounds.cancel(row.pk, actor=self.inspector, at=self._at(self._day(raw["made"])), note=raw["because"])

    def _order(self, row: AssessmentRound, raw: Raw) -> None:
        for one in raw.get("finding", ()):
            if "order" in one:
                found = Finding.objects.standing().get(
                    assessment__round=row, assessment__agency__code=one["agency"], text=self._words(one["text"])
                )
                order = finding_orders.Order(problem=one["order"]["problem"], requirement=one["order"]["requirement"])
                finding_orders.order(found.pk, order, actor=self.inspector, at=self.county.now)
