"""送达: the ways a letter goes out, and the proof that it arrived, from which periods run."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from govportal import access, audit, notices, private_files
from govportal.files import RefusedFile
from govportal.html import clean_text
from govportal.models import PrivateFile, User
from govportal.permissions import Permission
from requests_app.audit_words import APPLICANT
from requests_app.enums import Action, DeliveryWay
from requests_app.letter_rules import ASKED_BY, LETTER_RULES, LetterKind
from requests_app.letters import from_json, render_text
from requests_app.models import Applicant, Delivery, InformationRequest, Letter
from requests_app.services import charge, inquire, letters, procedure, tell
from requests_app.services.procedure import check

_MAIL = re.compile(r"[^\s,;:，；：、<>()（）]+@[^\s,;:，；：、<>()（）]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """How a letter goes out. `note`: consignment number, window; `sent_on` None: today."""

    way: DeliveryWay | str
    sent_on: date | None = None
    note: str = ""


def mail_address(letter: Letter) -> str:
    """Where the addressee reads mail; empty when nobody has told."""
    if letter.is_for_applicant:
        applicant = Applicant.objects.filter(request=letter.request_id).first()
        return applicant.email if applicant else ""
    found = _MAIL.search(letter.inquiry.contact) if letter.inquiry else None
    try:
        validate_email(found[0] if found else "")
    except ValidationError:
        return ""
    return found[0] if found else ""


def reasons_against_sending(letter: Letter, dispatch: Dispatch, actor: Any, today: date) -> list[str]:
    """Why this letter cannot go out this way; empty when it can."""
    reasons = letters.reasons_against_touching(letter, actor)
    if dispatch.way not in DeliveryWay.values:
        return [*reasons, _("请选择送达方式。")]
    if dispatch.way == DeliveryWay.DOWNLOAD and not letter.is_for_applicant:
        reasons.append(_("只有申请人可以凭查询码在网上下载。"))
    if dispatch.way == DeliveryWay.DOWNLOAD and not letter.request.query_key:
        reasons.append(_("这一申请没有查询码，不能在网上下载。"))
    if dispatch.way == DeliveryWay.EMAIL and not mail_address(letter):
        reasons.append(_("没有收件人的电子邮箱。"))
    if not letter.issued_on <= (dispatch.sent_on or today) <= today:
        reasons.append(_("发出日期须在成文日期以后、今天以前。"))
    return reasons


@transaction.atomic
def send(letter_id: int, dispatch: Dispatch, *, actor: User, at: datetime) -> Delivery:
    """发出, and mail where that is the way. Raises ValidationError with every reason."""
    letter, _kind = letters.locked(letter_id)
    check(reasons_against_sending(letter, dispatch, actor, localdate(at)))
    delivery = Delivery.objects.create(
        letter=letter,
        way=dispatch.way,
        sent_on=dispatch.sent_on or localdate(at),
        sent_by=actor,
        note=clean_text(dispatch.note),
    )
    if dispatch.way == DeliveryWay.EMAIL:
        _mail(letter, delivery)
    audit.record(actor, "letter.send", letter, agency=letter.agency, after={"way": str(dispatch.way)})
    return delivery


def _mail(letter: Letter, delivery: Delivery) -> None:
    """The applicant is led to the page that his code opens; others, who have none, get the words of their letter."""
    key = f"letter-delivery:{delivery.pk}"
    if letter.is_for_applicant:
        words = {"number": letter.request.number, "letter": letter.number}
        sentence = _("您的申请 %(number)s 的文书 %(letter)s 可以下载。") % words
        tell.tell_applicant(letter.request, key=key, sentence=sentence)
        return
    kind = LetterKind(letter.kind)
    notices.enqueue(
        key=key,
        address=mail_address(letter),
        subject=f"{LETTER_RULES[kind].title}（{letter.number}）",
        body=render_text(kind, from_json(kind, letter.facts)),
    )


# --- arrival -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """送达 on a day, with who signed or what the post says, and the scan that proves it."""

    delivered_on: date
    note: str = ""
    proof: Any = None  # an uploaded file


def reasons_against_recording(delivery: Delivery, arrival: Arrival, actor: Any, today: date) -> list[str]:
    """Why this arrival cannot be recorded; empty when it can."""
    reasons = letters.reasons_against_writing(delivery.letter.agency, actor)
    if delivery.delivered_on:
        reasons.append(_("已经登记 %s 送达。") % delivery.delivered_on.isoformat())
    if not delivery.sent_on <= arrival.delivered_on <= today:
        reasons.append(_("送达日期须在发出之日以后、今天以前。"))
    return reasons


@transaction.atomic
def record_delivery(delivery_id: int, arrival: Arrival, *, actor: User, at: datetime) -> Delivery:
    """登记送达. Of an inquiry or a fee notice the period of whoever got it starts to run. Raises ValidationError."""
    delivery = _locked(delivery_id)
    check(reasons_against_recording(delivery, arrival, actor, localdate(at)))
    if arrival.proof:
        try:
            delivery.proof = private_files.store(arrival.proof, by=actor, accepted=private_files.SCANS)
        except RefusedFile as error:
            raise ValidationError(str(error)) from error
    delivery.delivered_on = arrival.delivered_on
    delivery.note = "\n".join(filter(None, [delivery.note, clean_text(arrival.note)]))
    delivery.save(update_fields=["delivered_on", "note", "proof"])
    letter = delivery.letter
    after = {"way": delivery.way, "delivered_on": arrival.delivered_on.isoformat()}
    audit.record(actor, "letter.deliver", letter, agency=letter.agency, after=after)
    _start_periods(letter, arrival.delivered_on, actor=actor, at=at)
    return delivery


def _start_periods(letter: Letter, delivered_on: date, *, actor: User | None, at: datetime) -> None:
    """Where the step still stands open and nobody has recorded the arrival by hand. `actor` None: the applicant has
    opened the letter."""
    kind = LetterKind(letter.kind)
    if kind is LetterKind.FEE:
        if letter.request.fee.delivered_on is None and not charge.reasons_against_delivery(letter.request, actor):
            charge.note_delivery(letter.request_id, delivered_on, actor=actor, at=at)
    elif kind in ASKED_BY and actor and not procedure.reasons_against(letter.request, Action.NOTE_DELIVERY, actor):
        inquiry = letter.inquiry
        if inquiry and inquiry.delivered_on is None and inquiry.answered_on is None:
            inquire.note_delivery(inquiry.pk, delivered_on, actor=actor, at=at)


def _locked(delivery_id: int) -> Delivery:
    letter_id = Delivery.objects.values_list("letter_id", flat=True).get(pk=delivery_id)
    letter, _kind = letters.locked(letter_id)
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    delivery.letter = letter
    return delivery


@transaction.atomic
def open_proof(delivery_id: int, *, actor: User) -> PrivateFile | None:
    """送达凭证 for staff, None where there is none: it names who got the letter, so the look is in the audit trail.

    Raises PermissionDenied.
    """
    delivery = Delivery.objects.select_related("letter__agency", "proof").get(pk=delivery_id)
    letter = delivery.letter
    access.require(actor, Permission.VIEW_APPLICANT, letter.agency)
    if delivery.proof:
        audit.record(actor, "letter.open_proof", letter, agency=letter.agency, after={"delivery": delivery.pk})
    return delivery.proof


# --- the applicant's page ------------------------------------------------------------------------------------------


def shown_to_applicant(row: InformationRequest) -> "QuerySet[Letter]":
    """Letters to him that went out, by whatever way; of each the newest version that did."""
    sent = Letter.objects.filter(Exists(Delivery.objects.filter(letter=OuterRef("pk"))))
    # By the version, not by what it supersedes: one in between may never have gone out.
    newer = sent.filter(agency=OuterRef("agency"), number=OuterRef("number"), version__gt=OuterRef("version"))
    return sent.filter(~Exists(newer), request=row, is_for_applicant=True).order_by("pk")


@transaction.atomic
def note_download(letter_id: int, *, at: datetime) -> None:
    """The applicant has opened it: the day on which a letter sent to his page or by mail has arrived. Once. What
    runs from the arrival of that letter begins to run."""
    waiting = Delivery.objects.filter(
        letter=letter_id, way__in=[DeliveryWay.DOWNLOAD, DeliveryWay.EMAIL], delivered_on=None
    )
    if not waiting.exists():  # as every time but the first: nothing is locked
        return
    letter, _kind = letters.locked(letter_id)
    deliveries = list(waiting.select_for_update().order_by("pk"))
    for delivery in deliveries:
        delivery.delivered_on = max(localdate(at), delivery.sent_on)
        delivery.save(update_fields=["delivered_on"])
    if deliveries:
        audit.record(APPLICANT, "letter.download", letter, agency=letter.agency)
        _start_periods(letter, max(localdate(at), deliveries[0].sent_on), actor=None, at=at)
