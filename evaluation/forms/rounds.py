"""Forms of a round: what it is of, how long the agencies have, why it goes back, who publishes it."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Count
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, long_text
from disclosure.forms.base import DayField
from evaluation.enums import RoundKind, SetState
from evaluation.models import AssessmentRound, IndicatorSet, Survey
from evaluation.models.indicator_set import validate_code
from evaluation.services.rounds import LEAST_OBJECTION, LONGEST_OBJECTION, MAX_SAMPLE, OBJECTION_DAYS, Plan
from evaluation.survey_enums import SurveyState
from govportal import access
from govportal.models import Agency, AgencyKind
from govportal.now import today
from govportal.permissions import Permission
from requests_app.admin.verb_pages import CaseForm

CUSTOM = ""
_SEED_HELP = gettext_lazy(
    "抽样的办法：统计期内已公开信息的网址名，前面加上“种子|”，算出 SHA-256，从小到大取前几件。种子相同，抽出的就相同，"
    "谁都可以验算；可以填开会当场抽取的号码，不填的启动时由系统随机产生。启动以后种子不能再改，和结果一起公开。"
)


def periods(day: date) -> list[tuple[str, str]]:
    """Ready periods: halves, quarters and the whole of this year and the last one."""
    found = []
    for year in (day.year, day.year - 1):
        found += [(f"{year}-{part}", words % year) for part, words in _PARTS.items()]
    return found


_PARTS = {
    "H1": "%s年上半年", "H2": "%s年下半年", "Y": "%s年全年",
    "Q1": "%s年第一季度", "Q2": "%s年第二季度", "Q3": "%s年第三季度", "Q4": "%s年第四季度",
}  # fmt: skip
_MONTHS = {"H1": (1, 6), "H2": (7, 12), "Y": (1, 12), "Q1": (1, 3), "Q2": (4, 6), "Q3": (7, 9), "Q4": (10, 12)}


def days_of(period: str) -> tuple[date, date]:
    """The first and the last day of a ready period."""
    year, part = period.split("-")
    first, last = _MONTHS[part]
    after = date(int(year) + last // 12, last % 12 + 1, 1)
    return date(int(year), first, 1), after - timedelta(days=1)


class AgenciesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not subscriptable when run
    """Agencies by kind. The button "tick-<kind>" of a sent form ticks all of a kind, "clear-<kind>" none."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.display_name)

    @cached_property
    def grouped(self) -> dict[str, list[Agency]]:
        found: dict[str, list[Agency]] = {}
        for agency in self.queryset or ():
            found.setdefault(agency.kind, []).append(agency)
        return {kind: found[kind] for kind in AgencyKind.values if kind in found}


class SurveyField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable when run
    """Surveys that are about anybody, with what tells which one fits: when people were asked, and about how many."""

    def label_from_instance(self, obj: Any) -> str:
        words = {"survey": obj.title, "opens": obj.opens_on, "closes": obj.closes_on, "count": obj.objects_count}
        return _("%(survey)s（%(opens)s 至 %(closes)s，评议对象 %(count)s 个）") % words


