"""What the verbs of a survey ask."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, long_text
from disclosure.forms.base import DayField
from disclosure.models import Item
from evaluation.models import Survey
from evaluation.services import survey_evaluators, survey_running, survey_setup
from evaluation.services.survey_setup import Question
from evaluation.survey_enums import EvaluatorGroup, SurveyAspect, SurveyStepKind
from evaluation.survey_rules import MOST_QUESTIONS, STEPS
from govportal.models import Agency
from govportal.now import today
from requests_app.admin.verb_pages import CaseForm
from requests_app.forms.fields import Words

_BLANK_QUESTIONS = 3


def _threshold(label: Words, initial: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, initial=initial, min_value=0, max_value=100)


class SettingForm(CaseForm):
    """Before a survey opens."""

    title = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    opens_on = DayField(label=gettext_lazy("开始日期"))
    closes_on = DayField(label=gettext_lazy("截止日期"), help_text=gettext_lazy("这一天还可以评议。"))
    accepts_public = forms.BooleanField(
        label=gettext_lazy("接受公众评议"), required=False, help_text=gettext_lazy("不勾选，只由特邀评议人员评议。")
    )
    agencies = forms.ModelMultipleChoiceField(
        label=gettext_lazy("评议对象"),
        queryset=Agency.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("您所在的单位不在其中：不能组织对本单位的评议。"),
    )
    introduction = long_text(gettext_lazy("说明"), length=2000, is_required=False)
    excellent_from = _threshold(gettext_lazy("优秀，不低于（分）"), 90)
    good_from = _threshold(gettext_lazy("良好，不低于（分）"), 80)
    fair_from = _threshold(gettext_lazy("一般，不低于（分）"), 60)

    def prepare(self) -> None:
        field = self.fields["agencies"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = survey_setup.ratable(self.actor)
        if self.row is not None:
            for name in set(self.fields) - {"form_key", "agencies", "copied", "slug"}:
                self.fields[name].initial = getattr(self.row, name)
            field.initial = list(self.row.agencies.values_list("pk", flat=True))
        else:
            self.fields["accepts_public"].initial = True


class StartForm(SettingForm):
    slug = forms.RegexField(
        r"\A[0-9a-z]+(-[0-9a-z]+)*\Z",
        label=gettext_lazy("网址代号"),
        max_length=40,
        help_text=gettext_lazy("小写字母、数字和连字符，例如 2026-h1。建立后不能修改。"),
        error_messages={"invalid": gettext_lazy("只能用小写字母、数字和连字符。")},
    )
    copied = forms.ModelChoiceField(
        label=gettext_lazy("沿用哪一次"),
        queryset=Survey.objects.order_by("-opens_on", "-pk"),
        required=False,
        empty_label=gettext_lazy("不沿用，用制度规定的六个方面"),
        help_text=gettext_lazy("沿用它的测评表；评议对象不选的，也沿用它的。"),
    )
    field_order = ("copied", "title", "slug")

    def prepare(self) -> None:
        super().prepare()
        self.fields["agencies"].required = False

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        copied, field = values.get("copied"), self.fields["agencies"]
        assert isinstance(field, forms.ModelMultipleChoiceField) and field.queryset is not None
        if copied and not values.get("agencies"):
            values["agencies"] = field.queryset.filter(pk__in=copied.agencies.values("pk"))
        return values


class QuestionsForm(CaseForm):
    """The questionnaire as rows: a number puts a question in its place, an empty text takes it out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.count = 0
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        kept = list(self.row.questions.order_by("position"))
        self.count = min(len(kept) + _BLANK_QUESTIONS, MOST_QUESTIONS)
        for place in range(self.count):
            found = kept[place] if place < len(kept) else None
            aspects = [("", CHOOSE), *SurveyAspect.choices]
            wide = forms.TextInput(attrs={"class": "vTextField"})
            self.fields |= {
                f"place_{place}": forms.IntegerField(
                    label=_("顺序"), required=False, min_value=0, max_value=999, initial=place + 1
                ),
                f"aspect_{place}": forms.ChoiceField(
                    label=_("评议内容"), choices=aspects, required=False, initial=found.aspect if found else ""
                ),
                f"text_{place}": forms.CharField(
                    label=_("题目"),
                    max_length=survey_setup.LONGEST_QUESTION,
                    required=False,
                    widget=wide,
                    initial=found.text if found else "",
                ),
                f"required_{place}": forms.BooleanField(
                    label=_("必答"), required=False, initial=found.is_required if found else True
                ),
            }

    def rows(self) -> Iterator[list[BoundField]]:
        for place in range(self.count):
            yield [self[f"{name}_{place}"] for name in ("place", "aspect", "text", "required")]

    def questions(self) -> list[Question]:
        """In the order of their numbers; those without a text are gone."""
        values = self.cleaned_data
        found = [
            (values.get(f"place_{place}") or 0, place, values[f"text_{place}"])
            for place in range(self.count)
            if values.get(f"text_{place}", "").strip()
        ]
        return [
            Question(values[f"aspect_{place}"], text, values[f"required_{place}"])
            for _number, place, text in sorted(found)
        ]


