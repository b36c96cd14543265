"""The complaints of the demo county: filed, transferred, answered and put right by the services, in order of time.

Told after its requests, for some complain of one. Days are counted as in services/demo_cases.py; where a last day must
fall near today whatever the calendar, in days of the calendar (`days`).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta

from django.core.files import File
from django.utils.timezone import localdate

from disclosure.enums import RectificationState
from disclosure.models import Item, Rectification
from disclosure.services import rectify
from disclosure.services.demo_texts import fill
from govportal import private_files
from govportal.calendar import load_calendar
from govportal.contributions import DemoCounty
from govportal.models import PrivateFile, User
from govportal.permissions import Role
from requests_app.complaint_enums import ComplaintChannel
from requests_app.models import Complaint, InformationRequest
from requests_app.services import complain, complaint_handling, complaint_results
from requests_app.services.demo_cases import Days
from requests_app.services.demo_people import HEADS, People, appoint, hire, sign_and_publish
from requests_app.services.demo_texts import FOLDER, DemoFault, Raw, Verb, load
from requests_app.services.demo_timeline import Happening, play_all

# 投诉举报中心 of the county, and the office that takes what is against the county itself or is transferred to it.
CENTRE, SECOND_DESK = "CM-GOV", "CM-SFJ"
_PERSON_FIELDS = ("name", "phone", "email", "address")


def tell(county: DemoCounty) -> list[str]:
    """Fill an otherwise seeded county; answers numbers with their codes, to look a complaint up."""
    raws = load("complaints.toml")
    waiting = Rectification.objects.exclude(state__in=[RectificationState.VERIFIED, RectificationState.CANCELLED])
    codes = {raw["agency"] for raw in raws["complaint"]} | set(waiting.values_list("agency__code", flat=True))
    wanted = [(code, role) for code in codes for role in HEADS]
    desks = [(code, Role.COMPLAINT_OFFICER) for code in (CENTRE, SECOND_DESK)]
    people = appoint(county, [*wanted, *desks])
    colleague = hire(county, CENTRE, Role.COMPLAINT_OFFICER)
    complaints = Complaints(county, people, colleague)
    complaints.tell(raws["complaint"])
    return [f"投诉编号 {number}\t查询码 {code}\t{subject}" for number, code, subject in complaints.shown]


class Complaints:
    """`colleague`: a second officer of the centre, to whom a case is assigned.

    `shown`: (number, query code, agency and ground) of those a newcomer may look up.
    """

    def __init__(self, county: DemoCounty, people: People, colleague: User) -> None:
        self.county, self.people, self.colleague = county, people, colleague
        self.days = Days(county.today, load_calendar())
        self.names = load("files.toml")
        self.persons = {**load("applicants.toml"), **load("complaints.toml")["person"]}
        self.rows: dict[str, int] = {}
        self.shown: list[tuple[str, str, str]] = []
        self.verbs: Mapping[str, Verb] = {
            "accept": self._accept,
            "refuse": self._refuse,
            "redirect": self._redirect,
            "assign": self._assign,
            "transfer": self._transfer,
            "investigate": self._investigate,
            "extend": self._extend,
            "answer": self._answer,
            "order": self._order,
            "report": self._report,
            "verify": self._verify,
            "refer": self._refer,
            "close": self._close,
            "supplement": self._supplement,
            "withdraw": self._withdraw,
            "note": self._note,
            "keep": self._keep,
            "summarise": self._summarise,
        }

    def tell(self, raws: list[Raw]) -> None:
        """Play every complaint. Raises DemoFault for a step that has not happened yet."""
        play_all([happening for raw in raws for happening in self._of(raw)], self.county.now)

    def _of(self, raw: Raw) -> Iterator[Happening]:
        is_counted = "received" in raw  # in working days, of which every step has its own
        received = self.days.ago(raw["received"]) if is_counted else self.county.today - timedelta(days=raw["days"])
        case = fill(dict(raw), received)
        yield Happening(received, 0, f"{case['key']}: received", self._filing(case))
        for order, step in enumerate(case.get("steps", []), 1):
            on, name = self._day(case, step, received), f"{case['key']}: {step['do']}"
            if on <= self.county.today:
                yield Happening(on, order, name, self._step(case, step))
            elif is_counted:
                raise DemoFault(f"{name} lies in the future")

    def _day(self, case: Raw, step: Raw, received: date) -> date:
        return self.days.after(received, step["day"]) if step["day"] else received

    def _step(self, case: Raw, step: Raw) -> Callable[[datetime], object]:
        return lambda at: self.verbs[step["do"]](case, step, at)

    # --- who and what --------------------------------------------------------------------------------------------

    def _pk(self, case: Raw) -> int:
        return self.rows[case["key"]]

    def row(self, case: Raw) -> Complaint:
        return Complaint.objects.select_related("agency", "desk").get(pk=self._pk(case))

    def officer(self, case: Raw) -> User:
        """Of the desk that has the case now."""
        return self.people[self.row(case).desk.code, Role.COMPLAINT_OFFICER]

    @property
    def centre(self) -> User:
        return self.people[CENTRE, Role.COMPLAINT_OFFICER]

    def _files(self, names: list[str], by: User | None) -> list[PrivateFile]:
        stored = []
        for name in names:
            with (FOLDER / "files" / name).open("rb") as stream:
                stored.append(private_files.store(File(stream, name), by=by, name=self.names[name]))
        return stored

    def _file_of(self, step: Raw, by: User | None) -> list[PrivateFile]:
        return self._files([step["file"]] if "file" in step else [], by)

    # --- filing --------------------------------------------------------------------------------------------------

    def _filing(self, case: Raw) -> Callable[[datetime], object]:
        def play(at: datetime) -> None:
            matter = complain.Matter(
                agency=self.county.agencies[case["agency"]],
                ground=case["ground"],
                facts=case["facts"],
                item=self._item(case),
                request_number=self._request_number(case),
                board=case.get("board", ""),
            )
            filed = self._filed(case, matter, at)
            self.rows[case["key"]] = filed.complaint.pk
            if case.get("lookup"):
                subject = f"{matter.agency.display_name}：{filed.complaint.get_ground_display()}"
                self.shown.append((filed.complaint.number, filed.query_code, subject))

        return play

    def _filed(self, case: Raw, matter: complain.Matter, at: datetime) -> complain.Filed:
        person = self._person(case)
        if case["channel"] == ComplaintChannel.WEB:
            files, key = self._files(case.get("evidence", []), None), f"demo:complaint:{case['key']}"
            return complain.file_online(matter, person, evidence=files, submission_key=key, at=at)
        return complain.enter(
            matter,
            person,
            channel=case["channel"],
            received_on=localdate(at),
            actor=self.centre,
            at=at,
            evidence=self._files(case.get("evidence", []), self.centre),
        )

    def _person(self, case: Raw) -> complain.Person | None:
        if "person" not in case:
            return None
        known = self.persons[case["person"]]
        return complain.Person(**{name: known[name] for name in _PERSON_FIELDS if name in known})

    def _item(self, case: Raw) -> Item | None:
        if "item" not in case:
            return None
        found = Item.objects.filter(agency__code=case["agency"], title__startswith=case["item"])
        return found.order_by("published_on", "pk").reverse()[0]

    def _request_number(self, case: Raw) -> str:
        if "request" not in case:
            return ""
        return InformationRequest.objects.get(agency__code=case["agency"], subject=case["request"]).number

    # --- steps ---------------------------------------------------------------------------------------------------

    def _accept(self, case: Raw, step: Raw, at: datetime) -> None:
        complaint_handling.accept(self._pk(case), actor=self.officer(case), at=at, note=step.get("note", ""))

    def _refuse(self, case: Raw, step: Raw, at: datetime) -> None:
        complaint_handling.refuse(self._pk(case), actor=self.officer(case), at=at, reason=step["reason"])

    def _redirect(self, case: Raw, step: Raw, at: datetime) -> None:
        complaint_handling.redirect(
            self._pk(case), path=step["path"], actor=self.officer(case), at=at, notice=step["text"]
        )

    def _assign(self, case: Raw, step: Raw, at: datetime) -> None:
        complaint_handling.assign(self._pk(case), to=self.colleague, actor=self.officer(case), at=at, note=step["note"])

    def _transfer(self, case: Raw, step: Raw, at: datetime) -> None:
        to = self.county.agencies[step["to"]]
        complaint_handling.transfer(self._pk(case), to=to, actor=self.officer(case), at=at, note=step["note"])

    def _investigate(self, case: Raw, step: Raw, at: datetime) -> None:
        complaint_handling.investigate(self._pk(case), actor=self.officer(case), at=at, note=step.get("note", ""))

    def _extend(self, case: Raw, step: Raw, at: datetime) -> None:
        until = self.days.after(max(self.row(case).answer_by, localdate(at)), step["days"])
        complaint_handling.extend(self._pk(case), until=until, reason=step["reason"], actor=self.officer(case), at=at)

    def _answer(self, case: Raw, step: Raw, at: datetime) -> None:
        officer = self.officer(case)
        files = self._file_of(step, officer)
        given = complaint_handling.Answer(result=step["result"], text=step["text"], files=files)
        complaint_handling.answer(self._pk(case), given, actor=officer, at=at)

    def _close(self, case: Raw, step: Raw, at: datetime) -> None:
        complaint_handling.close(self._pk(case), actor=self.officer(case), at=at, note=step.get("note", ""))

    def _supplement(self, case: Raw, step: Raw, at: datetime) -> None:
        by = self.officer(case) if step.get("by") == "desk" else None
        files = self._file_of(step, by)
        complaint_handling.supplement(self._pk(case), text=step["text"], files=files, at=at, actor=by)

    def _withdraw(self, case: Raw, step: Raw, at: datetime) -> None:
        complaint_handling.withdraw(self._pk(case), at=at, reason=step["text"])

    def _note(self, case: Raw, step: Raw, at: datetime) -> None:
        complaint_handling.write_note(self._pk(case), actor=self.officer(case), at=at, text=step["text"])

    def _keep(self, case: Raw, step: Raw, at: datetime) -> None:
        officer = self.officer(case)
        files = self._file_of(step, officer)
        complaint_handling.add_material(self._pk(case), files, actor=officer, at=at, title=step["title"])

    # --- what follows an answer ----------------------------------------------------------------------------------

    def _order(self, case: Raw, step: Raw, at: datetime) -> None:
        row = self.row(case)
        order = complaint_results.Order(
            problem=step["problem"], requirement=step["requirement"], basis=complaint_results.basis_for(row)
        )
        complaint_results.order_rectification(row.pk, order, actor=self.officer(case), at=at)

    def _report(self, case: Raw, step: Raw, at: datetime) -> None:
        row = self.row(case)
        assert row.rectification_id
        rectify.report(
            row.rectification_id, actor=self.people[row.agency.code, Role.PUBLISHER], at=at, text=step["text"]
        )

    def _verify(self, case: Raw, step: Raw, at: datetime) -> None:
        row = self.row(case)
        assert row.rectification_id
        finding = rectify.Finding(is_done=True, finding=step["finding"])
        rectify.verify(row.rectification_id, finding, actor=self.officer(case), at=at)

    def _refer(self, case: Raw, step: Raw, at: datetime) -> None:
        complaint_results.refer(self._pk(case), actor=self.officer(case), at=at, note=step["note"])

    def _summarise(self, case: Raw, step: Raw, at: datetime) -> None:
        """Signed and published now: the publication log runs forward, and the county's year has been told."""
        summary = complaint_results.Summary(title=step["title"], text=step["text"])
        item = complaint_results.draft_summary(self._pk(case), summary, actor=self.officer(case), at=at)
        sign_and_publish(item, self.people, self.county.now)
