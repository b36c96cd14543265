"""Lists as PDF, and the files that the print queue has made: ordered by a button, watched, fetched."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header, parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from disclosure import print_files, print_tables
from disclosure.enums import PrintFormat, PrintState
from disclosure.filters import InvalidFilter, ParameterFilterSet
from disclosure.models import PrintJob
from disclosure.print_tables import MOST_ROWS, PAPER_TABLES, ROWS, PaperTable
from disclosure.services import print_jobs
from govportal import pdf, throttle
from govportal.now import now, today
from govportal.throttle import Limit

REFRESH_SECONDS = 5
ORDERS = Limit("print orders", 10, timedelta(days=1))
# Papers that had to be laid out; what is kept already costs nothing.
PAPERS = Limit("tables on paper", 60, timedelta(hours=1))
_TYPES = {PrintFormat.PDF.value: "application/pdf", PrintFormat.ZIP.value: "application/zip"}


class _TooOften(Exception):
    pass


@require_http_methods(["GET", "HEAD", "POST"])
def table(request: HttpRequest, key: str) -> HttpResponseBase:
    """The list as a PDF at once; what is too long for one is offered in volumes, and ordered by POST.

    A value that nobody can mean is refused, and a parameter that no list has is none, both as with the CSV.
    """
    paper = PAPER_TABLES[key]
    filterset = paper.filters(request.GET)
    try:
        filterset.require_valid()
    except InvalidFilter as error:
        return HttpResponse("；".join(error.messages), status=400, content_type="text/plain; charset=utf-8")
    count = print_tables.count(filterset)
    if count > ROWS:
        return (
            _order(request, paper, filterset, count)
            if request.method == "POST"
            else _offer(request, paper, filterset, count)
        )
    try:
        content = print_tables.table_pdf(paper, filterset, before=lambda: _count_paper(request))
    except _TooOften:
        problem = _("从这个网络地址一小时内生成的 PDF 太多，请过一会儿再来，或者下载 CSV。")
        return _offer(request, paper, filterset, count, problem=problem, status=429)
    except pdf.TooLong:
        problem = _("文字太多，一份 PDF 放不下。请加上条件缩小范围，或者下载 CSV。")
        return _offer(request, paper, filterset, count, problem=problem)
    name = print_files.safe_name(filterset.named(str(paper.title)))
    return _sent(request, content, f"{name}-{today():%Y%m%d}.pdf")


def _count_paper(request: HttpRequest) -> None:
    if not throttle.take(PAPERS, throttle.sender(request), at=now()):
        raise _TooOften


def _sent(request: HttpRequest, content: bytes, name: str) -> HttpResponse:
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers: Mapping[str, str] = {
        "Content-Disposition": content_disposition_header(as_attachment=False, filename=name) or "inline",
        "ETag": etag,
    }
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@never_cache
def _offer(
    request: HttpRequest,
    paper: PaperTable,
    filterset: ParameterFilterSet,
    count: int,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """How many rows there are, and what can be done: narrow the list, or have it made in volumes."""
    query = filterset.query_string()
    back = reverse(paper.page)
    context: dict[str, Any] = {
        "paper": paper,
        "count": count,
        "is_capped": count > MOST_ROWS,
        "most": MOST_ROWS,
        "rows": ROWS,
        "volumes": -(-count // ROWS),
        "tags": [tag.label for tag in filterset.tags()],
        "query": filterset.values.get("q", ""),
        "back": f"{back}?{query}" if query else back,
        "problem": problem,
        "may_order": ROWS < count <= MOST_ROWS,
        "action": print_tables.address_of(paper.key, query),
    }
    return render(request, "disclosure/print_offer.html", context, status=status)


def _order(request: HttpRequest, paper: PaperTable, filterset: ParameterFilterSet, count: int) -> HttpResponse:
    if count > MOST_ROWS:
        return _offer(request, paper, filterset, count)
    at, sender = now(), throttle.sender(request)
    if not throttle.take(ORDERS, sender, at=at):
        problem = _("从这个网络地址一天内已提交 %s 次，没有再生成。请明天再来，或者下载 CSV。") % ORDERS.times
        return _offer(request, paper, filterset, count, problem=problem, status=429)
    try:
        job = print_jobs.order(print_tables.wish(paper, filterset), actor=None, at=at)
    except ValidationError as error:
        throttle.give_back(ORDERS, sender, at=at)
        return _offer(request, paper, filterset, count, problem="".join(error.messages), status=503)
    if job.asked_at != at:
        throttle.give_back(ORDERS, sender, at=at)
    return HttpResponseRedirect(reverse("print_job", args=[job.key]))


@require_safe
@never_cache
def job_page(request: HttpRequest, key: str) -> HttpResponse:
    """How far a job is; renews itself while it runs."""
    job = _job(key)
    parts = list(job.parts.values_list("state", flat=True))
    is_open = job.state in print_jobs.OPEN
    gone = _why_gone(job)
    context = {
        "job": job,
        "done": sum(state == PrintState.DONE for state in parts),
        "total": len(parts),
        "is_open": is_open,
        "refresh": REFRESH_SECONDS if is_open else 0,
        "gone": gone,
        "file_url": reverse("print_file", args=[job.key, print_jobs.file_name(job)]),
        "file_name": print_jobs.file_name(job),
        "until": job.asked_at + print_jobs.KEPT,
        "again": _again(job),
    }
    return render(request, "disclosure/print_job.html", context)


@require_safe
def job_file(request: HttpRequest, key: str, name: str) -> HttpResponseBase:
    """The file under its own name alone; what holds something taken back since is given to nobody."""
    job = _job(key)
    path = print_jobs.file_of(job)
    if name != print_jobs.file_name(job) or path is None:
        raise Http404(_("没有这个文件，或者它已经过期删除。"))
    if print_jobs.is_outdated(job):
        response: HttpResponseBase = job_page(request, key)
        response.status_code = 410
        return response
    headers = {"ETag": f'"{path.stem}"', "Cache-Control": "private, no-cache"}
    if headers["ETag"] in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers=headers)
    is_archive = job.format == PrintFormat.ZIP
    return FileResponse(
        path.open("rb"), as_attachment=is_archive, filename=name, content_type=_TYPES[job.format], headers=headers
    )


def _job(key: str) -> PrintJob:
    job = PrintJob.objects.filter(key=key).first() if len(key) <= 20 else None
    if job is None:
        raise Http404(_("没有这个打印任务，或者它已经过期删除。"))
    return job


def _why_gone(job: PrintJob) -> str:
    """Why a job that is done has no file to give; empty where it has."""
    if job.state != PrintState.DONE:
        return ""
    if print_jobs.file_of(job) is None:
        return _("文件已经删除，请重新生成。")
    return _("生成以后有内容撤回或者依法删除，这份文件不再提供。请重新生成。") if print_jobs.is_outdated(job) else ""


def _again(job: PrintJob) -> str:
    """Where the same can be ordered anew: the list a table was made of."""
    paper = PAPER_TABLES.get(job.wanted.get("table", ""))
    return print_tables.address_of(paper.key, job.wanted.get("query", "")) if paper else ""
