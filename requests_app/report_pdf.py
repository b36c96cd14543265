"""An annual report as PDF in the official form; the same report gives the same bytes."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from disclosure.document_parts import whole_numbers
from disclosure.publication_log import canonical_json
from govportal import paper_cache, pdf
from requests_app.models import AnnualReport
from requests_app.report_page import sheets
from requests_app.report_reading import read_report
from requests_app.report_tables import Cells

STYLE_SHEETS = ("css/print.css", "css/report_print.css")
TEMPLATE = "requests_app/report_pdf.html"
_LINE_ENDS = re.compile(r"\s*\n\s*")


def of_frozen(row: AnnualReport, title: str) -> bytes:
    """A frozen report, which is public, with its payload inside the file for machines."""
    assert row.payload is not None and row.frozen_at is not None
    report = read_report(row.payload)
    context = {"report": row, "title": title, "as_of": row.payload["as_of"]}
    data = pdf.Embedded("report.json", canonical_json(row.payload), description=title, relationship="Data")
    html = _html(context, report.tables, report.parts or {})
    at = row.frozen_at

    def make() -> bytes:
        return pdf.render(html, stylesheets=STYLE_SHEETS, title=title, created_at=at, attachments=[data])

    source = pdf.Source(html, STYLE_SHEETS, resources={data.name: data.data})
    return paper_cache.get_or_make(source, make, title=title, created_at=at)


def of_draft(tables: Mapping[str, Cells], parts: Mapping[str, str], *, title: str, as_of: str, at: datetime) -> bytes:
    """What is being written, marked as no report yet."""
    html = _html({"title": title, "as_of": as_of, "is_draft": True}, tables, parts)
    return pdf.render(html, stylesheets=STYLE_SHEETS, title=title, created_at=at)


def _html(context: Mapping[str, Any], tables: Mapping[str, Cells], parts: Mapping[str, str]) -> str:
    """Each line of a part is a paragraph: on paper all of them are indented."""
    paragraphs = {key: _LINE_ENDS.sub("\n\n", text) for key, text in parts.items()}
    return whole_numbers(render_to_string(TEMPLATE, {**context, "sheets": sheets(tables), "parts": paragraphs}))
