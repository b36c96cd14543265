"""Who was told of a complaint and may see it no longer: he joined the agency complained of, or the case went elsewhere.

His inbox has no line of it any more, and mails that still wait are not sent to him.
"""

from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from govportal import access, contributions
from govportal.models import InboxMessage, Notice, User
from govportal.permissions import Permission
from requests_app.deadlines import COMPLAINT
from requests_app.models import Complaint, ComplaintEvent
from requests_app.services import complaint_tell
from requests_app.services.complaint_procedure import may_see

KINDS = (complaint_tell.KIND, COMPLAINT)


def readable(user: Any, rows: "QuerySet[InboxMessage]") -> "QuerySet[InboxMessage]":
    """Without the messages of cases that are not his. Of whoever handles none, no statement is made of it."""
    if not access.can(user, Permission.HANDLE_COMPLAINT):
        return rows.exclude(kind__in=KINDS)
    before, _zero, after = reverse("admin:requests_app_complaint_change", args=[0]).rpartition("/0/")
    path = Concat(Value(f"{before}/"), Cast(F("pk"), CharField()), Value(f"/{after}"))
    others = Complaint.objects.exclude(pk__in=Complaint.objects.visible_to(user).values("pk"))
    return rows.exclude(kind__in=KINDS, path__in=others.order_by().values_list(path, flat=True))


def still_concerns(notice: Notice) -> bool:
    """Whether a waiting notice of a step goes to somebody who may still see the case; True of all others."""
    if not notice.is_confidential:
        return True
    noun, _colon, rest = notice.key.partition(":")
    pk, _colon, reader = rest.partition(":")
    if noun not in {"complaint-event", "complaint-filed"} or not reader.isdigit():
        return True  # to the complainant
    case = (
        int(pk) if noun == "complaint-filed" else ComplaintEvent.objects.values_list("complaint", flat=True).get(pk=pk)
    )
    return _sees(User.objects.get(pk=reader), case)


def _sees(user: User, complaint_id: int) -> bool:
    return user.is_active and may_see(Complaint(pk=complaint_id), user)


def contribute() -> None:
    contributions.inbox_filters.append(readable)
    contributions.notice_reviews.append(still_concerns)