class RoundForm(CaseForm):
    """Everything about a round, while it is being prepared."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=120)
    slug = forms.CharField(
        label=gettext_lazy("网址名"),
        max_length=40,
        validators=[validate_code],
        help_text=gettext_lazy("用于网址和复算包的文件名，例如 2026-h1。"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("种类"), choices=RoundKind.choices)
    indicator_set = forms.ModelChoiceField(
        label=gettext_lazy("考核指标体系"), queryset=IndicatorSet.objects.none(), empty_label=CHOOSE
    )
    period = forms.ChoiceField(label=gettext_lazy("统计期"), required=False)
    period_start = DayField(label=gettext_lazy("统计期起"), required=False)
    period_end = DayField(label=gettext_lazy("统计期止"), required=False)
    survey = SurveyField(
        label=gettext_lazy("社会评议"), queryset=Survey.objects.none(), required=False, empty_label=gettext_lazy("无")
    )
    sample_size = forms.IntegerField(
        label=gettext_lazy("每单位抽查件数"),
        min_value=0,
        max_value=MAX_SAMPLE,
        initial=10,
        help_text=gettext_lazy("从每个单位统计期内公开的信息中随机抽取，逐件查阅；0 为不抽。"),
    )
    seed = forms.CharField(
        label=gettext_lazy("抽样种子"), max_length=64, required=False, help_text=_SEED_HELP
    )  # fmt: skip
    agencies = AgenciesField(label=gettext_lazy("参加考核的单位"), queryset=Agency.objects.none())

    def prepare(self) -> None:
        self.choices_of("indicator_set").queryset = IndicatorSet.objects.filter(state=SetState.IN_FORCE)
        self.choices_of("survey").queryset = (
            Survey.objects.exclude(state=SurveyState.CANCELLED)
            .annotate(objects_count=Count("agencies"))
            .filter(objects_count__gt=0)
        )
        agencies = self.choices_of("agencies")
        agencies.queryset = Agency.objects.active().order_by("position", "name")
        field = self.fields["period"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(CUSTOM, gettext_lazy("按下面填写的日期")), *periods(today())]
        if isinstance(self.row, AssessmentRound):
            self._fill_from(self.row)

    def _fill_from(self, row: AssessmentRound) -> None:
        names = ("name", "slug", "kind", "period_start", "period_end", "sample_size", "seed")
        for name in names:
            self.fields[name].initial = getattr(row, name)
        self.fields["indicator_set"].initial = row.indicator_set_id
        self.fields["survey"].initial = row.survey_id
        self.fields["agencies"].initial = list(row.assessments.values_list("agency_id", flat=True))

    # --- boxes ------------------------------------------------------------------------------------------------------

    def agency_groups(self) -> list[dict[str, Any]]:
        """(kind, label, boxes) for the template: id, name, whether it is ticked."""
        field = self.fields["agencies"]
        assert isinstance(field, AgenciesField)
        value = self["agencies"].value()
        ticked = {str(one) for one in value} if isinstance(value, list | tuple) else set()
        return [
            {
                "kind": kind,
                "label": AgencyKind(kind).label,
                "count": len(agencies),
                "ticked": sum(str(one.pk) in ticked for one in agencies),
                "boxes": [(one.pk, one.display_name, str(one.pk) in ticked) for one in agencies],
            }
            for kind, agencies in field.grouped.items()
        ]

    def tick(self) -> bool:
        """Whether a button that ticks a kind was pressed: then the boxes are as it says, and nothing is judged yet."""
        pressed = [name for name in self.data if name.startswith(("tick-", "clear-"))]
        field = self.fields["agencies"]
        if not pressed or not isinstance(field, AgenciesField):
            return False
        assert isinstance(self.data, QueryDict)
        data = self.data.copy()
        verb, _dash, kind = pressed[0].partition("-")
        of_kind = {str(one.pk) for one in field.grouped.get(kind, [])}
        ticked = set(data.getlist("agencies"))
        data.setlist("agencies", sorted(ticked | of_kind if verb == "tick" else ticked - of_kind))
        self.data = data
        self._errors = forms.utils.ErrorDict()
        self.cleaned_data: dict[str, Any] = {}
        return True

    # --- what was typed ---------------------------------------------------------------------------------------------

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        same = AssessmentRound.objects.filter(slug=slug)
        if self.row is not None:
            same = same.exclude(pk=self.row.pk)
        if same.exists():
            raise forms.ValidationError(_("已有网址名为 %s 的考核。") % slug)
        return slug

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("period"):
            values["period_start"], values["period_end"] = days_of(values["period"])
            self._errors = self._without(("period_start", "period_end"))
        else:
            for name in ("period_start", "period_end"):
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, _("请选统计期，或者填起止日期。"))
        return values

    def _without(self, names: Iterable[str]) -> Any:
        """A day that is not used is not judged."""
        kept = forms.utils.ErrorDict(self.errors)
        for name in names:
            kept.pop(name, None)
        return kept

    @staticmethod
    def plan(values: dict[str, Any]) -> Plan:
        """What the service takes."""
        names = ("slug", "name", "indicator_set", "period_start", "period_end", "survey", "sample_size", "seed")
        picked = {name: values[name] for name in names}
        return Plan(kind=RoundKind(values["kind"]), agencies=list(values["agencies"]), **picked)


class ShareForm(CaseForm):
    days = forms.IntegerField(
        label=gettext_lazy("异议期（工作日）"),
        initial=OBJECTION_DAYS,
        widget=forms.NumberInput(attrs={"min": LEAST_OBJECTION, "max": LONGEST_OBJECTION}),
        help_text=gettext_lazy("从反馈的次日起算。各单位负责人会收到消息。"),
    )


class ReasonForm(CaseForm):
    note = long_text(gettext_lazy("原因"), length=500)


class DraftForm(CaseForm):
    """Published by the office of whoever drafts it."""

    agency = forms.ModelChoiceField(label=gettext_lazy("公开单位"), queryset=Agency.objects.none(), empty_label=None)

    def prepare(self) -> None:
        mine = [agency.pk for agency in access.agencies_with(self.actor, Permission.ASSESS)]
        self.choices_of("agency").queryset = Agency.objects.filter(pk__in=mine).order_by("position", "name")


class LeaveOutForm(CaseForm):
    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("随成绩单公开，例如机构撤销、场馆闭馆。不填原因保存，就重新参加排名。"),
    )

    def prepare(self) -> None:
        self.fields["reason"].initial = self.row.not_ranked_reason
