"""The living cases of the demo county: filed, handled, answered and contested by the services, in order of time.

Dates are counted in working days from the receipt, so that no day of the demo breaks a statutory period whenever it
is seeded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.core.files import File
from django.utils.timezone import localdate

from disclosure.models import Item
from disclosure.services.demo_story import office_hours
from disclosure.services.demo_texts import fill
from govportal import private_files
from govportal.calendar import load_calendar
from govportal.contributions import DemoCounty
from govportal.models import PrivateFile, User
from govportal.permissions import Role
from govportal.workdays import Calendar, add_working_days, is_working_day
from requests_app.enums import Channel, DecisionKind, FileKind, ReceiptBasis
from requests_app.models import Decision, InformationRequest, Inquiry
from requests_app.services import (
    charge,
    converse,
    correct,
    correspondence,
    decide,
    demo_letters,
    files_of,
    inquire,
    intake,
    triage,
    withdraw,
)
from requests_app.services.demo_aftermath import Aftermath
from requests_app.services.demo_texts import FOLDER, DemoFault, Raw, Verb, load

_OLDEST = timedelta(days=420)
# Steps that send the applicant a letter. That the notice of a fee has come starts a period, so the files say when.
_WRITTEN = ("register", "transfer", "ask_correction", "ask_party", "ask_reasons", "release")
_FIRST = "1"  # the inquiry meant where a step names none
_BASES = {Channel.COUNTER: ReceiptBasis.SUBMITTED, Channel.ORAL: ReceiptBasis.SUBMITTED}


@dataclass(frozen=True, slots=True)
class _Event:
    on: date
    order: int
    play: Callable[[datetime], object]


def _with_arrivals(steps: Sequence[Raw], age: int) -> list[Raw]:
    """The steps of a case, and of each letter to the applicant but the newest its arrival on the next working day."""
    arrivals = [{"day": step["day"] + 1, "do": "arrive"} for step in steps if step["do"] in _WRITTEN]
    whole = [*steps, *(step for step in arrivals if step["day"] <= age)]
    return sorted(whole, key=lambda step: (step["day"], step["do"] != "arrive"))


class Days:
    """Working days by their distance from today; today itself, or the last one before it, is 0."""

    def __init__(self, today: date, calendar: Calendar) -> None:
        self.calendar = calendar
        span = range((today - _OLDEST).toordinal(), today.toordinal() + 1)
        self._days = [day for day in map(date.fromordinal, span) if is_working_day(day, calendar)]

    def ago(self, count: int) -> date:
        return self._days[-1 - count]

    def after(self, day: date, count: int) -> date:
        return add_working_days(day, count, self.calendar)


class Cases:
    """`people` by (agency code, role). `shown`: (number, query code, subject) of the cases a newcomer may look up."""

    def __init__(self, county: DemoCounty, people: Mapping[tuple[str, str], User]) -> None:
        self.county, self.people = county, people
        self.days = Days(county.today, load_calendar())
        self.applicants, self.names = load("applicants.toml"), load("files.toml")
        self.rows: dict[str, int] = {}
        self.shown: list[tuple[str, str, str]] = []
        self.verbs: Mapping[str, Verb] = {
            "register": self._register,
            "review": self._review,
            "assign": self._assign,
            "transfer": self._transfer,
            "ask_correction": self._ask_correction,
            "correct": self._correct,
            "ask_party": self._ask_party,
            "deliver": self._deliver,
            "hear": self._hear,
            "settle": self._settle,
            "ask_reasons": self._ask_reasons,
            "give_reasons": self._give_reasons,
            "charge": self._charge,
            "arrive": self._arrive,
            "deliver_fee": self._deliver_fee,
            "pay": self._pay,
            "draft": self._draft,
            "release": self._release,
            "send_back": self._send_back,
            "drop": self._drop,
            "write": self._write,
            "note": self._note,
            "withdraw": self._withdraw,
            "add": self._add,
            **Aftermath(self).verbs,
        }

    def tell(self, raws: Sequence[Raw]) -> None:
        """Play every case. Raises DemoFault for a step that has not happened yet."""
        events: list[_Event] = []
        for raw in raws:
            received = self.days.ago(raw["received"])
            case = fill(dict(raw), received)
            events.append(_Event(received, 0, self._filing(case)))
            for order, step in enumerate(_with_arrivals(case.get("steps", []), raw["received"]), 1):
                if step["day"] > raw["received"]:
                    raise DemoFault(f"{raw['key']}: {step['do']} lies in the future")
                events.append(_Event(self.days.ago(raw["received"] - step["day"]), order, self._step(case, step)))
        events.sort(key=lambda event: (event.on, event.order))
        for on, of_day in groupby(events, key=lambda event: event.on):
            played = list(of_day)
            for event, moment in zip(played, office_hours(on, len(played), self.county.now), strict=True):
                event.play(moment)

    # --- who and what --------------------------------------------------------------------------------------------

    def row(self, case: Raw) -> InformationRequest:
        return InformationRequest.objects.select_related("agency").get(pk=self.rows[case["key"]])

    def officer(self, case: Raw) -> User:
        return self.people[self.row(case).agency.code, Role.REQUEST_OFFICER]

    def _head(self, case: Raw) -> User:
        return self.people[self.row(case).agency.code, Role.OFFICE_HEAD]

    def _either(self, case: Raw, step: Raw) -> User | None:
        """None: the applicant, by his code."""
        return None if step.get("by") == "applicant" else self.officer(case)

    def _file(self, name: str, by: User | None) -> PrivateFile:
        with (FOLDER / "files" / name).open("rb") as stream:
            return private_files.store(File(stream, name), by=by, name=self.names[name])

    def _files(self, source: Raw, by: User | None) -> list[PrivateFile]:
        names = [*source.get("files", []), *filter(None, [source.get("file")])]
        return [self._file(name, by) for name in names]

    def _told(self, told: correspondence.Told[object], officer: User, at: datetime) -> None:
        demo_letters.send(told.letters, actor=officer, at=at)

    # --- filing --------------------------------------------------------------------------------------------------

    def _filing(self, case: Raw) -> Callable[[datetime], object]:
        def play(at: datetime) -> None:
            person = intake.Person(**self.applicants[case["applicant"]])
            supply = dict(zip(("supply_form", "supply_way"), case.get("want", ()), strict=False))
            period = dict(zip(("period_from", "period_to"), case.get("period", ()), strict=False))
            wanted = intake.Wanted(
                agency=self.county.agencies[case["agency"]],
                applicant_kind=case["kind"],
                subject=case["subject"],
                description=case["description"],
                purpose=case.get("purpose", ""),
                **supply,
                **period,
            )
            filed = self._file_online(case, person, wanted, at) if case["channel"] == Channel.WEB else None
            filed = filed or self._enter(case, person, wanted, at)
            self.rows[case["key"]] = filed.request.pk
            if case.get("lookup"):
                self.shown.append((filed.request.number, filed.query_code, filed.request.subject))

        return play

    def _file_online(self, case: Raw, person: intake.Person, wanted: intake.Wanted, at: datetime) -> intake.Filed:
        proofs = [self._file(name, None) for name in filter(None, [case.get("proof")])]
        return intake.file_online(person, wanted, proofs=proofs, submission_key=f"demo:{case['key']}", at=at)

    def _enter(self, case: Raw, person: intake.Person, wanted: intake.Wanted, at: datetime) -> intake.Filed:
        basis = ReceiptBasis(case.get("basis", _BASES.get(Channel(case["channel"]), "")))
        received_on = None if basis == ReceiptBasis.CONFIRMED else localdate(at)
        arrival = intake.Arrival(channel=case["channel"], basis=basis, received_on=received_on)
        officer = self.people[case["agency"], Role.REQUEST_OFFICER]
        papers = [(kind, case[kind]) for kind in (FileKind.APPLICATION, FileKind.PROOF) if kind in case]
        files = [(kind, self._file(name, officer)) for kind, name in papers]
        return intake.enter(person, wanted, arrival, actor=officer, at=at, files=files)

    # --- steps ---------------------------------------------------------------------------------------------------

    def _step(self, case: Raw, step: Raw) -> Callable[[datetime], object]:
        def play(at: datetime) -> None:
            try:
                self.verbs[step["do"]](case, step, at)
            except Exception as error:
                error.add_note(f"in the demo's case {case['key']}, day {step['day']}, {step['do']}")
                raise

        return play

    def _register(self, case: Raw, step: Raw, at: datetime) -> None:
        row = self.row(case)
        confirmed = self.days.after(localdate(row.filed_at), case["confirmed"]) if "confirmed" in case else None
        officer = self.officer(case)
        receipt = triage.Receipt(received_on=confirmed)
        self._told(correspondence.register(row.pk, receipt, actor=officer, at=at), officer, at)

    def _review(self, case: Raw, step: Raw, at: datetime) -> None:
        triage.begin_review(self.rows[case["key"]], actor=self.officer(case), at=at)

    def _assign(self, case: Raw, step: Raw, at: datetime) -> None:
        second = self.people[case["agency"], "second"]
        triage.assign(self.rows[case["key"]], second, actor=self.officer(case), at=at, reason=step["reason"])

    def _transfer(self, case: Raw, step: Raw, at: datetime) -> None:
        agency = self.county.agencies[step["to"]]
        officer = self.officer(case)
        told = correspondence.transfer(self.rows[case["key"]], agency, actor=officer, at=at, reason=step["reason"])
        self._told(told, officer, at)

    def _ask_correction(self, case: Raw, step: Raw, at: datetime) -> None:
        demand = correct.Demand(items=step["items"], due_on=self.days.after(localdate(at), step["days"]))
        officer = self.officer(case)
        told = correspondence.ask_correction(self.rows[case["key"]], demand, actor=officer, at=at)
        self._told(told, officer, at)

    def _correct(self, case: Raw, step: Raw, at: datetime) -> None:
        by = None if case["channel"] == Channel.WEB else self.officer(case)
        correct.answer(self.rows[case["key"]], step["text"], actor=by, at=at, files=self._files(step, by))

    # --- inquiries -------------------------------------------------------------------------------------------------

    def _inquiry(self, case: Raw, step: Raw) -> Inquiry:
        return Inquiry.objects.get(request=self.rows[case["key"]], ref=step.get("name", _FIRST))

    def _ask_party(self, case: Raw, step: Raw, at: datetime) -> None:
        question = inquire.Question(**{name: step[name] for name in ("kind", "party", "contact", "matter")})
        officer = self.officer(case)
        self._told(correspondence.ask_party(self.rows[case["key"]], question, actor=officer, at=at), officer, at)

    def _deliver(self, case: Raw, step: Raw, at: datetime) -> None:
        inquiry = self._inquiry(case, step)
        demo_letters.arrive(self.row(case), localdate(at), actor=self.officer(case), at=at, inquiry=inquiry)

    def _hear(self, case: Raw, step: Raw, at: datetime) -> None:
        reply = inquire.Reply(answer=step["answer"], reasons=step["reasons"])
        inquire.record_answer(self._inquiry(case, step).pk, reply, actor=self.officer(case), at=at)

    def _settle(self, case: Raw, step: Raw, at: datetime) -> None:
        inquire.settle_silence(self._inquiry(case, step).pk, actor=self.officer(case), at=at)

    def _arrive(self, case: Raw, step: Raw, at: datetime) -> None:
        demo_letters.arrive(self.row(case), localdate(at), actor=self.officer(case), at=at)

    # --- reasons, fees, words ----------------------------------------------------------------------------------------

    def _ask_reasons(self, case: Raw, step: Raw, at: datetime) -> None:
        officer = self.officer(case)
        told = correspondence.ask_reasons(
            self.rows[case["key"]],
            step["text"],
            actor=officer,
            at=at,
            answer_by=self.days.after(localdate(at), step["days"]),
        )
        self._told(told, officer, at)

    def _give_reasons(self, case: Raw, step: Raw, at: datetime) -> None:
        converse.give_reasons(self.rows[case["key"]], step["text"], actor=None, at=at)

    def _charge(self, case: Raw, step: Raw, at: datetime) -> None:
        names = ("mode", "quantity", "earlier", "earlier_reason")
        demand = charge.Demand(**{name: step[name] for name in names if name in step})
        officer = self.officer(case)
        self._told(correspondence.charge_fee(self.rows[case["key"]], demand, actor=officer, at=at), officer, at)

    def _deliver_fee(self, case: Raw, step: Raw, at: datetime) -> None:
        self._arrive(case, step, at)

    def _pay(self, case: Raw, step: Raw, at: datetime) -> None:
        charge.record_payment(self.rows[case["key"]], actor=self.officer(case), at=at, reference=step["reference"])

    def _write(self, case: Raw, step: Raw, at: datetime) -> None:
        by = self._either(case, step)
        converse.write(self.rows[case["key"]], step["text"], actor=by, at=at, files=self._files(step, by))

    def _note(self, case: Raw, step: Raw, at: datetime) -> None:
        converse.note(self.rows[case["key"]], step["text"], actor=self.officer(case), at=at)

    def _add(self, case: Raw, step: Raw, at: datetime) -> None:
        officer, kind = self.officer(case), FileKind(step["kind"])
        files_of.add(
            self.rows[case["key"]], self._files(step, officer), kind, actor=officer, at=at, title=step["title"]
        )

    def _withdraw(self, case: Raw, step: Raw, at: datetime) -> None:
        withdraw.withdraw(self.rows[case["key"]], actor=self._either(case, step), at=at, note=step.get("note", ""))

    # --- decisions -------------------------------------------------------------------------------------------------

    def _draft(self, case: Raw, step: Raw, at: datetime) -> None:
        officer = self.officer(case)
        first = step.get("duplicate_of")
        proposal = decide.Proposal(
            kind=step.get("kind", DecisionKind.REPLY),
            reasons=step["reasons"],
            reply_kind=step.get("reply", ""),
            days=step.get("days"),
            content=step.get("content", ""),
            facts=step.get("facts", {}),
            items=[self._item(title, localdate(at)) for title in step.get("items", [])],
            files=self._files(step, officer),
            duplicate_of=InformationRequest.objects.get(pk=self.rows[first]) if first else None,
        )
        correspondence.submit(self.rows[case["key"]], proposal, actor=officer, at=at)

    def _item(self, title: str, on: date) -> Item:
        """The newest live item that was public on the day and whose title begins like this."""
        found = Item.objects.filter(title__startswith=title, published_on__lte=on).order_by("published_on", "pk").last()
        if found is None or not decide.is_live(found):
            raise DemoFault(f"no live item of the title {title} on {on}")
        return found

    def _waiting(self, case: Raw) -> Decision:
        return Decision.objects.waiting().get(request=self.rows[case["key"]])

    def _release(self, case: Raw, step: Raw, at: datetime) -> None:
        decision, officer = self._waiting(case), self.officer(case)
        note = step.get("note", "")
        told = correspondence.release(decision.pk, seen=decision.digest, actor=self._head(case), at=at, note=note)
        self._told(told, officer, at)

    def _send_back(self, case: Raw, step: Raw, at: datetime) -> None:
        waiting = self._waiting(case)
        decide.send_back(waiting.pk, seen=waiting.digest, actor=self._head(case), at=at, note=step["note"])

    def _drop(self, case: Raw, step: Raw, at: datetime) -> None:
        decide.drop(self._waiting(case).pk, actor=self.officer(case), at=at)
