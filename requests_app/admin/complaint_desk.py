"""The desk of one complaint: what is complained of, its terms, what can be done next, and who has looked at it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import READABLE_STATES
from govportal.admin.records import deed_words
from govportal.calendar import load_calendar
from govportal.forms import whole_number
from govportal.models import AuditEvent, User
from requests_app import complaint_rules
from requests_app.admin.complaint_marks import left_mark, result_mark, state_mark, terms_of
from requests_app.admin.complaint_summary import summary_words
from requests_app.admin.complaint_verb_groups import GROUPS, NEXT
from requests_app.admin.verb_pages import CaseVerb
from requests_app.complaint_enums import ComplaintFileKind, ComplaintGround
from requests_app.models import Complainant, Complaint, ComplaintFile
from requests_app.services import complainants
from requests_app.services.applicants import Line
from requests_app.services.complaint_undelivered import undelivered

NEWEST = 200  # steps and looks on the page; a case has some ten


@dataclass(frozen=True, slots=True)
class Button:
    verb: CaseVerb
    url: str
    reasons: list[str]
    is_next: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Verbs of one kind that can be done now."""

    label: Promise | str
    buttons: Sequence[Button]


def find(reader: Any, pk: object) -> Complaint | None:
    """The complaint with all that its pages name; None says nothing about whether it exists."""
    number = whole_number(pk)
    rows = Complaint.objects.visible_to(reader)
    rows = rows.select_related(
        "desk", "agency", "handler", "item", "request", "rectification", "summary__agency", "notice_board__agency"
    )
    row = rows.filter(pk=number).first() if number is not None else None
    if row is not None:
        row.asked = {}
    return row


def desk_context(row: Complaint, reader: User, today: date) -> dict[str, Any]:
    calendar = load_calendar()
    groups, refused = buttons(row, reader)
    files = list(ComplaintFile.objects.filter(complaint=row).select_related("file", "added_by"))
    return {
        "state_mark": state_mark(row),
        "result_mark": result_mark(row),
        "left_mark": left_mark(row, today, calendar),
        "terms": terms_of(row, today, calendar),
        "groups": groups,
        "refused": refused,
        "matter": matter(row),
        "received": received(row),
        "complainant": complainant(row),
        "confidentiality": complaint_rules.CONFIDENTIALITY,
        "evidence": [held for held in files if held.kind == ComplaintFileKind.EVIDENCE],
        "other_files": [held for held in files if held.kind != ComplaintFileKind.EVIDENCE],
        "events": list(row.events.select_related("actor", "desk")[:NEWEST]),
        "trail": trail(row),
        "undelivered": undelivered(row),
        "resend": verb_address(row, "resend"),
        "is_summary_public": bool(row.summary and row.summary.state in READABLE_STATES),
        "summary_words": summary_words(row.summary) if row.summary else "",
    }


def buttons(row: Complaint, reader: User) -> tuple[list[Group], list[Button]]:
    """(what can be done now, by kind; what cannot, with the reasons)."""
    following = NEXT.get(row.state, ())
    groups, refused = [], []
    for label, verbs in GROUPS:
        found = [
            Button(verb, verb_address(row, verb.name), verb.reasons(row, reader), verb.name in following)
            for verb in verbs
        ]
        if allowed := [button for button in found if not button.reasons]:
            groups.append(Group(label, sorted(allowed, key=lambda button: not button.is_next)))
        refused += [button for button in found if button.reasons]
    groups.sort(key=lambda group: not any(button.is_next for button in group.buttons))
    return groups, refused


def verb_address(row: Complaint, name: str) -> str:
    return reverse("admin:requests_app_complaint_verb", args=[row.pk, name])


def complainant(row: Complaint) -> list[Line]:
    """Masked; nothing of who gave no name or was purged."""
    with suppress(Complainant.DoesNotExist):
        return complainants.masked(row.complainant)
    return []


def matter(row: Complaint) -> list[tuple[Promise | str, str]]:
    """被投诉的是什么, as far as it was told."""
    ground = f"{row.get_ground_display()}（{complaint_rules.GROUND_BASIS[ComplaintGround(row.ground)]}）"
    found = [
        (gettext_lazy("被投诉单位"), row.agency.name),
        (gettext_lazy("情形"), ground),
        (gettext_lazy("涉及的申请"), row.request.number if row.request else ""),
        (gettext_lazy("公开栏在哪里"), row.board),
        (gettext_lazy("事实经过"), row.facts or _("已按保存期限清除")),
    ]
    return [(label, value) for label, value in found if value]


def received(row: Complaint) -> list[tuple[Promise | str, str]]:
    """How and when it came in, who has it, and how it ended."""
    found = [
        (gettext_lazy("渠道"), row.get_channel_display()),
        (gettext_lazy("收到日期"), row.received_on.isoformat()),
        (gettext_lazy("办理单位"), row.desk.name),
        (gettext_lazy("经办人"), str(row.handler) if row.handler else _("还没有分派")),
        (gettext_lazy("告知的途径"), row.get_other_path_display()),
        (gettext_lazy("结束日期"), row.closed_on.isoformat() if row.closed_on else ""),
        (gettext_lazy("移送责任追究"), row.referred_on.isoformat() if row.referred_on else ""),
    ]
    return [(label, value) for label, value in found if value]


def trail(row: Complaint) -> list[tuple[AuditEvent, str]]:
    """What was done with this case and who looked at it, newest first: no other list of the trail names it."""
    events = AuditEvent.objects.filter(subject_type=Complaint._meta.label, subject_id=str(row.pk))
    return [(event, deed_words(event.action)) for event in events.order_by("-at", "-id")[:NEWEST]]
