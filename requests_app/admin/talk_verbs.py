"""留言、内部备注、材料、复议诉讼: what is written beside the steps."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, long_text
from disclosure.forms.base import DayField
from govportal import access
from govportal.models import User
from govportal.now import now, today
from govportal.permissions import Permission
from requests_app.admin.file_fields import FilesField, stored
from requests_app.admin.verb_pages import CaseForm, CaseVerb
from requests_app.enums import AppealResult, AppealRoute, FileKind
from requests_app.models import Appeal, InformationRequest
from requests_app.services import appeal, converse, files_of


class MessageForm(CaseForm):
    text = long_text(
        gettext_lazy("内容"), length=5000, help_text=gettext_lazy("申请人凭查询码看到。决定一律用文书，不用留言。")
    )
    papers = FilesField(label=gettext_lazy("附件"), required=False)


def _against_message(row: InformationRequest, actor: User) -> list[str]:
    return converse.reasons_against_writing(row, "-", actor)


def _write(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    files = stored(values["papers"])
    return converse.write(row.pk, values["text"], actor=actor, at=now(), files=files)


class NoteForm(CaseForm):
    text = long_text(gettext_lazy("备注"), length=3000, help_text=gettext_lazy("本单位办理人员可见，申请人看不到。"))


def _against_note(row: InformationRequest, actor: User) -> list[str]:
    if access.can(actor, Permission.VIEW_REQUESTS, row.agency):
        return []
    return [_("您在%s没有查看申请的角色。") % row.agency.display_name]


def _note(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    return converse.note(row.pk, values["text"], actor=actor, at=now())


class FileForm(CaseForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("用途"),
        choices=[(kind.value, kind.label) for kind in files_of.ADDED_BY_STAFF],
        widget=forms.RadioSelect,
    )
    papers = FilesField(label=gettext_lazy("文件"))
    title = forms.CharField(
        label=gettext_lazy("名称"), max_length=200, required=False, help_text=gettext_lazy("不填，用文件名。")
    )


def _add_files(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    files = stored(values["papers"])
    return files_of.add(row.pk, files, FileKind(values["kind"]), actor=actor, at=now(), title=values["title"])


def _file_hints(row: InformationRequest, actor: User) -> list[str]:
    return [_("提供给申请人的信息先在这里上传，拟答复时选用；签发以后申请人才能下载。国家秘密不得录入本系统。")]


class AppealForm(CaseForm):
    """`row` None: a case that is about no request here."""

    route = forms.ChoiceField(label=gettext_lazy("途径"), choices=AppealRoute.choices, widget=forms.RadioSelect)
    body = forms.CharField(label=gettext_lazy("复议机关或者法院"), max_length=120)
    case_number = forms.CharField(label=gettext_lazy("案号"), max_length=80, required=False)
    filed_on = DayField(label=gettext_lazy("受理日期"))
    notified_on = DayField(label=gettext_lazy("收到副本日期"), initial=today)
    is_simplified = forms.BooleanField(
        label=gettext_lazy("适用简易程序"), required=False, help_text=gettext_lazy("只有行政复议有：5个工作日内答复。")
    )
    after = forms.ModelChoiceField(
        label=gettext_lazy("所经的复议"), queryset=Appeal.objects.none(), required=False, empty_label=CHOOSE,
        help_text=gettext_lazy("复议后起诉的填。"),
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("说明"), max_length=300, required=False, help_text=gettext_lazy("不写申请人的姓名。")
    )

    def prepare(self) -> None:
        closed = Appeal.objects.filter(route=AppealRoute.REVIEW).exclude(result=AppealResult.PENDING)
        if self.row is not None:
            self.choices_of("after").queryset = closed.filter(request=self.row)
        else:
            agencies = access.agencies_with(self.actor, Permission.HANDLE_REQUEST)
            self.choices_of("after").queryset = closed.filter(agency__in=agencies)


def _against_appeal(row: InformationRequest, actor: User) -> list[str]:
    if access.can(actor, Permission.HANDLE_REQUEST, row.agency):
        return []
    return [_("您在%s没有依申请公开经办的角色。") % row.agency.display_name]


def _record_appeal(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    return appeal.record(row.agency, appeal.Case(**values), actor=actor, at=now(), request=row)


def _appeal_hints(row: InformationRequest | None, actor: User) -> list[str]:
    return [
        _("答复、答辩的期限按登记的日期算出：复议10日（简易程序5个工作日），诉讼15日，遇休息日顺延。"),
        _("结果登记以后计入年度报告表四。"),
    ]


MESSAGE = CaseVerb("message", gettext_lazy("给申请人留言"), _against_message, _write, MessageForm)
NOTE = CaseVerb("note", gettext_lazy("内部备注"), _against_note, _note, NoteForm)
FILE = CaseVerb(
    "file", gettext_lazy("上传材料"), files_of.reasons_against_adding, _add_files, FileForm, hints=_file_hints,
)  # fmt: skip
APPEAL = CaseVerb(
    "appeal", gettext_lazy("登记复议诉讼"), _against_appeal, _record_appeal, AppealForm, hints=_appeal_hints,
)  # fmt: skip
