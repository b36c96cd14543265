"""Letters of the demo's cases: issued with the deed they tell of, sent the way the applicant chose, and arrived."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from govportal.models import User
from requests_app.enums import Channel, DeliveryWay, InquiryKind, SupplyWay
from requests_app.letter_rules import LetterKind
from requests_app.models import Delivery, InformationRequest, Inquiry
from requests_app.services import letter_delivery, letters

_WAYS: Mapping[str, DeliveryWay] = MappingProxyType(
    {
        SupplyWay.DOWNLOAD: DeliveryWay.DOWNLOAD,
        SupplyWay.EMAIL: DeliveryWay.EMAIL,
        SupplyWay.POST: DeliveryWay.POST,
        SupplyWay.FAX: DeliveryWay.FAX,
        SupplyWay.COUNTER: DeliveryWay.COUNTER,
    }
)
_NOTES: Mapping[DeliveryWay, str] = MappingProxyType(
    {
        DeliveryWay.POST: "挂号信",
        DeliveryWay.COUNTER: "窗口当面送达",
        DeliveryWay.FAX: "传真发出，电话确认收到",
    }
)
_INQUIRIES = {
    InquiryKind.THIRD_PARTY: LetterKind.THIRD_PARTY_INQUIRY,
    InquiryKind.CO_AGENCY: LetterKind.CO_AGENCY_INQUIRY,
}


def issue(
    row: InformationRequest,
    kind: LetterKind,
    *,
    actor: User,
    at: datetime,
    inquiry: Inquiry | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Issue and send, to the applicant by the way he chose, to others by post."""
    order = letters.Order(kind=kind, inquiry=inquiry, facts=facts or {})
    letter = letters.issue(row.pk, order, actor=actor, at=at)
    way = _WAYS[row.supply_way] if letter.is_for_applicant else DeliveryWay.POST
    dispatch = letter_delivery.Dispatch(way=way, note=_NOTES.get(way, ""))
    letter_delivery.send(letter.pk, dispatch, actor=actor, at=at)


def ask(row: InformationRequest, inquiry: Inquiry, *, actor: User, at: datetime) -> None:
    """The letter to whoever is asked, and the one that tells the applicant that the clock stands still."""
    issue(row, _INQUIRIES[InquiryKind(inquiry.kind)], actor=actor, at=at, inquiry=inquiry)
    issue(row, LetterKind.PAUSE, actor=actor, at=at, inquiry=inquiry)


def confirm_receipt(row: InformationRequest, *, actor: User, at: datetime) -> None:
    """登记回执 on paper, for whoever stood at the counter; others have it from the portal."""
    if row.channel in (Channel.COUNTER, Channel.ORAL):
        issue(row, LetterKind.REGISTRATION_RECEIPT, actor=actor, at=at)


def arrive(row: InformationRequest, on: date, *, actor: User, at: datetime, inquiry: Inquiry | None = None) -> None:
    """Everything on its way to the applicant, or the letter of an inquiry, has come."""
    waiting = Delivery.objects.filter(letter__request=row, delivered_on=None, sent_on__lte=on)
    waiting = waiting.filter(letter__inquiry=inquiry, letter__is_for_applicant=False) if inquiry else waiting.filter(
        letter__is_for_applicant=True
    )  # fmt: skip
    for delivery in waiting.order_by("pk"):
        if delivery.way in (DeliveryWay.DOWNLOAD, DeliveryWay.EMAIL):
            letter_delivery.note_download(delivery.letter_id, at=at)
        else:
            arrival = letter_delivery.Arrival(delivered_on=on)
            letter_delivery.record_delivery(delivery.pk, arrival, actor=actor, at=at)