class StepForm(CaseForm):
    step = forms.ChoiceField(label=gettext_lazy("程序"))
    on = DayField(label=gettext_lazy("完成日期"))
    note = long_text(
        gettext_lazy("情况说明"),
        length=survey_running.LONGEST_NOTE,
        help_text=gettext_lazy("怎么做的、结果怎样；向社会公开，不写个人信息。"),
    )
    item = forms.CharField(
        label=gettext_lazy("刊登的告示"), max_length=100, required=False, help_text=gettext_lazy("填索引号，可以不填。")
    )

    def prepare(self) -> None:
        undone = set(self.row.steps.filter(done_on=None).values_list("step", flat=True))
        field = self.fields["step"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (step.value, step.label) for step in SurveyStepKind if step in undone and STEPS[step].is_by_hand
        ]
        self.fields["on"].initial = today()

    def clean_item(self) -> Item | None:
        number = self.cleaned_data["item"].strip()
        if not number:
            return None
        item = Item.objects.visible_to(AnonymousUser()).filter(index_number=number).first()
        if item is None:
            raise forms.ValidationError(_("没有索引号为 %s 的公开信息。") % number)
        return item


class InviteForm(CaseForm):
    group = forms.ChoiceField(label=gettext_lazy("类别"), choices=[("", CHOOSE), *EvaluatorGroup.choices])
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=survey_evaluators.LONGEST_LINE)
    email = forms.CharField(
        label=gettext_lazy("电子邮箱"),
        max_length=survey_evaluators.LONGEST_LINE,
        required=False,
        help_text=gettext_lazy("填了的用邮件发评议码，没有填的印纸质评议单。"),
    )
    phone = forms.CharField(label=gettext_lazy("联系电话"), max_length=survey_evaluators.LONGEST_LINE, required=False)


class SlipsForm(CaseForm):
    group = forms.ChoiceField(
        label=gettext_lazy("类别"), required=False, choices=[("", gettext_lazy("全部")), *EvaluatorGroup.choices]
    )
    is_again = forms.BooleanField(
        label=gettext_lazy("连同印过、还没有使用的"),
        required=False,
        help_text=gettext_lazy("原来的评议单全部作废。打印失败、整批丢失时才选。"),
    )


class ExtendForm(CaseForm):
    closes_on = DayField(label=gettext_lazy("新的截止日期"))
    note = long_text(gettext_lazy("延长的理由"), length=300)


class CancelForm(CaseForm):
    because = long_text(
        gettext_lazy("取消的原因"),
        length=survey_running.LONGEST_CANCEL,
        help_text=gettext_lazy("评议开始过的，向社会公开。"),
    )


class ReasonForm(CaseForm):
    note = forms.CharField(
        label=gettext_lazy("理由"), max_length=300, help_text=gettext_lazy("记入审计，不要写姓名或者联系方式。")
    )
