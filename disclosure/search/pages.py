"""Pages of the portal that no index holds, named above the hits; upper apps add theirs in `AppConfig.ready()`."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Shown where the query has one of `words` in it."""

    label: Promise | str
    url_name: str
    words: tuple[str, ...]


search_pages: dict[str, SearchPage] = {}  # by key, in the order they are shown


def pages_named_in(query: str) -> list[SearchPage]:
    return [page for page in search_pages.values() if any(word in query for word in page.words)]
