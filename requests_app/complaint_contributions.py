"""What complaints add to the kernel and to pages that know of no complaint: audit words, confidential matters, drafts
hidden from those of the agency, officers behind a rectification; called by RequestsConfig.ready().

The words of a mail kind are in notice_kinds.py; the purge runs with that of requests (tasks.py).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from disclosure.enums import ItemState
from disclosure.models import Edition, Item, Rectification
from govportal import access, contributions, dbsetup
from govportal.contributions import RectificationMandate
from govportal.models import User
from govportal.permissions import Permission
from requests_app import complaint_database, complaint_words
from requests_app.models import Complaint
from requests_app.services.complaint_desks import officers
from requests_app.services.complaint_results import SOURCE


def hidden_summaries(user: Any) -> QuerySet[Any] | None:
    """Summaries not yet public of cases against an agency this person is of, where he would see them at their desk."""
    own = access.own_agencies(user)
    if not own or (len(own) == 1 and not access.reaches_down(user, Permission.VIEW_ITEMS)):
        return None  # he sees drafts of his own agency alone, which is never its own desk
    cases = Complaint.objects.filter(agency__in=own, summary__state=ItemState.UNPUBLISHED).values("summary")
    # Those thrown away before another was drafted: no case names them any more, so they are of any.
    kept = Complaint.objects.filter(summary__isnull=False).values("summary")
    thrown_away = Q(source=SOURCE, state=ItemState.UNPUBLISHED) & ~Q(pk__in=kept)
    return Item.objects.filter(Q(pk__in=cases) | thrown_away).order_by().values("pk")


def hidden_from_trail(user: Any) -> Mapping[str, QuerySet[Any]]:
    """The same in the audit trail: a draft of somebody who drafts nothing else tells what it comes of."""
    items = hidden_summaries(user)
    if items is None:
        return {}
    return {
        "disclosure.Item": items,
        "disclosure.Edition": Edition.objects.filter(item__in=items).order_by().values("pk"),
    }


def _mandated(user: Any) -> QuerySet[Any]:
    return Complaint.objects.visible_to(user).filter(rectification__isnull=False).values("rectification")


def _people(row: Rectification) -> Iterable[User]:
    """Who has the case, or its whole desk where he may see it no longer."""
    case = Complaint.objects.filter(rectification=row.pk).select_related("desk", "agency").first()
    if case is None:
        return []
    found = officers(case.desk, case.agency)
    return [person for person in found if person.pk == case.handler_id] or found


def contribute() -> None:
    for trigger in complaint_database.guards():
        dbsetup.declare(trigger)
    contributions.audit_words.update(complaint_words.AUDIT_WORDS)
    contributions.hidden_drafts.append(hidden_summaries)
    contributions.hidden_subjects.append(hidden_from_trail)
    contributions.rectification_mandates.append(RectificationMandate(rows=_mandated, people=_people))
    contributions.confidential_subjects.update(complaint_words.CONFIDENTIAL)
