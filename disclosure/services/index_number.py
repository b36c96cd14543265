"""Index numbers (索引号): by a configurable pattern, unique, never reused, allocated without races."""

import re
from datetime import date
from string import Formatter

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from disclosure.enums import Audience
from disclosure.models import IndexCounter, Item
from govportal.models import Agency
from govportal.site import site_profile

INTERNAL_MARK = "NB-"  # 内部
_PARTS = {"agency", "credit", "year", "month", "type", "sequence"}


def validate_pattern(pattern: str) -> None:
    """Raise ValidationError unless the pattern has {sequence} once, at its end, and only known parts."""
    try:
        parts = [name for _text, name, _spec, _conv in Formatter().parse(pattern) if name is not None]
        pattern.format(**dict.fromkeys(_PARTS, 1))
    except (ValueError, KeyError, IndexError) as error:
        raise ValidationError(_("索引号规则写法有误。")) from error
    if parts.count("sequence") != 1 or set(parts) - _PARTS:
        raise ValidationError(_("索引号规则须含一个 {sequence}，并且只能使用列出的部分。"))


def slug_for(index_number: str) -> str:
    """The address of an item: its index number with / as -, and no character that an address cannot carry."""
    return re.sub(r"[^\w-]+", "-", index_number).strip("-") or "item"


def allocate(agency: Agency, item_type: str, on: date, audience: str = Audience.PUBLIC) -> str:
    """The next index number. Call inside a transaction: the counter row stays locked until it ends.

    The counter only rises; numbers that an import brought along are stepped over. Internal items count by
    themselves, so that public numbers show no gap.
    """
    pattern = site_profile().index_pattern
    if audience == Audience.INTERNAL:
        pattern = INTERNAL_MARK + pattern
    parts = {
        "agency": agency.code,
        "credit": agency.credit_code or agency.code,
        "year": on.year,
        "month": f"{on.month:02}",
        "type": item_type,
    }
    prefix = re.sub(r"\{sequence[^}]*\}", "#", pattern).format(**parts)
    counter = IndexCounter.locked(prefix)
    while True:
        counter.last += 1
        number = pattern.format(**parts, sequence=counter.last)
        if not is_taken(number):
            break
    counter.save(update_fields=["last"])
    return number


def reason_against(index_number: str) -> str:
    """Why a number that an archive brings along cannot be kept; empty when it can."""
    if len(index_number) > (Item._meta.get_field("index_number").max_length or 0):
        return _("索引号太长")
    return _("索引号 %s 已被使用") % index_number if is_taken(index_number) else ""


def is_taken(index_number: str) -> bool:
    """True if an item has the number, or the address that would be made of it."""
    return Item.objects.filter(Q(index_number=index_number) | Q(slug=slug_for(index_number))).exists()
