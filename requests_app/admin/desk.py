"""The desk of one request: where it stands and why, what can be done next, and all that has been written about it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import Verb
from govportal import access
from govportal.calendar import load_calendar
from govportal.forms import whole_number
from govportal.models import User
from govportal.permissions import Permission
from requests_app import clock_calendar
from requests_app.admin.marks import left_mark, state_mark
from requests_app.admin.verbs import GROUPS, NEXT
from requests_app.letter_rules import LetterKind
from requests_app.models import Applicant, Correction, Decision, FeeNotice, InformationRequest, Letter, RequestFile
from requests_app.services import applicants, procedure, publication_tasks

NEWEST = 200  # events on the page; a case has some ten


@dataclass(frozen=True, slots=True)
class Button:
    verb: Verb
    url: str
    reasons: list[str]
    is_next: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Verbs of one kind that can be done now."""

    label: Promise | str
    buttons: Sequence[Button]


def verb_address(row: InformationRequest, name: str) -> str:
    return reverse("admin:requests_app_informationrequest_verb", args=[row.pk, name])


def desk_context(row: InformationRequest, reader: User, today: date) -> dict[str, Any]:
    calendar = load_calendar()
    reading = procedure.reading(row, calendar, today)
    written = _written(row)
    unsent = _unsent([letter for letter, _words in written["letters"]])
    groups, refused = _buttons(row, reader, has_unsent=unsent > 0)
    return {
        "state_mark": state_mark(row),
        "left_mark": left_mark(row, today, calendar),
        "clock": clock_calendar.clock_context(reading, today) if reading else None,
        "is_late": row.is_overdue(today),
        "groups": groups,
        "refused": refused,
        "applicant": _applicant(row),
        "can_unmask": access.can(reader, Permission.VIEW_APPLICANT, row.agency) and row.purged_at is None,
        "asked": asked(row),
        "received": received(row),
        "unsent": unsent,
        **written,
        **_beside(row, reader, today),
    }


def _unsent(letters: Sequence[Letter]) -> int:
    """How many the applicant has yet to be sent; the receipt is handed over on the spot or in the portal."""
    replaced = {letter.supersedes_id for letter in letters}
    owed = [one for one in letters if one.is_for_applicant and one.kind != LetterKind.REGISTRATION_RECEIPT]
    return sum(one.pk not in replaced and not one.deliveries.all() for one in owed)


def _buttons(row: InformationRequest, reader: User, *, has_unsent: bool) -> tuple[list[Group], list[Button]]:
    """(what can be done now, by kind; what cannot, with the reasons). A letter that is not sent comes before all."""
    following = (*NEXT.get(row.state, ()), *(("send",) if has_unsent else ()))
    groups, refused = [], []
    for label, verbs in GROUPS:
        found = [
            Button(verb, verb_address(row, verb.name), verb.reasons(row, reader), verb.name in following)
            for verb in verbs
        ]
        allowed = [button for button in found if not button.reasons]
        if allowed:
            groups.append(Group(label, sorted(allowed, key=lambda button: not button.is_next)))
        refused += [button for button in found if button.reasons]
    groups.sort(key=lambda group: not any(button.is_next for button in group.buttons))
    if has_unsent:
        groups.sort(key=lambda group: all(button.verb.name != "send" for button in group.buttons))
    return groups, refused


def _applicant(row: InformationRequest) -> list[applicants.Line]:
    with suppress(Applicant.DoesNotExist):
        return applicants.masked(row.applicant)
    return []


def _written(row: InformationRequest) -> dict[str, Any]:
    """What the case holds, newest last; each list in one statement."""
    letters = Letter.objects.filter(request=row).select_related("issued_by").prefetch_related("deliveries__sent_by")
    files = Prefetch("files", RequestFile.objects.select_related("file"))
    decisions = Decision.objects.filter(request=row).select_related("drafted_by", "decided_by")
    return {
        "events": list(row.events.select_related("actor").order_by("-id")[:NEWEST]),
        "correction": Correction.objects.filter(request=row).select_related("asked_by").first(),
        "inquiries": list(row.inquiries.select_related("asked_by")),
        "decisions": list(decisions.prefetch_related(files, "items").order_by("-id")),
        "letters": [(letter, _letter_words(letter)) for letter in letters],
        "fee": FeeNotice.objects.filter(request=row).select_related("notified_by").first(),
        "messages_left": list(row.messages.select_related("by")),
        "notes": list(row.notes.select_related("by")),
        "files": list(row.files.select_related("file", "added_by")),
        "with_reason": applicants.OPENED_WITH_REASON,
        "assignments": list(
            row.assignments.select_related("from_agency", "to_agency", "from_handler", "to_handler", "by")
        ),
        "appeals": list(row.appeals.all()),
    }


def _letter_words(letter: Letter) -> Promise | str:
    return LetterKind(letter.kind).label if letter.kind in LetterKind.values else letter.kind


def _beside(row: InformationRequest, reader: User, today: date) -> dict[str, Any]:
    """What else was asked: by the same applicant, of the same, and what came of it."""
    tasks = row.publication_tasks.select_related("item")
    return {
        "frequency": applicants.frequency(row, today),
        "alike": list(publication_tasks.others_like(row).order_by("-filed_at", "-id")[:5]),
        "tasks": list(tasks),
    }


def asked(row: InformationRequest) -> list[tuple[Promise | str, str]]:
    """所需信息, as far as it was filled in."""
    span = "—".join(str(year) for year in (row.period_from, row.period_to) if year)
    other = _("可接受其他方式") if row.accepts_other else _("不接受其他方式")
    found = [
        (gettext_lazy("所需信息名称"), row.subject),
        (gettext_lazy("文号"), row.document_number),
        (gettext_lazy("信息年份"), span),
        (gettext_lazy("内容描述"), row.description),
        (gettext_lazy("用途（自愿填写）"), row.purpose),
        (
            gettext_lazy("提供形式和途径"),
            f"{row.get_supply_form_display()}，{row.get_supply_way_display()}（{other}）",
        ),
    ]
    return [(label, value) for label, value in found if value]


def received(row: InformationRequest) -> list[tuple[Promise | str, str]]:
    """How and when it came in, and how it ended."""
    closed_on = row.closed_on.isoformat() if row.closed_on else ""
    first = row.duplicate_of.number if row.duplicate_of else ""
    found = [
        (gettext_lazy("申请渠道"), row.get_channel_display()),
        (gettext_lazy("收到日期"), _receipt(row)),
        (gettext_lazy("申请人类型"), row.get_applicant_kind_display()),
        (gettext_lazy("经办人"), str(row.handler) if row.handler else _("还没有分派")),
        (gettext_lazy("办结日期"), closed_on),
        (gettext_lazy("办理结果"), row.get_outcome_display()),
        (gettext_lazy("答复类型"), row.get_reply_kind_display()),
        (gettext_lazy("与之重复的申请"), first),
        (gettext_lazy("结转自年度"), str(row.carried_from or "")),
    ]
    return [(label, value) for label, value in found if value]


def _receipt(row: InformationRequest) -> str:
    if row.received_on is None:
        return _("还没有确定：须与申请人确认")
    return f"{row.received_on.isoformat()}（{row.get_receipt_basis_display()}）"


def title_of(row: InformationRequest) -> str:
    return row.subject or row.number


def find(reader: Any, pk: str) -> InformationRequest | None:
    """The request with all that its pages name; None says nothing about whether it exists."""
    rows = InformationRequest.objects.visible_to(reader).select_related("agency", "handler", "duplicate_of")
    number = whole_number(pk)
    return rows.filter(pk=number).first() if number is not None else None
