"""Error pages: what happened and what to do next, in the look of the portal.

When the database is away, the same words come on a page that asks nothing of it.
"""

import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from govportal.display import display_mode

logger = logging.getLogger(__name__)

RETRY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class ErrorText:
    title: Promise
    advice: Promise


TEXTS: Mapping[int, ErrorText] = MappingProxyType(
    {
        400: ErrorText(_("这个请求看不懂"), _("地址或填写的内容不完整。请返回上一页检查后再试。")),
        403: ErrorText(_("您没有权限看这一页"), _("如果您是本单位工作人员，请登录后再试，或者联系管理员。")),
        404: ErrorText(_("没有找到这一页"), _("地址可能抄错了，或者链接已经失效。可以搜索标题、文号或索引号。")),
        410: ErrorText(_("这一页已经不再提供"), _("内容已依法移除。可以搜索替代的文件，或者致电询问。")),
        429: ErrorText(_("访问太频繁"), _("请过一会儿再试。公开信息随时可以查阅，不需要登录。")),
        500: ErrorText(_("系统出了问题"), _("这不是您的错，我们已经记录。请过几分钟再试。")),
        503: ErrorText(_("系统正在维护"), _("请过几分钟再试。急需的信息可以致电询问。")),
    }
)


def error_page(request: HttpRequest, status: int, reason: str = "") -> HttpResponse:
    """The page of a status. `reason`, when given, says more than the standing title does."""
    text = TEXTS[status]
    context: dict[str, Any] = {
        "title": text.title,
        "advice": text.advice,
        "status": status,
        "reason": reason,
        "hide_search": True,  # the page itself offers one
    }
    try:
        if status >= 500:
            return _bare_page(request, status, context)
        shown = context | _for_staff(request) if status == 403 else context
        html = render_to_string("errors/error.html", shown, request)
    except (DatabaseError, InterfaceError):
        return _bare_page(request, status, context)
    return HttpResponse(html, status=status)


def _bare_page(request: HttpRequest, status: int, context: dict[str, Any]) -> HttpResponse:
    """Rendered without context processors, hence without a query."""
    html = render_to_string("errors/bare.html", {**context, "display": display_mode(request)})
    headers = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else {}
    return HttpResponse(html, status=status, headers=headers)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A form that is too large says so: going back, the reader finds what was typed."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024
        reason = _("提交的文字超过 %(limit)s MB（文件不算在内），没有保存。") % {"limit": limit}
        advice = _("请用浏览器的“后退”回到表单，您填写的还在；去掉粘贴进来的图片或网页以后再提交。")
        return error_page(request, 400, f"{reason}{advice}")
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Whoever is signed in is not asked to sign in, and finds the way back to his desk."""
    return error_page(request, 403, str(exception))


def _for_staff(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not (user.is_authenticated and user.is_staff):
        return {}
    return {"advice": _("您已经登录，但您的角色不办理这一页的事。需要办理的，请联系本单位的管理员。"), "has_desk": True}


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when it is the database that does not answer."""
    error = sys.exc_info()[1]
    return error_page(request, 503 if isinstance(error, (DatabaseError, InterfaceError)) else 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Settings name it: Django's own page is English and styles itself inline."""
    logger.warning("CSRF check failed at %s: %s", request.path, reason)
    return error_page(request, 403, str(_("表单已经过期。请返回上一页，刷新后再提交。")))


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """Settings name it: too many wrong passwords."""
    return error_page(request, 429, str(_("密码错误次数过多，账号已暂停登录。请15分钟后再试。")))
