"""The desk of one edition: what it says and changes, what has been found in it, who signed, what can be done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, Q, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from disclosure import publication_log, substance, workflow
from disclosure.admin.confirm import in_words, signer_names
from disclosure.admin.verbs import Verb, applicable
from disclosure.admin.visibility import readable_editions
from disclosure.edition_changes import WITH_FILES, changed_metadata
from disclosure.enums import OPEN_STATES, EditionAction, EditionState, Procedure, RelationKind, ReviewStep
from disclosure.item_text import shown_body, shown_fields
from disclosure.models import Approval, Edition, EditionEvent, Item, Relation
from disclosure.public_reviews import Supplement
from disclosure.services import procedure, records, review, submission, warnings
from disclosure.workflow import UNDER_REVIEW
from govportal.htmldiff import compare_html
from govportal.now import now, today

_SIGNED_OFF = {EditionState.APPROVED, EditionState.SCHEDULED}
STATE_TONES = {
    EditionState.DRAFT: "info",
    EditionState.APPROVED: "ok",
    EditionState.SCHEDULED: "ok",
    EditionState.PUBLISHED: "ok",
    EditionState.DISCARDED: "bad",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One automatic check: how it came out, in a word, and what was looked at."""

    tone: str
    word: str
    text: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    verb: Verb
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the procedure: who did it, does it now, or is to come."""

    label: Promise | str
    person: str
    tone: str
    word: str
    at: datetime | None = None
    note: str = ""


def desk_page(request: HttpRequest, edition: Edition) -> HttpResponse:
    item = edition.item
    before = edition_before(edition)
    prefetch_related_objects([row for row in (edition, before) if row], WITH_FILES)
    newest_first = EditionEvent.objects.select_related("actor").order_by("-id")
    prefetch_related_objects([edition], Prefetch("events", newest_first))
    shown = buttons(edition, request.user, now())
    events = list(edition.events.all())
    context = {
        **admin.site.each_context(request),
        "opts": Edition._meta,
        "title": edition.title,
        "edition": edition,
        "item": item,
        "before": before,
        "tone": STATE_TONES.get(EditionState(edition.state), "warn"),
        "due": workflow.due_step(edition.state, edition.steps),
        "sent_at": next((event.at for event in events if event.action == EditionAction.SUBMIT), None),
        "attachments": edition.attachments.all(),
        "records": list(edition.records.select_related("attachment")),
        "interpretations": _interpretations(request, item),
        "steps": _steps(edition),
        "events": events,
        "buttons": shown,
        "refused": any(button.reasons for button in shown),
        "checks": _checks(edition, before),
        "can_edit": _can_edit(edition, request.user),
        "owes_records": edition.procedure == Procedure.EMERGENCY
        and not records.reasons_against_afterwards(edition, request.user),
        "returned": _returned(edition, events),
        **_text(edition, before),
    }
    return TemplateResponse(request, "admin/disclosure/desk.html", context)


def edition_before(edition: Edition) -> Edition | None:
    """The public edition that this one follows, unless its text had to be deleted."""
    before = edition.item.current_edition
    if edition.state not in OPEN_STATES:
        published = edition.item.editions.filter(state=EditionState.PUBLISHED, number__lt=edition.number)
        before = published.order_by("-number").first()
    if before is None or before.redacted_by_entry_id or edition.redacted_by_entry_id:
        return None
    before.item = edition.item
    return before


def _text(edition: Edition, before: Edition | None) -> dict[str, Any]:
    """The difference where there is an edition before, else the whole text."""
    if edition.redacted_by_entry_id:
        return {}
    if before:
        return {"comparison": compare_html(before.body, edition.body), "metadata": changed_metadata(before, edition)}
    body, _headings = shown_body(edition)
    return {"body": body, "fields": shown_fields(edition)}


def _interpretations(request: HttpRequest, item: Item) -> list[tuple[str, Edition]]:
    """(how it stands to this item, latest edition) of what interprets it and what it interprets, if readable."""
    related = Relation.objects.filter(Q(source=item) | Q(target=item), kind=RelationKind.INTERPRETS)
    words = {
        (row.target_id if row.source_id == item.pk else row.source_id): _("解读的文件")
        if row.source_id == item.pk
        else _("本文件的解读")
        for row in related
    }
    if not words:
        return []
    editions = readable_editions(request).filter(item__in=words).exclude(state=EditionState.DISCARDED)
    latest = {edition.item_id: edition for edition in editions.select_related("item").order_by("number")}
    return [(words[pk], edition) for pk, edition in latest.items()]


def buttons(edition: Edition, actor: Any, at: datetime) -> list[Button]:
    """Every verb that the state knows; those that are refused keep their reasons."""
    return [Button(verb, verb.reasons(edition, actor, at)) for verb in applicable(edition)]


def _can_edit(edition: Edition, actor: Any) -> bool:
    return not procedure.reasons_against(edition, EditionAction.EDIT, actor)


def _returned(edition: Edition, events: list[EditionEvent]) -> EditionEvent | None:
    """The return that a draft still has to answer."""
    is_back = edition.state == EditionState.DRAFT and bool(events) and events[0].action == EditionAction.RETURN
    return events[0] if is_back else None


# --- checks ----------------------------------------------------------------------------------------------------------


def _checks(edition: Edition, before: Edition | None) -> list[Check]:
    if edition.redacted_by_entry_id:
        return []
    total, lacking = edition.item.type.elements, submission.missing(edition)
    text = _("必备要素、著录 %(have)s/%(all)s") % {"have": total - len(lacking), "all": total}
    found = [Check("bad", _("缺"), text, tuple(lacking)) if lacking else Check("ok", _("通过"), text)]
    if edition.state == EditionState.DRAFT:
        others = submission.faults(edition, today())[1 if lacking else 0 :]  # the first one names what is lacking
        found += [Check("bad", _("须补"), fault) for fault in others]
    if edition.state == EditionState.DRAFT or edition.state in UNDER_REVIEW:
        hints = warnings.warnings(edition)
        found += [Check("warn", _("请核对"), hint.message) for hint in hints]
        if not hints:
            found.append(Check("ok", _("通过"), _("身份证号、银行卡号、手机号、重复标题：未发现")))
    if before:
        changes = substance.findings(before, edition, substance.agency_names())
        details = tuple(in_words(change) for change in changes)
        if changes:
            is_past = edition.state == EditionState.PUBLISHED
            tone, word = ("info", _("记录")) if is_past else ("warn", _("请核对"))
            found.append(Check(tone, word, _("实质性修改 %(n)s 处") % {"n": len(changes)}, details))
        else:
            found.append(Check("ok", _("通过"), _("没有发现实质性修改")))
    if edition.review_digest and edition.state != EditionState.PUBLISHED:
        is_same = publication_log.review_digest(edition) == edition.review_digest
        text = _("文本与送审摘要 %s…（公开时写入公开日期，再算内容摘要）") % edition.review_digest[:16]
        found.append(Check("ok", _("一致"), text) if is_same else Check("bad", _("不一致"), text))
    return found


# --- procedure -------------------------------------------------------------------------------------------------------


def _steps(edition: Edition) -> list[Step]:
    drafted = Step(_("起草"), str(edition.created_by), "ok", edition.get_mode_display(), edition.created_at)
    steps = [drafted]
    if edition.last_edited_by_id != edition.created_by_id:
        steps.append(Step(_("最后修改"), str(edition.last_edited_by), "ok", _("已保存")))
    signed = {row.step: row for row in edition.approvals.standing().select_related("signer")}
    if edition.procedure in (Procedure.MIGRATION, Procedure.LEGACY):
        return [*steps, Step(_("公开程序"), "", "ok", edition.get_procedure_display(), edition.published_at)]
    if emergency := signed.get(ReviewStep.EMERGENCY):
        steps.append(_given(emergency))
    owed = _owed(edition)
    for step in edition.steps:
        if approval := signed.get(step):
            steps.append(_given(approval))
        elif step == owed:
            names = "、".join(signer_names(edition, step)) or _("本单位没有可以办理的人")
            steps.append(Step(step.label, names, "warn", _("待办")))
        elif edition.procedure != Procedure.EMERGENCY or step != ReviewStep.APPROVAL:
            steps.append(Step(step.label, "", "", _("未到")))
    belated = [debt for debt in review.missing_afterwards(edition) if isinstance(debt, Supplement)]
    return steps + [Step(debt.label, str(edition.created_by), "warn", _("待补")) for debt in belated]


def _owed(edition: Edition) -> ReviewStep | None:
    """The signature that is waited for now: before publication, or afterwards."""
    if edition.procedure == Procedure.EMERGENCY:
        return review.step_afterwards(edition)
    return workflow.due_step(edition.state, edition.steps)


def _given(approval: Approval) -> Step:
    label = ReviewStep(approval.step).label
    return Step(label, str(approval.signer), "ok", _("通过"), approval.at, approval.note)
