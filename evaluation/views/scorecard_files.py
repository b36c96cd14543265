"""Scorecards as files: CSV, JSON, PDF, the archive that everybody recomputes, and public evidence."""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaluation import scorecard_exports as exports
from evaluation import scorecard_pdf
from evaluation.models import AssessmentRound
from evaluation.scorecard_archive import is_as_frozen
from evaluation.scorecard_filters import Asked, asked
from evaluation.scorecard_reading import findings_of, published_rounds, ranking, scorecard
from evaluation.scorecard_rounds import chosen
from evaluation.scorecards import line
from evaluation.services.evidence import public_evidence
from evaluation.views.scorecards import find, published, score_of
from govportal import files, private_files
from govportal.spreadsheets import csv_response

logger = logging.getLogger(__name__)

_PLAIN = {"ensure_ascii": False, "indent": 1}


# --- a round --------------------------------------------------------------------------------------------------------


@require_safe
def all_csv(request: HttpRequest) -> HttpResponseBase:
    """Every agency of every published round, as far as the filter of the page lets it through."""
    wanted = asked(request.GET.dict())
    if wanted.problems:
        return _refused(wanted)
    rounds = [row for row in published_rounds() if wanted.round in ("", row.slug)]
    return csv_response(wanted.named("scorecards"), _all_rows(rounds, wanted))


def _all_rows(rounds: Sequence[AssessmentRound], wanted: Asked) -> Iterator[Sequence[object]]:
    yield exports.RESULTS
    for row in rounds:
        records = (exports.place_record(row, one) for one in wanted.narrow(ranking(row)))
        yield from list(exports.ranking_rows(records))[1:]


def _narrowed(request: HttpRequest, slug: str) -> tuple[AssessmentRound, Asked] | HttpResponse:
    """A round and what of it is asked for; the answer to what means nothing."""
    row, wanted = published(slug), asked({**request.GET.dict(), "round": slug})
    if isinstance(row, HttpResponse):
        return row
    return _refused(wanted) if wanted.problems else (row, wanted)


def _refused(wanted: Asked) -> HttpResponse:
    return HttpResponse("\n".join(wanted.problems), status=400, content_type="text/plain; charset=utf-8")


@require_safe
def newest_archive(request: HttpRequest) -> HttpResponseBase:
    """For programs: an address that stays while rounds follow each other. The round that the ranking begins with."""
    row = chosen(published_rounds(), "")
    if row is None:
        raise Http404(_("还没有公布成绩单。"))
    return redirect("scorecards_archive", row.slug)


@require_safe
def ranking_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    found = _narrowed(request, slug)
    if isinstance(found, HttpResponse):
        return found
    row, wanted = found
    records = (exports.place_record(row, one) for one in wanted.narrow(ranking(row)))
    return csv_response(wanted.named(f"scorecards-{row.slug}"), exports.ranking_rows(records))


@require_safe
def ranking_json(request: HttpRequest, slug: str) -> HttpResponseBase:
    found = _narrowed(request, slug)
    if isinstance(found, HttpResponse):
        return found
    row, wanted = found
    record = exports.ranking_json(row, wanted.narrow(ranking(row)), wanted.parameters)
    return JsonResponse(record, json_dumps_params=_PLAIN)


def ranking_pdf(request: HttpRequest, slug: str) -> HttpResponseBase:
    found = _narrowed(request, slug)
    if isinstance(found, HttpResponse):
        return found
    return _pdf(*scorecard_pdf.of_round(*found))


@require_safe
def archive(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The frozen bytes, whose SHA-256 the item of the round carries, and no others."""
    row = published(slug)
    if isinstance(row, HttpResponse):
        return row
    if row.archive is None:
        raise Http404(_("没有这个文件。"))
    if not is_as_frozen(row):
        logger.error("the archive of %s is missing, or not the one that was frozen", row.slug)
        words = _("复算包打不开，或者与登记的摘要不符，暂时不能下载。")
        return HttpResponse(words, status=503, content_type="text/plain; charset=utf-8")
    return files.serve(row.archive, request)


# --- a card ---------------------------------------------------------------------------------------------------------


@require_safe
def card_csv(request: HttpRequest, slug: str, code: str) -> HttpResponseBase:
    found = find(slug, code)
    if isinstance(found, HttpResponse):
        return found
    card = scorecard(*found)
    return csv_response(f"scorecard-{slug}-{code}", exports.card_rows(card))


@require_safe
def card_json(request: HttpRequest, slug: str, code: str) -> HttpResponseBase:
    found = find(slug, code)
    if isinstance(found, HttpResponse):
        return found
    return JsonResponse(exports.card_json(scorecard(*found)), json_dumps_params=_PLAIN)


def card_pdf(request: HttpRequest, slug: str, code: str) -> HttpResponseBase:
    found = find(slug, code)
    if isinstance(found, HttpResponse):
        return found
    return _pdf(*scorecard_pdf.of_card(*found))


@require_safe
def indicator_csv(request: HttpRequest, slug: str, code: str, indicator: str) -> HttpResponseBase:
    """The cases of one point as they stand in inputs/cases.csv; of a manual indicator its findings."""
    found = find(slug, code)
    if isinstance(found, HttpResponse):
        return found
    _row, one = found
    score = score_of(one, indicator)
    name = f"scorecard-{slug}-{code}-{indicator}"
    if score.indicator.measure:
        return csv_response(name, exports.case_rows(score, code))
    findings = findings_of(one, (), indicator=score.indicator_id).get(score.indicator_id, ())
    return csv_response(name, exports.finding_rows(code, line(score, findings, {}, "")))


@require_safe
def evidence(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """A file that the inspectors opened to everybody. `name` only makes the address readable."""
    held = public_evidence(pk)
    if held is None:
        raise Http404(_("没有这个文件。"))
    return private_files.serve(held.file, request)


def _pdf(data: bytes, name: str) -> HttpResponse:
    headers: dict[str, Any] = {"Content-Disposition": content_disposition_header(as_attachment=False, filename=name)}
    return HttpResponse(data, content_type="application/pdf", headers=headers)
