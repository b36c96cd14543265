"""The doors of papers: strangers' cold ones are counted, and nobody's keep the threads of a process from its pages."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from govportal import paper_cache, pdf, throttle
from govportal.now import now
from govportal.throttle import Limit
from govportal.views.errors import error_page

BUSY_SECONDS = 5
# Papers that had to be laid out; what is kept already costs nothing. No crawler is to keep a process setting pages.
COLD = Limit("cold papers", 120, timedelta(minutes=10))

type View = Callable[..., HttpResponseBase]


class _TooOften(Exception):
    pass


def paper_door(view: View) -> View:
    """The view of a paper: 503 while other papers are made, 429 for an address that had too many made, 404 for what no
    PDF can hold."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            with paper_cache.at_a_door(lambda: _count(request)):
                return view(request, *args, **kwargs)
        except paper_cache.Busy:
            title, advice = _("现在要打印的人多"), _("这份文件要现排版，前面还有别的文件。请过几秒钟刷新本页。")
            return _later(request, 503, title, advice, BUSY_SECONDS)
        except pdf.TooLong:
            return error_page(request, 404, _("文字太多，一份 PDF 放不下。请在网页上阅读，或者下载附件。"))
        except _TooOften:
            title, advice = (
                _("打印得太频繁"),
                _("这个网络地址在十分钟内打开了太多文件。请过一会儿再试，网页随时可看。"),
            )
            return _later(request, 429, title, advice, throttle.seconds_left(COLD, at=now()))

    return answer


def _count(request: HttpRequest) -> None:
    """Whoever has signed in is no stranger."""
    if not request.user.is_authenticated and not throttle.take(COLD, throttle.sender(request), at=now()):
        raise _TooOften


@never_cache
def _later(request: HttpRequest, status: int, title: str, advice: str, seconds: int) -> HttpResponse:
    context = {"title": title, "advice": advice, "status": status, "hide_search": True}
    html = render_to_string("errors/error.html", context, request)
    return HttpResponse(html, status=status, headers={"Retry-After": str(seconds)})
