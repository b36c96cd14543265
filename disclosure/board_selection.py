"""Which items a section of a 公开栏 takes, on a day and for a period: public ones alone, newest first or as picked."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from disclosure.enums import SectionSource, SectionSpan
from disclosure.models import BoardSection, Item, NoticeBoard
from disclosure.obligation_periods import add_months
from disclosure.queries import ItemQuerySet
from govportal.models import Agency


@dataclass(frozen=True, slots=True)
class Period:
    """公开期: what was published from `start` to `end`, both included."""

    start: date
    end: date


def selected(section: BoardSection, board: NoticeBoard, period: Period, today: date) -> list[Item]:
    """The items with their current edition, at most `newest`."""
    public = Item.objects.shown_on_walls(today).select_related("agency", "current_edition")
    if section.source == SectionSource.PICKED:
        order = dict(section.picked.values_list("item", "pk"))
        places = list(section.picked.values_list("item", flat=True))
        found = {item.pk: item for item in public.filter(pk__in=order)}
        return [found[pk] for pk in places if pk in found]
    return list(_asked(public, section, board, period, today).newest_first()[: section.newest])


def _asked(
    public: ItemQuerySet, section: BoardSection, board: NoticeBoard, period: Period, today: date
) -> ItemQuerySet:
    items = public.in_force(today)
    items = items.filter(agency__in=_agencies(section.agency or board.agency, has_lower=section.has_lower))
    if section.category:
        items = items.filter(category=section.category)
    if section.item_type:
        items = items.filter(item_type=section.item_type)
    if section.span == SectionSpan.PERIOD:
        # What was amended in the period is news as well.
        fresh = Q(published_on__range=(period.start, period.end)) | Q(
            updated_at__date__range=(period.start, period.end)
        )
        items = items.filter(fresh)
    if section.span == SectionSpan.YEAR:
        items = items.filter(published_on__gt=add_months(today, -12))
    return items


def _agencies(agency: Agency, *, has_lower: bool) -> list[int]:
    if not has_lower:
        return [agency.pk]
    below = Agency.objects.active().filter(path__startswith=f"{agency.path}{agency.pk}/")
    return [agency.pk, *below.values_list("pk", flat=True)]
