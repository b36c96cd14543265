"""Complaints: who may see them at all. What is filtered here is the confidentiality of domain §7 by construction."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, DateField, F, When
from django.db.models.functions import Least

from govportal import access
from govportal.permissions import Permission
from requests_app.complaint_enums import ENDED_COMPLAINTS, UNANSWERED_COMPLAINTS, ComplaintState

if TYPE_CHECKING:
    from requests_app.models import Complaint, Feedback  # noqa: F401  (named in strings below)


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def visible_to(self, user: Any) -> Self:
        """For complaint officers of the desk that has the case, and never for anybody who is of the agency complained
        of, in whatever role: neither its users nor its administrators, and no handler out of its own people."""
        if not access.can(user, Permission.HANDLE_COMPLAINT):
            return self.none()
        desks = access.agencies_under(user, Permission.HANDLE_COMPLAINT)
        return self.filter(desk__in=desks).exclude(agency__in=access.own_agencies(user))

    def unanswered(self) -> Self:
        return self.filter(state__in=UNANSWERED_COMPLAINTS)

    def ended(self) -> Self:
        return self.filter(state__in=ENDED_COMPLAINTS)

    def with_due_day(self) -> Self:
        """`due_day`: as Complaint.due_on, the last day to decide whether to accept it, then to answer it."""
        undecided = When(state=ComplaintState.RECEIVED, then=Least("accept_by", "answer_by"))
        unanswered = When(state__in=UNANSWERED_COMPLAINTS, then=F("answer_by"))
        return self.annotate(due_day=Case(undecided, unanswered, default=None, output_field=DateField(null=True)))


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def visible_to(self, user: Any) -> Self:
        """Of the agencies at which this person handles messages."""
        return self.filter(agency__in=access.agencies_with(user, Permission.HANDLE_FEEDBACK))

    def waiting(self) -> Self:
        return self.filter(answered_on=None)

    def overdue(self, today: date) -> Self:
        return self.waiting().filter(due_on__lt=today)
