"""转为主动公开: the draft of what was given, and the task that asks for it (第四十四条)."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import long_text
from disclosure.enums import Category
from disclosure.models import CatalogueEntry
from govportal.models import User
from govportal.now import now
from requests_app.admin.verb_pages import CaseForm, CaseVerb
from requests_app.enums import FileKind
from requests_app.models import InformationRequest, RequestFile
from requests_app.services import convert, procedure, publication_tasks

_MOST_OFFERED = 50  # numbers written into the form beforehand


class ConvertForm(CaseForm):
    title = forms.CharField(label=gettext_lazy("标题"), max_length=300)
    body = long_text(gettext_lazy("正文"), length=50_000, is_required=False)
    category = forms.ChoiceField(label=gettext_lazy("类别"), choices=Category.choices, initial=Category.OTHER)
    entry = forms.ModelChoiceField(
        label=gettext_lazy("公开事项"),
        queryset=CatalogueEntry.objects.none(),
        required=False,
        empty_label=gettext_lazy("不属于目录中的事项"),
        help_text=gettext_lazy("选定的，从今天起算公开期限。"),
    )
    chosen = forms.MultipleChoiceField(label=gettext_lazy("附件"), required=False, widget=forms.CheckboxSelectMultiple)

    def prepare(self) -> None:
        offered = convert.proposed(self.row)
        self.fields["title"].initial, self.fields["body"].initial = offered.title, offered.body
        owed = [entry.pk for entry in convert.entries_for(self.row.agency)]
        self.choices_of("entry").queryset = CatalogueEntry.objects.filter(pk__in=owed)
        field = self.fields["chosen"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(held.pk), held.title or held.file.name) for held in _given(self.row)]
        field.initial = [key for key, _name in field.choices]


def _given(row: InformationRequest) -> list[RequestFile]:
    return list(row.files.filter(kind=FileKind.DISCLOSED).select_related("file"))


def _wanted(row: InformationRequest, values: dict[str, Any]) -> convert.Wanted:
    files = [held for held in _given(row) if str(held.pk) in values["chosen"]]
    return convert.Wanted(
        title=values["title"], body=values["body"], category=values["category"], entry=values["entry"], files=files
    )


def _against_converting(row: InformationRequest, actor: User) -> list[str]:
    return convert.reasons_against(row, convert.Wanted(title="—"), actor, now())


def _convert(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    return convert.convert(row.pk, _wanted(row, values), actor=actor, at=now())


def _convert_hints(row: InformationRequest, actor: User) -> list[str]:
    return [
        _("拟制的公开稿是草稿，由承办人修改送审，与其他公开信息一样审查后公开（条例第四十四条）。"),
        _("删去申请人和第三方的信息：标题、正文、附件都要看。"),
    ]


class LikeForm(CaseForm):
    """Others that ask for the same in other words; those in the same words the portal finds by itself."""

    numbers = long_text(
        gettext_lazy("同类的申请"), length=2_000, help_text=gettext_lazy("本单位的受理编号，一行一个。")
    )

    def prepare(self) -> None:
        found = publication_tasks.others_like(self.row).order_by("pk").values_list("number", flat=True)
        self.fields["numbers"].initial = "\n".join(found[:_MOST_OFFERED])

    def clean_numbers(self) -> list[InformationRequest]:
        numbers = dict.fromkeys(self.cleaned_data["numbers"].split())
        rows = InformationRequest.objects.filter(agency=self.row.agency_id, number__in=numbers)
        found = {row.number: row for row in rows.defer("description", "purpose")}
        if unknown := [number for number in numbers if number not in found]:
            raise forms.ValidationError(_("本单位没有这些申请：%s。") % "、".join(unknown))
        return list(found.values())


class SuggestForm(LikeForm):
    numbers = long_text(
        gettext_lazy("同类的申请"),
        length=2_000,
        is_required=False,
        help_text=gettext_lazy("本单位的受理编号，一行一个，与这一申请一并处理；没有就不填。"),
    )


def _against_suggesting(row: InformationRequest, actor: User) -> list[str]:
    return publication_tasks.reasons_against_suggesting(row, "", actor)


def _suggest(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    return publication_tasks.suggest(row.pk, actor=actor, at=now(), like=values["numbers"])


def _mark_like(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    task = publication_tasks.open_task(row)
    procedure.check(publication_tasks.reasons_against_marking(row, actor))
    assert task
    return publication_tasks.mark_like(task.pk, values["numbers"], actor=actor)


def _like_hints(row: InformationRequest, actor: User) -> list[str]:
    return [
        _(
            "名称或者文号相同的，系统自动归在一起；说法不同而要的是同一信息的，在这里标明，一并转为主动公开或者说明理由。"
        )
    ]


def _suggest_hints(row: InformationRequest, actor: User) -> list[str]:
    return [_("先记为待处理，以后再拟制公开稿，或者写明不转为主动公开的理由。")]


CONVERT = CaseVerb(
    "convert", gettext_lazy("转为主动公开：拟制公开稿"), _against_converting, _convert, ConvertForm,
    hints=_convert_hints,
)  # fmt: skip
SUGGEST = CaseVerb(
    "suggest", gettext_lazy("提出转为主动公开"), _against_suggesting, _suggest, SuggestForm, hints=_suggest_hints,
)  # fmt: skip
LIKE = CaseVerb(
    "like",
    gettext_lazy("标为同类申请"),
    publication_tasks.reasons_against_marking,
    _mark_like,
    LikeForm,
    hints=_like_hints,
)
