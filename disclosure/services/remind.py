"""What has a day and would be forgotten: mailed once to whoever has to act, when its day has come.

Withheld matters to be looked at again (条例第十八条) and emergency publications whose review is still owed.
"""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from disclosure import workflow
from disclosure.enums import ReviewStep
from disclosure.models import Edition, Withholding
from disclosure.public_reviews import afterwards
from govportal import access, notices
from govportal.models import User
from govportal.permissions import Permission
from govportal.site import absolute_url


def remind(today: date) -> None:
    """Mail what is due by today. The same day of the same matter is told once, however often this runs."""
    _remind_of_withheld(today)
    _remind_of_emergencies(today)


def _remind_of_withheld(today: date) -> None:
    for row in Withholding.objects.review_due(today).select_related("agency").order_by("pk"):
        people = access.holders(Permission.APPROVE_ITEM, row.agency).exclude(pk=row.proposed_by_id)
        address = absolute_url(reverse("admin:disclosure_withholding_change", args=[row.pk]))
        subject = _("待评估：不予公开备案 %s") % row.pk
        _tell(f"withholding-due:{row.pk}:{row.review_on}", people, subject, address)


def _remind_of_emergencies(today: date) -> None:
    due = Edition.objects.emergencies().filter(review_due_on__lte=today).select_related("item__agency")
    editions = {edition.pk: edition for edition in due.defer("body", "extra").order_by("pk")}
    for pk, review in afterwards(editions.values(), today).items():
        if not review.missing:
            continue
        edition, debt = editions[pk], review.missing[0]
        permission: Permission | None = Permission.DRAFT_ITEM  # whoever wrote it brings what is no signature
        if isinstance(debt, ReviewStep):
            permission = workflow.EDITION[workflow.ACTION_OF[debt]].permission
        assert permission is not None  # every signature has its role
        people = access.holders(permission, edition.item.agency)
        words = {"step": debt.label, "number": edition.item.index_number}
        address = absolute_url(reverse("admin:disclosure_edition_change", args=[pk]))
        subject = _("应急公开待补审：%(step)s %(number)s") % words
        _tell(f"emergency-due:{pk}:{debt}", people, subject, address)


@transaction.atomic
def _tell(key: str, people: Iterable[User], subject: str, address: str) -> None:
    """Numbers only: no title, no matter."""
    body = f"{subject}\n{address}"
    for person in people:
        if person.email:
            notices.enqueue(key=f"{key}:{person.pk}", address=person.email, subject=subject, body=body)
