"""文书: numbered without a gap, kept with its facts, made anew as a new version, sent, and proven to have arrived.

A letter names the applicant, so no audit row, mail or job says more of it than its number. Mail to a third party is
the text of its own letter and nothing else. Lock order as in procedure.py: request → counter → letter → delivery.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.models import IndexCounter
from govportal import access, audit, jobs, private_files
from govportal.files import RefusedFile
from govportal.html import clean_line
from govportal.models import Agency, PrivateFile, User
from govportal.permissions import Permission
from requests_app.enums import DecisionKind, DecisionState, InquiryKind, ReplyKind
from requests_app.letter_rules import (
    ASKED_BY,
    DECISION_LETTERS,
    LETTER_RULES,
    REMEDY_FACTS,
    REQUEST_FACTS,
    Addressee,
    LetterKind,
)
from requests_app.letters import MissingFacts, from_json, known_facts, missing_facts, render_pdf, to_json
from requests_app.models import Decision, InformationRequest, Inquiry, Letter
from requests_app.services import applicants, procedure
from requests_app.services.letter_facts import facts_for
from requests_app.services.letter_matter import NOTHING_SAID, Matter, Said, office_of, said_by
from requests_app.services.procedure import check

RENDER = "requests_app.render_letter"
PREFIX_LENGTH = 60
# What is decided by two people, and which decision its letter carries.
_DECIDED = {letter: kind for kind, letter in DECISION_LETTERS.items()} | {
    LetterKind(kind.value): DecisionKind.REPLY for kind in ReplyKind
}
_OF_INQUIRY = {letter: (kind,) for letter, kind in ASKED_BY.items()} | {
    LetterKind.THIRD_PARTY_DECISION: (InquiryKind.THIRD_PARTY,),
    LetterKind.PAUSE: tuple(InquiryKind),
}
# What a new version never says otherwise: whom the letter addresses, from whom it comes, and what it is called.
_FIXED = frozenset({"addressee", "is_organisation", "issuer", "number", "issued_on"})
# Of a letter that carries a decision whoever handles the request mends the first; the second changes what the reader
# can do against it, and is for those who may sign.
_CONTACTS = frozenset({"contact"})
_SIGNED_ANEW = frozenset(fact.name for fact in (*REQUEST_FACTS, *REMEDY_FACTS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which letter is wanted. `facts`: what the officer adds to or puts in the place of what the portal knows."""

    kind: LetterKind
    inquiry: Inquiry | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def kind_of(decision: Decision) -> LetterKind:
    """The letter that a decision goes out by."""
    return DECISION_LETTERS.get(DecisionKind(decision.kind)) or LetterKind(decision.reply_kind)


def decision_of(row: InformationRequest, kind: LetterKind) -> Decision | None:
    """The released decision that a letter carries; of a letter to a third party the reply it hears of."""
    wanted = DecisionKind.REPLY if kind is LetterKind.THIRD_PARTY_DECISION else _DECIDED.get(kind)
    if wanted is None:
        return None
    found = row.decisions.filter(kind=wanted, state=DecisionState.RELEASED)
    if wanted == DecisionKind.REPLY and kind is not LetterKind.THIRD_PARTY_DECISION:
        found = found.filter(reply_kind=kind.value)
    return found.last()


def matter_of(row: InformationRequest, order: Order, on: date) -> Matter:
    decision = decision_of(row, order.kind)
    said = said_by(decision) if decision else NOTHING_SAID
    return Matter(row=row, kind=order.kind, on=on, said=said, inquiry=order.inquiry)


# --- look at -------------------------------------------------------------------------------------------------------


def preview(row: InformationRequest, order: Order, *, at: datetime, said: Said | None = None) -> bytes:
    """The PDF as it would be, without a number, marked as a draft, and with the name of the applicant masked.

    `said`: a decision that is not released yet. Raises ValueError: a fact is missing or cannot be read.
    """
    matter = matter_of(row, order, localdate(at))
    if said:
        matter = replace(matter, said=said)
    facts = facts_for(matter, order.facts)
    if LETTER_RULES[order.kind].addressee is Addressee.APPLICANT and facts.get("addressee"):
        facts["addressee"] = applicants.mask_name(facts["addressee"])
    return render_pdf(order.kind, facts)


# --- issue ---------------------------------------------------------------------------------------------------------


def reasons_against_writing(agency: Agency, actor: Any) -> list[str]:
    """Why this person writes no letters for that agency; empty when he does."""
    may = (Permission.HANDLE_REQUEST, Permission.RELEASE_REPLY)
    if any(access.can(actor, permission, agency) for permission in may):
        return []
    return [_("您在%s没有依申请公开经办或者签发的角色。") % agency.display_name]


