"""Pages of a listing: bounded, and clear about an address that names a page there is not."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from disclosure.search import count_hits

PAGE_SIZE = 20


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # not subscriptable when run
    """Counts and turns pages as far as `count_hits` goes; narrower conditions or the CSV reach the rest."""

    def __init__(self, rows: QuerySet[Any, Any], *, per_page: int = PAGE_SIZE) -> None:
        super().__init__(rows, per_page)

    @cached_property
    def _counted(self) -> tuple[int, bool]:
        rows: Any = self.object_list
        return count_hits(rows)

    @cached_property
    def count(self) -> int:
        return self._counted[0]

    @property
    def is_capped(self) -> bool:
        return self._counted[1]

    @property
    def shown_count(self) -> str:
        return f"{self.count}+" if self.is_capped else str(self.count)


def read_page(request: HttpRequest, paginator: BoundedPaginator) -> tuple[Page[Any], list[str]]:
    """The page the address names, and what to tell the reader when there is no such page."""
    asked = request.GET.get("page", "1")
    if not (asked.isascii() and asked.isdigit()) or int(asked[:12]) < 1:
        return paginator.page(1), [_("页码“%(page)s”无效，显示第1页。") % {"page": asked[:20]}]
    if int(asked[:12]) <= paginator.num_pages:
        return paginator.page(int(asked)), []
    last = paginator.page(paginator.num_pages)
    if paginator.is_capped:
        return last, [
            _("最多翻到第%(last)s页。请加上条件缩小范围，或者下载全部结果的 CSV。") % {"last": paginator.num_pages}
        ]
    return last, [_("没有第%(page)s页，显示最后一页。") % {"page": asked[:20]}]
