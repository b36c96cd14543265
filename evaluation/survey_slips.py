"""评议单: one-time tokens on paper, four to a sheet of A4, with marks to cut along. Kept nowhere.

A slip bears the number of a person and his group, never his name: whoever finds it learns nothing. A page before many
says to the staff whose number it is, and is no part of what is handed out; where the slips bear no names there is none.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import batched

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from evaluation.models import Survey
from evaluation.services.survey_tokens import Slip
from evaluation.survey_words import INVITED_SECRECY
from govportal import pdf, qr
from govportal.site import site_profile

STYLE_SHEETS = ("css/print.css", "css/survey_slips.css")
TEMPLATE = "evaluation/survey_slips.html"
A_SHEET = 4


def render(row: Survey, slips: Sequence[Slip], *, at: datetime) -> bytes:
    """The sheets as PDF/UA-1."""
    title = f"{row.title}评议单"
    with translation.override(settings.LANGUAGE_CODE):
        context = {"survey": row, "title": title, "site": site_profile(), "with_list": any(slip.name for slip in slips)}
        context["secrecy"] = INVITED_SECRECY
        context["sheets"] = list(batched(slips, A_SHEET))
        html = render_to_string(TEMPLATE, context)
    codes = {f"code-{slip.number}.png": qr.png(slip.address, border=0) for slip in slips}
    return pdf.render(html, stylesheets=STYLE_SHEETS, title=title, created_at=at, variant="pdf/ua-1", resources=codes)