def reasons_against_issuing(row: InformationRequest, order: Order, actor: Any, today: date) -> list[str]:
    """Why this letter cannot be issued now; empty when it can."""
    matter = matter_of(row, order, today)
    reasons = reasons_against_writing(matter.agency, actor)
    decision = decision_of(row, order.kind)
    if order.kind in _DECIDED and decision is None:
        reasons.append(_("还没有签发的决定，不能生成这一文书。"))
    kinds = _OF_INQUIRY.get(order.kind, ())
    if kinds and (order.inquiry is None or order.inquiry.request_id != row.pk or order.inquiry.kind not in kinds):
        reasons.append(_("须指明是哪一份征求意见。"))
    if reasons:
        return reasons
    issued = row.letters.filter(kind=order.kind.value, decision=decision, inquiry=order.inquiry)
    if order.kind is not LetterKind.TRANSFER and (earlier := issued.last()):
        reasons.append(_("已经生成过这一文书（%s），需要更改的请重新生成。") % earlier.number)
    return reasons + reasons_against_facts(matter, order.facts)


def reasons_against_facts(matter: Matter, extra: Mapping[str, Any] | None = None) -> list[str]:
    """What the letter lacks or may not say; empty when it is whole."""
    try:
        facts = facts_for(matter, extra)
    except ValueError as error:
        return [str(error)]
    missing = missing_facts(matter.kind, facts)
    return ([str(MissingFacts(missing))] if missing else []) + _against_naming(matter.row, matter.kind, facts)


def _against_naming(row: InformationRequest, kind: LetterKind, facts: Mapping[str, Any]) -> list[str]:
    """Third parties and other agencies never learn who applied, whichever fact would tell them."""
    if LETTER_RULES[kind].addressee is Addressee.APPLICANT:
        return []
    known = known_facts(kind)
    told = [name for name, value in facts.items() if name not in _FIXED and applicants.is_named_in(row, str(value))]
    words = _("“%s”里有申请人的姓名、名称或者联系方式，请删去：不告诉被征求意见的人谁申请。")
    return [words % known[name].label for name in told]


@transaction.atomic
def issue(request_id: int, order: Order, *, actor: User, at: datetime) -> Letter:
    """生成文书: number and facts are fixed here; the PDF follows. Raises ValidationError with every reason.

    With the deed it tells of it is issued by correspondence.py; by itself only where one was left out.
    """
    row, today = procedure.locked(request_id), localdate(at)
    check(reasons_against_issuing(row, order, actor, today))
    matter = matter_of(row, order, today)
    is_receipt = order.kind is LetterKind.REGISTRATION_RECEIPT
    number = row.number if is_receipt else allocate_number(matter.agency, today.year)
    facts = facts_for(matter, order.facts) | {"number": number}
    letter = Letter(
        request=row,
        agency=matter.agency,
        kind=order.kind.value,
        number=number,
        facts=to_json(order.kind, facts),
        decision=decision_of(row, order.kind),
        inquiry=order.inquiry,
        is_for_applicant=LETTER_RULES[order.kind].addressee is Addressee.APPLICANT,
        issued_on=today,
        issued_at=at,
        issued_by=actor,
    )
    return _kept(letter, "letter.issue", actor)


def allocate_number(agency: Agency, year: int) -> str:
    """澄民公复〔2026〕31号. Call inside a transaction: the counter row stays locked until it ends, so a letter that
    comes to nothing gives its number back."""
    prefix = (office_of(agency).letter_prefix or f"{agency.display_name}公复")[:PREFIX_LENGTH]
    # By agency: two may have chosen the same words.
    key = f"letter {agency.pk} {prefix}〔{year}〕"
    counter, _is_new = IndexCounter.objects.select_for_update().get_or_create(prefix=key)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{prefix}〔{year}〕{counter.last}号"


def _kept(letter: Letter, deed: str, actor: User) -> Letter:
    """The reason of a new version stays with the version: the trail can never be purged of the name it may hold."""
    letter.clean_fields(exclude={"request", "agency", "supersedes", "decision", "inquiry", "issued_by", "file"})
    letter.save(force_insert=True)
    after = {"kind": letter.kind, "number": letter.number, "version": letter.version}
    basis = LETTER_RULES[LetterKind(letter.kind)].basis
    audit.record(actor, deed, letter, agency=letter.agency, after=after, basis=basis)
    jobs.enqueue(RENDER, letter_id=letter.pk)
    return letter


# --- a new version -------------------------------------------------------------------------------------------------


def is_replaced(letter: Letter) -> bool:
    return Letter.objects.filter(supersedes=letter).exists()


def reasons_against_touching(letter: Letter, actor: Any) -> list[str]:
    """Why this person can do nothing with this version; empty when he can."""
    reasons = reasons_against_writing(letter.agency, actor)
    if is_replaced(letter):
        reasons.append(_("这一版次已经被新的版次替代。"))
    return reasons


def reasons_against_regenerating(letter: Letter, reason: str, actor: Any) -> list[str]:
    """Why no new version can be made; empty when it can."""
    reasons = reasons_against_touching(letter, actor)
    if not reason.strip():
        reasons.append(_("须写明重新生成的理由。"))
    return reasons


def changeable_facts(letter: Letter, actor: Any) -> frozenset[str]:
    """The names of what this person may have a new version say otherwise.

    What two people decided, one under the other's eyes, is not one person's to rewrite: where it is wrong, another
    decision has to be made. Nobody signs what he drafted, and so it is with what stands beside it.
    """
    named = frozenset(known_facts(LetterKind(letter.kind))) - _FIXED
    if letter.decision is None:
        return named
    may_sign = access.can(actor, Permission.RELEASE_REPLY, letter.agency)
    is_second = may_sign and actor.pk != letter.decision.drafted_by_id
    return named & (_CONTACTS | _SIGNED_ANEW if is_second else _CONTACTS)


