"""What an applicant does in his case: answers a correction, gives reasons, writes, suggests, withdraws."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from govportal.now import now
from requests_app import case_page
from requests_app.enums import State
from requests_app.forms.answers import TextAndFilesForm, TextForm
from requests_app.models import Correction, InformationRequest
from requests_app.services import converse, correct, procedure, publication_tasks, withdraw
from requests_app.views.browser import View
from requests_app.views.case import form_of_open_case


@dataclass(frozen=True, slots=True)
class _Answer:
    """One kind of text: what the page says, whether it can be written now, and what is done with it."""

    heading: Promise
    lead: Promise
    button: Promise
    form: type[TextForm]
    # What was asked for, and by when; None: nothing was asked, so there is nothing to write.
    asked: Callable[[InformationRequest], dict[str, Any] | None]
    do: Callable[[InformationRequest, TextForm], object]


def _page_of(answer: _Answer) -> View[[]]:
    """The page on which it is written."""

    def stale(request: HttpRequest, row: InformationRequest) -> HttpResponseBase:
        form = answer.form(request.POST, request.FILES)
        form.add_error(None, _("这一页放得太久，没有提交。您写的还在，请再按一次；文件请重新选择。"))
        return _shown(request, row, answer, form, status=403)

    @form_of_open_case(stale=stale)
    @require_http_methods(["GET", "HEAD", "POST"])
    def page(request: HttpRequest, row: InformationRequest) -> HttpResponseBase:
        if request.method != "POST":
            is_asked = answer.asked(row) is not None
            return _shown(request, row, answer, answer.form()) if is_asked else _to_case()
        form = answer.form(request.POST, request.FILES)
        return _to_case() if form.is_valid() and _is_done(row, answer, form) else _shown(request, row, answer, form)

    return page


def _is_done(row: InformationRequest, answer: _Answer, form: TextForm) -> bool:
    """Whether it was taken; why not stands in the form."""
    try:
        if isinstance(form, TextAndFilesForm):
            form.write_files()
        with transaction.atomic():
            answer.do(row, form)
    except ValidationError as error:
        for reason in error.messages:
            form.add_error(None, reason)
        return False
    return True


def _shown(
    request: HttpRequest, row: InformationRequest, answer: _Answer, form: TextForm, status: int = 200
) -> HttpResponseBase:
    asked = answer.asked(row) or {}
    context = {"answer": answer, "form": form, "asked": asked, "row": row, "section": "requests"}
    return render(request, "requests_app/case_text.html", context, status=status)


def _to_case() -> HttpResponseBase:
    return HttpResponseRedirect(reverse("request_case"))


# --- 补正 ----------------------------------------------------------------------------------------------------------


def _correction_asked(row: InformationRequest) -> dict[str, Any] | None:
    if row.state != State.CORRECTION_ASKED:
        return None
    correction = Correction.objects.get(request=row)
    return {"text": correction.items, "by": correction.due_on}


def _correct(row: InformationRequest, form: TextForm) -> None:
    assert isinstance(form, TextAndFilesForm)
    text, has_files, today = form.cleaned_data["text"], bool(form.cleaned_data["papers"]), localdate(now())
    procedure.check(correct.reasons_against_answering(row, text, has_files, None, on=today, today=today))
    correct.answer(row.pk, text, actor=None, at=now(), files=form.keep_files())


_CORRECTION = _Answer(
    gettext_lazy("补正申请"),
    gettext_lazy("按下面的要求补充即可，原来填写的不用再写。收到补正之日起，重新计算20个工作日的答复期限。"),
    gettext_lazy("提交补正"),
    TextAndFilesForm,
    _correction_asked,
    _correct,
)
correction = _page_of(_CORRECTION)  # 条例第三十条


# --- 说明理由 --------------------------------------------------------------------------------------------------------


def _reasons_asked(row: InformationRequest) -> dict[str, Any] | None:
    text = case_page.reasons_asked(row)
    return {"text": text} if text else None


_REASONS = _Answer(
    gettext_lazy("说明理由"),
    gettext_lazy("受理单位认为申请的数量、频次明显超过合理范围，请您说明为什么需要这些信息。"),
    gettext_lazy("提交理由"),
    TextForm,
    _reasons_asked,
    lambda row, form: converse.give_reasons(row.pk, form.cleaned_data["text"], actor=None, at=now()),
)
reasons = _page_of(_REASONS)  # 条例第三十五条


# --- 留言 ----------------------------------------------------------------------------------------------------------


def _write(row: InformationRequest, form: TextForm) -> None:
    assert isinstance(form, TextAndFilesForm)
    text = form.cleaned_data["text"]
    procedure.check(converse.reasons_against_writing(row, text, None))
    converse.write(row.pk, text, actor=None, at=now(), files=form.keep_files())


_MESSAGE = _Answer(
    gettext_lazy("给经办人留言"),
    gettext_lazy("补充说明、补充材料或者询问办理情况。留言不改变申请的内容，也不影响答复期限。"),
    gettext_lazy("提交留言"),
    TextAndFilesForm,
    lambda row: None if row.is_closed else {},
    _write,
)
message = _page_of(_MESSAGE)


# --- 建议主动公开 ----------------------------------------------------------------------------------------------------


_SUGGESTION = _Answer(
    gettext_lazy("建议主动公开"),
    gettext_lazy(
        "提供给您的信息涉及公众利益调整、需要公众广泛知晓或者参与决策的，可以建议向所有人公开，由受理单位审核决定。"
    ),
    gettext_lazy("提交建议"),
    TextForm,
    lambda row: {} if case_page.can_suggest(row) else None,
    lambda row, form: publication_tasks.suggest(row.pk, actor=None, at=now(), text=form.cleaned_data["text"]),
)
suggestion = _page_of(_SUGGESTION)  # 条例第四十四条


# --- 撤回 ----------------------------------------------------------------------------------------------------------


def _stale_withdrawal(request: HttpRequest, row: InformationRequest) -> HttpResponseBase:
    return _withdrawal_page(request, row, [_("这一页放得太久，没有撤回，请再按一次。")], status=403)


@form_of_open_case(stale=_stale_withdrawal)
@require_http_methods(["GET", "HEAD", "POST"])
def withdrawal(request: HttpRequest, row: InformationRequest) -> HttpResponseBase:
    """Asks once more, and withdraws."""
    if request.method != "POST":
        today = localdate(now())
        return _withdrawal_page(request, row, withdraw.reasons_against(row, today, "", None, today))
    try:
        withdraw.withdraw(row.pk, actor=None, at=now())
    except ValidationError as error:
        return _withdrawal_page(request, row, error.messages)
    return _to_case()


def _withdrawal_page(
    request: HttpRequest, row: InformationRequest, reasons: list[str], status: int = 200
) -> HttpResponseBase:
    context = {"row": row, "reasons": reasons, "section": "requests"}
    return render(request, "requests_app/case_withdraw.html", context, status=status)
