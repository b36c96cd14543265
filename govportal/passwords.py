"""One-time passwords: given by an administrator, good for one thing, to choose another."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from govportal.pagecache import is_personal


class OneTimePasswordMiddleware:
    """Whoever signed in by a one-time password sees one page until he has chosen his own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without the cookie nobody is signed in, and asking for the user would open a session.
        if is_personal(request) and getattr(request.user, "must_change_password", False):
            change = reverse("admin:password_change")
            if request.path not in {change, reverse("admin:logout")}:
                messages.warning(request, _("您使用的是一次性密码，请先设置自己的密码。"))
                return HttpResponseRedirect(change)
        return self.get_response(request)


class NewPasswordValidator:
    """Refuses the password the account already has: one that somebody else gave would stay known to him."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is not None and user.has_usable_password() and check_password(password, user.password):
            raise ValidationError(_("新密码不能与原密码相同。"), code="password_unchanged")

    def get_help_text(self) -> str:
        return _("不能与原密码相同。")
