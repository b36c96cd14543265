"""Letters of the demo's cases on their way: sent as the applicant chose, and arrived."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType

from govportal.models import User
from requests_app.enums import DELIVERY_OF, DeliveryWay, SupplyWay
from requests_app.models import Delivery, InformationRequest, Inquiry, Letter
from requests_app.services import letter_delivery

_NOTES: Mapping[DeliveryWay, str] = MappingProxyType(
    {
        DeliveryWay.POST: "挂号信",
        DeliveryWay.COUNTER: "窗口当面送达",
        DeliveryWay.FAX: "传真发出，电话确认收到",
    }
)


def send(letters: Iterable[Letter], *, actor: User, at: datetime) -> None:
    """To the applicant by the way he chose, to others by post."""
    for letter in letters:
        way = DELIVERY_OF[SupplyWay(letter.request.supply_way)] if letter.is_for_applicant else DeliveryWay.POST
        dispatch = letter_delivery.Dispatch(way=way, note=_NOTES.get(way, ""))
        letter_delivery.send(letter.pk, dispatch, actor=actor, at=at)


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
