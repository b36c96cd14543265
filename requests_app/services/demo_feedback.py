"""Messages and correction reports of the demo county, answered by the services, with the summaries of two quarters.

A quarter lies where the day of seeding puts it, so what a summary counts is dated within the quarter itself.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta

from disclosure.models import Item
from govportal.calendar import load_calendar
from govportal.contributions import DemoCounty
from govportal.models import User
from govportal.permissions import Role
from requests_app.models import Feedback
from requests_app.services import feedback, feedback_selection, feedback_summary
from requests_app.services.demo_cases import Days
from requests_app.services.demo_people import HEADS, People, appoint, sign_and_publish
from requests_app.services.demo_texts import DemoFault, Raw, Verb, load
from requests_app.services.demo_timeline import Happening, play_all

_QUARTER = 3  # months
_DAY = timedelta(days=1)


def tell(county: DemoCounty) -> list[str]:
    """Fill an otherwise seeded county; answers numbers with their codes, to look an answer up."""
    raws = load("feedback.toml")
    steps = [step for raw in raws["feedback"] for step in raw.get("steps", [])]
    codes = {raw["agency"] for raw in raws["feedback"]} | {step["to"] for step in steps if "to" in step}
    messages = Messages(county, appoint(county, [(code, role) for code in codes for role in HEADS]))
    messages.tell(raws["feedback"])
    for raw in raws["summary"]:
        messages.publish_summary(raw)
    return [f"留言编号 {number}\t查询码 {code}\t{agency}" for number, code, agency in messages.shown]


class Messages:
    """`shown`: (number, query code, agency) of those a newcomer may look up."""

    def __init__(self, county: DemoCounty, people: People) -> None:
        self.county, self.people = county, people
        self.days = Days(county.today, load_calendar())
        periods = feedback_summary.last_periods(county.today)
        self.quarters = [period for period in periods if period.months == _QUARTER]
        self.rows: dict[str, int] = {}
        self.shown: list[tuple[str, str, str]] = []
        self.verbs: Mapping[str, Verb] = {
            "judge": self._judge,
            "pass_on": self._pass_on,
            "answer": self._answer,
            "redirect": self._redirect,
            "set_aside": self._set_aside,
            "select": self._select,
        }

    def tell(self, raws: list[Raw]) -> None:
        """Play every message. Raises DemoFault for a step that has not happened yet."""
        play_all([happening for raw in raws for happening in self._of(raw)], self.county.now)

    def _of(self, raw: Raw) -> Iterator[Happening]:
        received = self._received(raw)
        yield Happening(received, 0, f"{raw['key']}: received", self._sending(raw))
        for order, step in enumerate(raw.get("steps", []), 1):
            on, name = self.days.after(received, step["after"]), f"{raw['key']}: {step['do']}"
            if on > self.county.today:
                raise DemoFault(f"{name} lies in the future")
            yield Happening(on, order, name, self._step(raw, step))

    def _received(self, raw: Raw) -> date:
        if "received" in raw:
            return self.days.ago(raw["received"])
        return self.days.after(self._quarter(raw).first_on - _DAY, raw["day"])

    def _quarter(self, raw: Raw) -> feedback_summary.Period:
        newest_first: int = raw["quarter"]
        return self.quarters[newest_first - 1]

    def _step(self, raw: Raw, step: Raw) -> Callable[[datetime], object]:
        return lambda at: self.verbs[step["do"]](raw, step, at)

    def _handler(self, code: str) -> User:
        """Its officer for requests, who has its messages too; where there is none, the head of its office."""
        return self.people.get((code, Role.REQUEST_OFFICER)) or self.people[code, Role.OFFICE_HEAD]

    def _of_case(self, raw: Raw) -> tuple[int, User]:
        """Key of the message, and who handles it where it is now."""
        row = Feedback.objects.select_related("agency").get(pk=self.rows[raw["key"]])
        return row.pk, self._handler(row.agency.code)

    # --- sending -------------------------------------------------------------------------------------------------

    def _sending(self, raw: Raw) -> Callable[[datetime], object]:
        def play(at: datetime) -> None:
            item = self._item(raw)
            writing = feedback.Writing(
                agency=self.county.agencies[raw["agency"]],
                kind=raw["kind"],
                text=raw["text"],
                page=item.get_absolute_url() if item else raw.get("page", ""),
                item=item,
                name=raw.get("name", ""),
                phone=raw.get("phone", ""),
                email=raw.get("email", ""),
            )
            sent = feedback.send(writing, submission_key=f"demo:{raw['key']}", at=at)
            self.rows[raw["key"]] = sent.feedback.pk
            if raw.get("lookup"):
                self.shown.append((sent.feedback.number, sent.query_code, writing.agency.display_name))

        return play

    def _item(self, raw: Raw) -> Item | None:
        if "item" not in raw:
            return None
        found = Item.objects.filter(agency__code=raw["agency"], title__startswith=raw["item"])
        return found.order_by("-published_on", "-pk")[0]

    # --- steps ---------------------------------------------------------------------------------------------------

    def _judge(self, raw: Raw, step: Raw, at: datetime) -> None:
        pk, actor = self._of_case(raw)
        feedback.judge(pk, step["judgement"], actor=actor, at=at, note=step.get("note", ""))

    def _pass_on(self, raw: Raw, step: Raw, at: datetime) -> None:
        pk, actor = self._of_case(raw)
        feedback.pass_on(pk, self.county.agencies[step["to"]], actor=actor, at=at, reason=step["reason"])

    def _answer(self, raw: Raw, step: Raw, at: datetime) -> None:
        pk, actor = self._of_case(raw)
        feedback.answer(pk, step["text"], actor=actor, at=at)

    def _redirect(self, raw: Raw, step: Raw, at: datetime) -> None:
        pk, actor = self._of_case(raw)
        feedback.redirect(pk, step["path"], step["text"], actor=actor, at=at)

    def _set_aside(self, raw: Raw, step: Raw, at: datetime) -> None:
        pk, actor = self._of_case(raw)
        feedback.set_aside(pk, step["text"], actor=actor, at=at)

    def _select(self, raw: Raw, step: Raw, at: datetime) -> None:
        pk, actor = self._of_case(raw)
        feedback_selection.select(pk, step["question"], step["answer"], actor=actor, at=at)

    # --- the summaries -------------------------------------------------------------------------------------------

    def publish_summary(self, raw: Raw) -> None:
        """Drafted, signed and published now: the publication log runs forward, and the year has been told."""
        agency, now = self.county.agencies[raw["agency"]], self.county.now
        item = feedback_summary.draft(agency, self._quarter(raw), actor=self._handler(agency.code), at=now)
        sign_and_publish(item, self.people, now)