def _against_changes(letter: Letter, kept: Mapping[str, Any], actor: Any) -> list[str]:
    known, mine = known_facts(LetterKind(letter.kind)), changeable_facts(letter, actor)
    changed = [name for name in known if (letter.facts.get(name) or None) != (kept.get(name) or None)]
    refused = [known[name].label for name in changed if name not in mine | {"issued_on"}]
    return [_("“%s”已经签发或者固定，不能在重新生成时更改。") % "、".join(refused)] if refused else []


@transaction.atomic
def regenerate(
    letter_id: int, *, reason: str, actor: User, at: datetime, changes: Mapping[str, Any] | None = None
) -> Letter:
    """重新生成: the same number and facts but for `changes` (None takes one away) and the day, as a version that names
    the one it replaces.

    What was sent stays as it was sent. Raises ValidationError with every reason.
    """
    old, kind = locked(letter_id)
    check(reasons_against_regenerating(old, reason, actor))
    try:
        facts = from_json(kind, {**old.facts, **(changes or {}), "issued_on": localdate(at)})
    except ValueError as error:
        raise ValidationError(str(error)) from error
    kept = to_json(kind, facts)
    check(_against_changes(old, kept, actor) + _against_naming(old.request, kind, facts))
    if missing := missing_facts(kind, facts):
        raise ValidationError(str(MissingFacts(missing)))
    letter = Letter(
        request=old.request,
        agency=old.agency,
        kind=old.kind,
        number=old.number,
        version=old.version + 1,
        supersedes=old,
        reason=clean_line(reason)[:300],
        facts=kept,
        decision=old.decision,
        inquiry=old.inquiry,
        is_for_applicant=old.is_for_applicant,
        issued_on=localdate(at),
        issued_at=at,
        issued_by=actor,
    )
    return _kept(letter, "letter.regenerate", actor)


def locked(letter_id: int) -> tuple[Letter, LetterKind]:
    """The letter with its request and agency, all locked until the transaction ends."""
    row = procedure.locked(Letter.objects.values_list("request_id", flat=True).get(pk=letter_id))
    letter = Letter.objects.select_for_update(of=("self",)).select_related("agency").get(pk=letter_id)
    letter.request = row
    return letter, LetterKind(letter.kind)


# --- the paper -----------------------------------------------------------------------------------------------------


def file_of(letter_id: int) -> PrivateFile:
    """The PDF, made now if no job has made it yet. Whether this reader may have it is the caller's question.

    Of two who come at once both get the same file. No lock is held while the page is set.
    """
    letter = Letter.objects.select_related("file", "sealed_file").get(pk=letter_id)
    if ready := letter.sealed_file or letter.file:
        return ready
    kind = LetterKind(letter.kind)
    content = render_pdf(kind, from_json(kind, letter.facts))
    with transaction.atomic():
        # Without a join: PostgreSQL joins before it waits, and would not see the file of whoever came first.
        letter = Letter.objects.select_for_update().get(pk=letter_id)
        if letter.file is None:
            letter.file = private_files.store_made(content, name=f"{LETTER_RULES[kind].title}（{letter.number}）")
            letter.save(update_fields=["file"])
        return letter.file


def open_by_staff(letter_id: int, *, actor: User) -> PrivateFile:
    """The PDF for staff: it names the applicant, so the look is in the audit trail. Raises PermissionDenied."""
    letter = Letter.objects.select_related("agency").get(pk=letter_id)
    access.require(actor, Permission.VIEW_APPLICANT, letter.agency)
    with transaction.atomic():
        audit.record(actor, "letter.open", letter, agency=letter.agency)
    return file_of(letter_id)


def reasons_against_sealing(letter: Letter, actor: Any) -> list[str]:
    """Why no sealed copy can be attached; empty when it can."""
    reasons = reasons_against_touching(letter, actor)
    if letter.sealed_file_id and letter.deliveries.exists():
        reasons.append(_("用印件已经发出，不能更换；需要更改的请重新生成。"))
    return reasons


@transaction.atomic
def attach_sealed_copy(letter_id: int, upload: Any, *, actor: User, at: datetime) -> Letter:
    """上传用印件: the scan of the sealed letter, or our PDF with a seal added to it, which takes the place of our PDF.

    Raises ValidationError.
    """
    letter, _kind = locked(letter_id)
    check(reasons_against_sealing(letter, actor))
    before = letter.sealed_file
    try:
        letter.sealed_file = private_files.store_added(upload, made=letter.file, by=actor) or private_files.store(
            upload, by=actor, accepted=private_files.SCANS
        )
    except RefusedFile as error:
        raise ValidationError(str(error)) from error
    letter.save(update_fields=["sealed_file"])
    if before:
        private_files.forget(before)
    audit.record(actor, "letter.seal", letter, agency=letter.agency)
    return letter
