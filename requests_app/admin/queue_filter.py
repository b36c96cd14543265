"""工作队列 of a list: the queues of the landing page as a filter, one of them in force unless all is asked for."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

DEFAULT_QUEUE, EVERYTHING = "open", "all"


class QueueFilter(admin.SimpleListFilter):
    """`?queue=`: what is open, unless something else is asked for. `queues`: (label, condition) by key."""

    title = gettext_lazy("工作队列")
    parameter_name = "queue"
    queues: ClassVar[Mapping[str, tuple[Promise | str, Any]]]
    everything: ClassVar[Promise | str] = gettext_lazy("全部")

    def rows(self, request: HttpRequest, queryset: Any, chosen: Any) -> Any:
        """Those that stand in the chosen queue."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*((key, label) for key, (label, _chosen) in self.queues.items()), (EVERYTHING, self.everything)]

    def value(self) -> str:
        """Whatever is no queue is the default."""
        chosen = super().value()
        return chosen if chosen in {*self.queues, EVERYTHING} else DEFAULT_QUEUE

    def choices(self, changelist: Any) -> Iterator[Any]:
        for lookup, title in self.lookup_choices:
            yield {
                "selected": self.value() == lookup,
                "query_string": changelist.get_query_string({self.parameter_name: lookup}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == EVERYTHING:
            return queryset
        return self.rows(request, queryset, self.queues[self.value()][1])
