"""How long whoever asks for a paper waits: a long document, a service guide, and the same file asked for again."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib.auth.models import AnonymousUser

from benchmarks.measure import Context, Measure
from disclosure import documents
from disclosure.documents import Paper
from disclosure.services.demo_texts import load_items
from govportal import pdf
from govportal.html import sanitise
from govportal.now import today
from tests.factories import make_item

LIMIT = 1.5  # seconds for 60 pages
ARTICLE = (
    "第{n}条　为规范惠民惠农财政补贴资金公示工作，保障群众的知情权、参与权和监督权，"
    "根据有关法律法规的规定，结合本县实际，制定本办法。"
)
CHAPTERS = 54


def run(context: Context) -> list[Measure]:
    chapters = (f"<h2>第{n}章</h2>" + f"<p>{ARTICLE.format(n=n)}</p>" * 8 for n in range(CHAPTERS))
    long = _paper(item_type="normative", title="公示办法", body="".join(chapters))
    raw = max((one for one in load_items(today()) if one["type"] == "power"), key=lambda one: len(str(one["extra"])))
    power = _paper(item_type="power", title=raw["title"], body=sanitise(raw["body"]), extra=raw["extra"])
    source = pdf.Source(long.html, documents.STYLE_SHEETS, "pdf/ua-1", long.resources)
    pages = pdf.lay_out(source).page_count
    documents.made(long)
    return [
        Measure("an official document, pages", pages, "", 60, at_least=True),
        Measure("the same, set anew", _seconds(lambda: documents.made(replace(long, is_public=False))), "s", LIMIT),
        Measure("the same, asked for again", _seconds(lambda: documents.made(long)), "s"),
        Measure("a power with its flowchart", _seconds(lambda: documents.made(replace(power, is_public=False))), "s"),
    ]


def _paper(item_type: str, **edition: Any) -> Paper:
    item = make_item(item_type=item_type, edition=edition)
    return documents.item_paper(documents.printable(AnonymousUser()).get(pk=item.pk), AnonymousUser())


def _seconds(make: Callable[[], bytes]) -> float:
    """The least of three: what it takes, not what else the machine does meanwhile."""

    def once() -> float:
        began = time.perf_counter()
        make()
        return time.perf_counter() - began

    return min(once() for _turn in range(3))
