"""评议单: one-time tokens on paper, eight to a sheet of A4, with marks to cut along. Kept nowhere.

A slip bears the number of a person and his group, never his name: whoever finds it learns nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import batched

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from evaluation.models import Survey
from evaluation.services.survey_tokens import Slip
from govportal import pdf, qr

STYLE_SHEETS = ("css/print.css", "css/survey_slips.css")
TEMPLATE = "evaluation/survey_slips.html"
A_SHEET = 8


def render(row: Survey, slips: Sequence[Slip], *, at: datetime) -> bytes:
    """The sheets as PDF/UA-1."""
    title = f"{row.title}评议单"
    with translation.override(settings.LANGUAGE_CODE):
        html = render_to_string(TEMPLATE, {"survey": row, "title": title, "sheets": list(batched(slips, A_SHEET))})
    codes = {f"code-{slip.number}.png": qr.png(slip.address, border=0) for slip in slips}
    return pdf.render(html, stylesheets=STYLE_SHEETS, title=title, created_at=at, variant="pdf/ua-1", resources=codes)
