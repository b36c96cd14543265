"""The accountability of the demo county: every state, group of triggers, circumstance and measure, by the services.

Told after its complaints, for one case comes of one; another referral is left for whoever tries the demo.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from django.core.files import File
from django.utils.timezone import localdate

from disclosure.services import rectify
from disclosure.services.demo_texts import fill
from evaluation.accountability_enums import Circumstance, Part
from evaluation.models import AccountabilityCase, Respondent
from evaluation.services import (
    accountability_correct,
    accountability_decide,
    accountability_notices,
    accountability_open,
    accountability_respondents,
    accountability_summary,
)
from govportal import private_files
from govportal.calendar import load_calendar
from govportal.contributions import DemoCounty
from govportal.models import PrivateFile, User
from govportal.permissions import Role
from requests_app.models import Complaint
from requests_app.services import complaint_results
from requests_app.services.demo_cases import Days
from requests_app.services.demo_people import People, appoint, sign_and_publish
from requests_app.services.demo_texts import DemoFault, Raw, Verb
from requests_app.services.demo_timeline import Happening, play_all

FOLDER = Path(__file__).parent.parent / "demo"
OPENER, DECIDER = "kaohe", "zuzhang"
TOLD = "qianfa"  # who answers for the agency of one of the cases, and can sign in
CENTRE = "CM-GOV"
_TIME_TO_SPEAK = 8  # working days from a notice


def load() -> list[Raw]:
    raws: list[Raw] = tomllib.loads((FOLDER / "accountability.toml").read_text("utf-8"))["case"]
    return raws


def tell(county: DemoCounty) -> list[str]:
    """Fill an otherwise seeded county; answers whose account shows which case."""
    raws = load()
    wanted = [(raw["agency"], role) for raw in raws for role in (Role.OFFICE_HEAD, Role.PUBLISHER)]
    cases = Accountability(county, appoint(county, wanted))
    play_all([happening for raw in raws for happening in cases.of(raw)], county.now)
    shown = (("late-report", DECIDER, "待作出决定"), ("bus-route-tender", TOLD, "待本单位报告改正"))
    return [_note(cases.rows[key], account, words) for key, account, words in shown]


def _note(pk: int, account: str, words: str) -> str:
    row = AccountabilityCase.objects.select_related("agency").get(pk=pk)
    return f"{row.number}\t账号 {account}\t{row.agency.display_name}：{words}"


class Accountability:
    """`rows`: ids of the cases by key. `people`: of each, ids of those held to account by their code."""

    def __init__(self, county: DemoCounty, people: People) -> None:
        self.county, self.staff = county, people
        self.days = Days(county.today, load_calendar())
        self.rows: dict[str, int] = {}
        self.people: dict[tuple[str, str], int] = {}
        self.verbs: Mapping[str, Verb] = {
            "amend": self._amend,
            "name": self._name,
            "strike": self._strike,
            "notify": self._notify,
            "hear": self._hear,
            "waive": self._waive,
            "divide": self._divide,
            "conclude": self._conclude,
            "reopen": self._reopen,
            "decide": self._decide,
            "drop": self._drop,
            "deliver": self._deliver,
            "refer": self._refer,
            "order": self._order,
            "report_rectification": self._report_rectification,
            "verify_rectification": self._verify_rectification,
            "report": self._report,
            "receive": self._receive,
            "return": self._return,
            "verify": self._verify,
            "summarise": self._summarise,
        }

    def of(self, raw: Raw) -> Iterator[Happening]:
        """The steps of a case on their days. Raises DemoFault for one in the future."""
        opened = self.days.ago(raw["opened"])
        case = fill(dict(raw), opened)
        yield Happening(opened, 0, f"{case['key']}: opened", self._opening(case))
        for order, step in enumerate(case["steps"], 1):
            on, name = self.days.after(opened, step["day"]), f"{case['key']}: {step['do']}"
            if on > self.county.today:
                raise DemoFault(f"{name} lies in the future")
            yield Happening(on, order, name, self._step(case, step))

    def _step(self, case: Raw, step: Raw) -> Callable[[datetime], object]:
        return lambda at: self.verbs[step["do"]](case, step, at)

    # --- who and what --------------------------------------------------------------------------------------------

    @property
    def opener(self) -> User:
        user: User = self.county.people[OPENER]
        return user

    @property
    def decider(self) -> User:
        user: User = self.county.people[DECIDER]
        return user

    def _pk(self, case: Raw) -> int:
        return self.rows[case["key"]]

    def _row(self, case: Raw) -> AccountabilityCase:
        return AccountabilityCase.objects.select_related("agency", "rectification").get(pk=self._pk(case))

    def _who(self, case: Raw, step: Raw) -> int:
        return self.people[case["key"], step["who"]]

    def _file(self, name: str, by: User | None = None) -> PrivateFile:
        with (FOLDER / "files" / name).open("rb") as stream:
            return private_files.write(File(stream, name), by=by or self.opener)

    # --- opening -------------------------------------------------------------------------------------------------

    def _opening(self, case: Raw) -> Callable[[datetime], object]:
        def play(at: datetime) -> None:
            opening = accountability_open.Opening(
                agency=self.county.agencies[case["agency"]],
                clause=case["clause"],
                facts=case["facts"],
                public_facts=case["public_facts"],
                complaint_id=self._referred(case, at) if "complaint" in case else None,
            )
            self.rows[case["key"]] = accountability_open.open_case(opening, actor=self.opener, at=at).pk

        return play

    def _referred(self, case: Raw, at: datetime) -> int:
        """The complaint against that agency which says so, referred now by the officer who has it."""
        rows = Complaint.objects.filter(agency__code=case["agency"], referred_on=None)
        row = next(row for row in rows if case["complaint"] in row.facts)
        officer = self.staff[CENTRE, Role.COMPLAINT_OFFICER]
        complaint_results.refer(row.pk, actor=officer, at=at, note="查证属实，涉及学校班子决策，移送责任追究。")
        return row.pk

    def _amend(self, case: Raw, step: Raw, at: datetime) -> None:
        accountability_open.amend(self._pk(case), step["facts"], actor=self.opener, at=at)

    # --- people --------------------------------------------------------------------------------------------------

    def _name(self, case: Raw, step: Raw, at: datetime) -> None:
        spare = [case["spare"]] if "spare" in case else []
        raw = next(raw for raw in [*case["people"], *spare] if raw["who"] == step["who"])
        person = accountability_respondents.Person(
            name=raw["name"],
            post=raw["post"],
            part=Part(raw["part"]),
            circumstance=Circumstance(step.get("circumstance", raw["circumstance"])),
            dissent_on_record=step.get("dissent", raw.get("dissent", False)),
        )
        made = accountability_respondents.name(self._pk(case), person, actor=self.opener, at=at)
        self.people[case["key"], step["who"]] = made.pk

    def _strike(self, case: Raw, step: Raw, at: datetime) -> None:
        accountability_respondents.strike(self._who(case, step), actor=self.opener, at=at, reason=step["reason"])

    def _notify(self, case: Raw, step: Raw, at: datetime) -> None:
        until = self.days.after(localdate(at), _TIME_TO_SPEAK)
        accountability_notices.notify(self._who(case, step), statement_by=until, actor=self.opener, at=at)

    def _hear(self, case: Raw, step: Raw, at: datetime) -> None:
        paper = self._file("statement.png")
        said = accountability_respondents.Statement(text=step["text"], on=localdate(at), paper=paper)
        accountability_respondents.hear(self._who(case, step), said, actor=self.opener, at=at)

    def _waive(self, case: Raw, step: Raw, at: datetime) -> None:
        paper = self._file("waiver.png")
        accountability_respondents.waive(self._who(case, step), paper, on=localdate(at), actor=self.opener, at=at)

    def _divide(self, case: Raw, step: Raw, at: datetime) -> None:
        raw = next(raw for raw in case["people"] if raw["who"] == step["who"])
        accountability_respondents.redivide(
            self._who(case, step),
            part=raw["part"],
            circumstance=raw["circumstance"],
            dissent_on_record=raw.get("dissent", False),
            actor=self.opener,
            at=at,
            note=step["note"],
        )

    def _conclude(self, case: Raw, step: Raw, at: datetime) -> None:
        accountability_respondents.conclude(self._pk(case), actor=self.opener, at=at)

    def _reopen(self, case: Raw, step: Raw, at: datetime) -> None:
        accountability_respondents.reopen(self._pk(case), actor=self.decider, at=at, note=step["note"])

    # --- decision ------------------------------------------------------------------------------------------------

    def _decide(self, case: Raw, step: Raw, at: datetime) -> None:
        people = {
            self.people[case["key"], who]: accountability_decide.Outcome(**values)
            for who, values in case["outcome"].items()
        }
        due_on: date | None = self.days.after(localdate(at), case["due"]) if "due" in case else None
        decision = accountability_decide.Decision(
            reasons=case["reasons"],
            people=people,
            agency_measure=case.get("agency_measure", ""),
            correction_due_on=due_on,
        )
        accountability_decide.decide(self._pk(case), decision, actor=self.decider, at=at)

    def _drop(self, case: Raw, step: Raw, at: datetime) -> None:
        accountability_decide.drop(self._pk(case), reasons=case["reasons"], actor=self.decider, at=at)

    def _deliver(self, case: Raw, step: Raw, at: datetime) -> None:
        """All that has gone out so far."""
        for notice in accountability_notices.undelivered(self._row(case)):
            accountability_notices.deliver(notice.pk, on=localdate(at), actor=self.opener, at=at)

    def _refer(self, case: Raw, step: Raw, at: datetime) -> None:
        accountability_decide.refer(self._who(case, step), on=localdate(at), actor=self.opener, at=at)

    # --- correction ----------------------------------------------------------------------------------------------

    def _order(self, case: Raw, step: Raw, at: datetime) -> None:
        order = accountability_correct.Order(problem=step["problem"], requirement=step["requirement"])
        accountability_correct.order_rectification(self._pk(case), order, actor=self.opener, at=at)

    def _report_rectification(self, case: Raw, step: Raw, at: datetime) -> None:
        made = self._row(case).rectification
        assert made is not None
        rectify.report(made.pk, actor=self.staff[case["agency"], Role.PUBLISHER], at=at, text=step["text"])

    def _verify_rectification(self, case: Raw, step: Raw, at: datetime) -> None:
        made = self._row(case).rectification
        assert made is not None
        finding = rectify.Finding(is_done=True, finding=step["finding"])
        rectify.verify(made.pk, finding, actor=self.opener, at=at)

    def _report(self, case: Raw, step: Raw, at: datetime) -> None:
        head = self.staff[case["agency"], Role.OFFICE_HEAD]
        paper = self._file("correction.png", head) if step.get("paper") else None
        accountability_correct.report(self._pk(case), text=step["text"], paper=paper, actor=head, at=at)

    def _receive(self, case: Raw, step: Raw, at: datetime) -> None:
        accountability_correct.receive(
            self._pk(case),
            text=step["text"],
            paper=self._file("correction.png"),
            on=localdate(at),
            actor=self.opener,
            at=at,
        )

    def _return(self, case: Raw, step: Raw, at: datetime) -> None:
        due_on = self.days.after(localdate(at), step["due"])
        accountability_correct.send_back(self._pk(case), due_on=due_on, note=step["note"], actor=self.opener, at=at)

    def _verify(self, case: Raw, step: Raw, at: datetime) -> None:
        accountability_correct.verify(self._pk(case), text=step["text"], actor=self.decider, at=at)

    def _summarise(self, case: Raw, step: Raw, at: datetime) -> None:
        """Signed and published now, for the publication log runs forward: of a case that was corrected just before."""
        row = self._row(case)
        proposed = accountability_summary.composed(row, list(Respondent.objects.filter(case=row)))
        item = accountability_summary.draft_summary(row.pk, proposed, actor=self.opener, at=at)
        if step.get("publish"):
            sign_and_publish(item, self.staff, self.county.now)
