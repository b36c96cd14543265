"""What follows a reply in the demo county: reviews and lawsuits, and the way of an answer to everybody."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.timezone import localdate

from disclosure.enums import ReviewStep
from disclosure.models import Edition
from disclosure.services import publish, review
from disclosure.workflow import ACTION_OF
from govportal.models import User
from govportal.permissions import Role
from requests_app.enums import TaskState
from requests_app.models import Appeal, InformationRequest, PublicationTask
from requests_app.services import appeal, convert, publication_tasks
from requests_app.services.demo_texts import Raw, Verb

if TYPE_CHECKING:
    from requests_app.services.demo_cases import Cases

_SIGNERS = {
    ReviewStep.SECRECY: Role.SECRECY_REVIEWER,
    ReviewStep.PRE: Role.PRE_REVIEWER,
    ReviewStep.SECOND: Role.SECOND_REVIEWER,
    ReviewStep.APPROVAL: Role.APPROVER,
}


class Aftermath:
    def __init__(self, cases: "Cases") -> None:
        self.cases = cases
        self.appeals: dict[tuple[str, str], Appeal] = {}
        self.verbs: Mapping[str, Verb] = {
            "appeal": self._appeal,
            "answer_appeal": self._answer_appeal,
            "close_appeal": self._close_appeal,
            "suggest": self._suggest,
            "decline": self._decline,
            "convert": self._convert,
            "publish": self._publish,
        }

    # --- reviews and lawsuits ----------------------------------------------------------------------------------------

    def _appeal(self, case: Raw, step: Raw, at: datetime) -> None:
        """Recorded on the day on which the agency learns of it; `filed` is the day on which it was taken up."""
        row = self.cases.row(case)
        self.appeals[case["key"], step["name"]] = appeal.record(
            row.agency,
            appeal.Case(
                route=step["route"],
                body=step["body"],
                filed_on=self._day(case, step["filed"]),
                notified_on=localdate(at),
                case_number=step["case_number"],
                is_simplified=step.get("simplified", False),
                after=self.appeals.get((case["key"], step.get("after", ""))),
            ),
            actor=self.cases.officer(case),
            at=at,
            request=row,
        )

    def _day(self, case: Raw, day: int) -> date:
        return self.cases.days.ago(case["received"] - day)

    def _answer_appeal(self, case: Raw, step: Raw, at: datetime) -> None:
        row = self.appeals[case["key"], step["name"]]
        appeal.answer(row.pk, localdate(at), actor=self.cases.officer(case), at=at)

    def _close_appeal(self, case: Raw, step: Raw, at: datetime) -> None:
        row, actor = self.appeals[case["key"], step["name"]], self.cases.officer(case)
        self.appeals[case["key"], step["name"]] = appeal.close(
            row.pk, step["result"], localdate(at), actor=actor, at=at
        )

    # --- from one applicant to everybody ---------------------------------------------------------------------------

    def _suggest(self, case: Raw, step: Raw, at: datetime) -> None:
        by = None if step.get("by") == "applicant" else self.cases.officer(case)
        publication_tasks.suggest(self.cases.rows[case["key"]], actor=by, at=at, text=step.get("text", ""))

    def _decline(self, case: Raw, step: Raw, at: datetime) -> None:
        task = PublicationTask.objects.get(requests=self.cases.rows[case["key"]], state=TaskState.OPEN)
        publication_tasks.decline(task.pk, actor=self.cases.officer(case), at=at, reason=step["reason"])

    def _convert(self, case: Raw, step: Raw, at: datetime) -> None:
        wanted = convert.Wanted(title=step["title"], body=step["body"], category=step["category"])
        convert.convert(self.cases.rows[case["key"]], wanted, actor=self.cases.officer(case), at=at)

    def _publish(self, case: Raw, step: Raw, at: datetime) -> None:
        """Through every signature, now: the log of the county's year runs forward, and the year has been told."""
        row, now = self.cases.row(case), self.cases.county.now
        task = PublicationTask.objects.get(requests=row.pk, state=TaskState.OPEN)
        edition = Edition.objects.get(item=task.item_id)
        review.submit(edition.pk, actor=self._person(row, Role.PUBLISHER), at=now)
        for signed in edition.steps:
            review.review(edition.pk, ACTION_OF[signed], actor=self._person(row, _SIGNERS[signed]), at=now)
        publish.publish(edition.pk, actor=self._person(row, Role.APPROVER), at=now)
        publication_tasks.settle(now)

    def _person(self, row: InformationRequest, role: Role) -> User:
        return self.cases.people[row.agency.code, role]
