"""A scorecard and a ranking as PDF, always in Chinese; the same frozen round gives the same bytes."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from disclosure.document_parts import whole_numbers
from disclosure.publication_log import canonical_json
from evaluation.models import Assessment, AssessmentRound
from evaluation.scorecard_contexts import card_context, compared_context, grade_context, place_context, round_context
from evaluation.scorecard_exports import card_json, ranking_json
from evaluation.scorecard_filters import Asked
from evaluation.scorecard_reading import log_entry_of, ranking, scorecard
from govportal import paper_cache, pdf, qr
from govportal.site import absolute_url, site_profile

STYLE_SHEETS = ("css/print.css", "css/scorecard_print.css")
INK = "#0f4c8c"


def of_card(row: AssessmentRound, one: Assessment) -> tuple[bytes, str]:
    """The file and its name."""
    with override(settings.LANGUAGE_CODE):
        card = scorecard(row, one)
        title = f"{card.official_name} {row.name}成绩单"
        context = card_context(card, ink=INK) | {"title": title, "entry": log_entry_of(row)}
        data = pdf.Embedded("scorecard.json", canonical_json(card_json(card)), description=title, relationship="Data")
        address = absolute_url(reverse("scorecard", args=[row.slug, one.agency.code]))
        return _made(row, "evaluation/scorecard_pdf.html", context, address, data), f"{title}.pdf"


def of_round(row: AssessmentRound, wanted: Asked) -> tuple[bytes, str]:
    """As far as it is asked for; the title says what of it."""
    with override(settings.LANGUAGE_CODE):
        everybody = ranking(row)
        places = wanted.narrow(everybody)
        narrowed = "，".join(wanted.words)
        title = f"{row.name}排名" + (f"（{narrowed}）" if narrowed else "")
        context = round_context(row) | {
            **compared_context(row, everybody),
            "title": title,
            "narrowed": narrowed,
            "asked": wanted,
            "assessed": len(everybody),
            "entry": log_entry_of(row),
            "counts": grade_context(row, places),
            "lines": [place_context(one, ink=INK) for one in places],
        }
        record = canonical_json(ranking_json(row, places, wanted.parameters))
        data = pdf.Embedded("scorecards.json", record, description=title, relationship="Data")
        address = absolute_url(reverse("scorecards") + wanted.query(round=row.slug))
        return _made(row, "evaluation/scorecard_list_pdf.html", context, address, data), f"{title}.pdf"


def _made(row: AssessmentRound, template: str, context: Mapping[str, Any], address: str, data: pdf.Embedded) -> bytes:
    assert row.frozen_at is not None
    at, title = row.frozen_at, context["title"]
    site = site_profile()
    extra = {"address": address, "portal": site.name, "region": site.government.removesuffix("人民政府")}
    html = whole_numbers(render_to_string(template, {**context, **extra}))
    given = {"qr.svg": qr.svg(address)}

    def make() -> bytes:
        return pdf.render(
            html, stylesheets=STYLE_SHEETS, title=title, created_at=at, resources=given, attachments=[data]
        )

    source = pdf.Source(html, STYLE_SHEETS, resources={**given, data.name: data.data})
    return paper_cache.get_or_make(source, make, title=title, created_at=at)
