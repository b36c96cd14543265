"""What the verbs of a case ask: persons are chosen by part and post, their names masked."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, long_text
from disclosure.forms.base import DayField
from disclosure.models import Obligation
from evaluation.accountability_enums import (
    AGENCY_MEASURES,
    Circumstance,
    Measure,
    NoticeKind,
    Part,
    Responsibility,
)
from evaluation.accountability_rules import CORRECTION_BASIS, MEASURES, clauses_on
from evaluation.models import AccountabilityCase, AccountabilityNotice, Assessment, Finding, Respondent
from evaluation.services import accountability_decide, accountability_open, accountability_summary
from evaluation.services.accountability_notices import LONGEST_WAIT, days_to_speak, undelivered
from evaluation.services.accountability_procedure import LONGEST, respondents_of
from evaluation.services.accountability_respondents import MOST_NAME, masked
from govportal import access
from govportal.forms import whole_number
from govportal.models import Agency, PrivateFile
from govportal.now import today
from govportal.permissions import Permission
from requests_app.admin.file_fields import FilesField
from requests_app.admin.verb_pages import CaseForm

NOBODY = gettext_lazy("不处理")


class PersonField(forms.ModelChoiceField):
    """By part and post; of the name the first character."""

    def __init__(self) -> None:
        label = gettext_lazy("责任人")
        super().__init__(label=label, queryset=Respondent.objects.none(), empty_label=CHOOSE)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.get_part_display()}（{obj.post}）{masked(obj)}"


class PaperField(FilesField):
    """One scan; a list of one or none, as the page of the verb writes it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.FileInput, **kwargs)


def paper_of(files: Iterable[PrivateFile]) -> PrivateFile | None:
    return next(iter(files), None)


def _offer(field: forms.ModelChoiceField, rows: QuerySet[Any]) -> None:
    """The only one there is, is chosen."""
    field.queryset = rows
    only = list(rows[:2])
    if len(only) == 1:
        field.empty_label, field.initial = None, only[0]


def _choices(field: forms.Field, choices: Iterable[Any]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


# --- opening --------------------------------------------------------------------------------------------------------


class OpenForm(CaseForm):
    """`?agency=…&complaint_id=…` and the like fill in what another page knows."""

    from_address = frozenset({"complaint_id", "finding", "obligation", "assessment"})
    agency = forms.ModelChoiceField(
        label=gettext_lazy("被追究单位"), queryset=Agency.objects.none(), empty_label=CHOOSE
    )
    clause = forms.ChoiceField(label=gettext_lazy("追究情形"))
    facts = long_text(
        gettext_lazy("查明的事实"),
        length=accountability_open.MOST_FACTS,
        help_text=gettext_lazy("加密保存，写进告知书，责任人看得到。"),
    )
    public_facts = long_text(
        gettext_lazy("可以公开的事实"),
        length=accountability_open.MOST_PUBLIC,
        help_text=gettext_lazy("写进决定书和公开摘要。不写姓名，不写线索从何而来。"),
    )
    complaint_id = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    finding = forms.ModelChoiceField(queryset=Finding.objects.all(), required=False, widget=forms.HiddenInput)
    obligation = forms.ModelChoiceField(queryset=Obligation.objects.all(), required=False, widget=forms.HiddenInput)
    assessment = forms.ModelChoiceField(queryset=Assessment.objects.all(), required=False, widget=forms.HiddenInput)

    def prepare(self) -> None:
        reached = access.agencies_under(self.actor, Permission.HOLD_ACCOUNTABLE)
        own = access.own_agencies(self.actor)
        self.choices_of("agency").queryset = reached.exclude(pk__in=own).order_by("position", "name")
        _choices(self.fields["clause"], [("", CHOOSE), *_grouped_clauses()])
        if finding := self._finding():
            self.fields["facts"].initial = self.fields["public_facts"].initial = finding.text

    def _finding(self) -> Finding | None:
        """What the case is to come of, where this person may read it."""
        pk = whole_number(self["finding"].value() or "") or 0
        rows = Finding.objects.visible_to(self.actor).select_related("assessment__round")
        return rows.filter(pk=pk).first()

    def source_words(self) -> str:
        """What the case is to come of, as far as this person may know it."""
        complaint, assessment = (whole_number(self[name].value() or "") for name in ("complaint_id", "assessment"))
        found = [
            f"{_('移送的线索')} {one.number}　{one.agency}　{one.ground}"
            for one in accountability_open.referrals(self.actor)
            if one.pk == complaint
        ]
        found += [
            str(one) for one in accountability_open.poor_assessments(self.actor, today().year) if one.pk == assessment
        ]
        if finding := self._finding():
            found.append(f"{_('考核问题')} {finding}　{finding.text}")
        return "；".join(found)

    def clean(self) -> dict[str, Any] | None:
        """What stands in no visible field is said above the form."""
        if wrong := self.from_address & set(self.errors):
            for name in wrong:
                del self.errors[name]
            self.add_error(None, _("来源有误，请从原来的页面重新打开。"))
        return self.cleaned_data


def _grouped_clauses() -> Iterator[tuple[Promise | str, list[tuple[str, str]]]]:
    groups: dict[Any, list[tuple[str, str]]] = {}
    for clause in clauses_on(today()):
        groups.setdefault(clause.group, []).append((clause.key, f"{clause.article}　{clause.words}"))
    yield from ((group.label, clauses) for group, clauses in groups.items())


class AmendForm(CaseForm):
    facts = long_text(
        gettext_lazy("查明的事实"),
        length=accountability_open.MOST_FACTS,
        help_text=gettext_lazy("写进每一份告知书：写身份，不写姓名。制发告知书以后不能再改。"),
    )

    def prepare(self) -> None:
        self.fields["facts"].initial = self.row.facts
        self.fields["facts"].widget.attrs["rows"] = 10


# --- people ---------------------------------------------------------------------------------------------------------


class ShareForm(CaseForm):
    part = forms.ChoiceField(label=gettext_lazy("身份"), choices=[("", CHOOSE), *Part.choices])
    circumstance = forms.ChoiceField(label=gettext_lazy("情形"), choices=[("", CHOOSE), *Circumstance.choices])
    dissent_on_record = forms.BooleanField(
        label=gettext_lazy("会议记录载明他提出过不同意见"),
        required=False,
        help_text=gettext_lazy("只用于集体讨论决定的班子其他成员。"),
    )


class NameForm(ShareForm):
    name = forms.CharField(
        label=gettext_lazy("姓名"),
        max_length=MOST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("加密保存；列表和页面上只显示第一个字。"),
    )
    post = forms.CharField(
        label=gettext_lazy("职务"), max_length=MOST_NAME, help_text=gettext_lazy("不写姓名，例如“政务公开股负责人”。")
    )
    field_order = ("name", "post", "part", "circumstance", "dissent_on_record")


class PeopleForm(CaseForm):
    """One person of the case is chosen; `among` says of whom."""

    respondent = PersonField()

    def among(self) -> QuerySet[Respondent]:
        return Respondent.objects.filter(case=self.row)

    def prepare(self) -> None:
        _offer(self.choices_of("respondent"), self.among())


class StrikeForm(PeopleForm):
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=500, help_text=gettext_lazy("例如“登记错误”。不写姓名。")
    )

    def among(self) -> QuerySet[Respondent]:
        return super().among().filter(notices=None, heard_on=None, waived_on=None)


class DivideForm(PeopleForm, ShareForm):
    note = long_text(gettext_lazy("重新区分的理由"), length=LONGEST)
    field_order = ("respondent", "part", "circumstance", "dissent_on_record", "note")


def _notices_in_force(row: AccountabilityCase) -> QuerySet[AccountabilityNotice]:
    return AccountabilityNotice.objects.filter(case=row, kind=NoticeKind.HEARING, withdrawn_on=None)


class NotifyForm(PeopleForm):
    statement_by = DayField(
        label=gettext_lazy("陈述和申辩的最后一天"),
        initial=days_to_speak,
        help_text=gettext_lazy("写进告知书，给责任人留出准备的时间：今天以后，%s日以内。") % LONGEST_WAIT,
    )

    def among(self) -> QuerySet[Respondent]:
        return super().among().exclude(pk__in=_notices_in_force(self.row).values("respondent"))


class _UnheardForm(PeopleForm):
    on = DayField(label=gettext_lazy("日期"), initial=today)

    def among(self) -> QuerySet[Respondent]:
        arrived = _notices_in_force(self.row).filter(delivered_on__isnull=False)
        return super().among().filter(heard_on=None, waived_on=None, pk__in=arrived.values("respondent"))


class HearForm(_UnheardForm):
    text = long_text(
        gettext_lazy("陈述和申辩"), length=LONGEST, help_text=gettext_lazy("照本人的话记录，加密保存，登记以后不能改。")
    )
    paper = PaperField(
        label=gettext_lazy("签名的笔录"), required=False, help_text=gettext_lazy("PDF、JPG 或者 PNG，加密保存。")
    )


class WaiveForm(_UnheardForm):
    paper = PaperField(
        label=gettext_lazy("本人签名的书面材料"),
        help_text=gettext_lazy("PDF、JPG 或者 PNG。没有本人的书面表示，不算放弃。"),
    )


class NoteForm(CaseForm):
    note = long_text(gettext_lazy("理由"), length=LONGEST)


# --- decision -------------------------------------------------------------------------------------------------------


class DecideForm(CaseForm):
    """Two fields for each person of the case: what is done, and what was made of what he said."""

    reasons = long_text(
        gettext_lazy("决定的理由"),
        length=accountability_decide.MOST_REASONS,
        help_text=gettext_lazy("写进决定书，单位和全部责任人看得到。不写姓名，也不写线索从何而来。"),
    )
    agency_measure = forms.ChoiceField(label=gettext_lazy("对单位的处理"), required=False)
    correction_due_on = DayField(
        label=gettext_lazy("改正期限"),
        required=False,
        help_text=gettext_lazy("须是工作日。不填，按处理方式计算：10、15 或者 20 个工作日。"),
    )

    def prepare(self) -> None:
        measures = [(one, f"{one.label}：{MEASURES[one].agency_part}") for one in AGENCY_MEASURES]
        _choices(self.fields["agency_measure"], [("", NOBODY), *measures])
        for who in respondents_of(self.row):
            label = f"{who.get_part_display()}（{who.post}）{masked(who)}，{who.get_responsibility_display()}"
            bears = who.responsibility != Responsibility.NONE
            if bears:
                possible = [choice for one in Measure if who.part in MEASURES[one].parts for choice in _ways(one)]
                self.fields[f"measure_{who.pk}"] = forms.ChoiceField(
                    label=label, choices=[("", CHOOSE), *possible], required=False
                )
            self.fields[f"consideration_{who.pk}"] = long_text(
                _("采纳情况") if bears else _("%s：采纳情况") % label,
                length=accountability_decide.MOST_CONSIDERATION,
                is_required=False,
                help_text=_("写进给本人的通知书。") if who.heard_on else _("本人书面放弃陈述，可以不填。"),
            )

    def decision(self, values: dict[str, Any]) -> accountability_decide.Decision:
        people = {
            who.pk: accountability_decide.Outcome(
                measure=measure, form=form, consideration=values.get(f"consideration_{who.pk}", "")
            )
            for who in respondents_of(self.row)
            for measure, _dot, form in [values.get(f"measure_{who.pk}", "").partition(".")]
        }
        named = {name: values[name] for name in ("reasons", "agency_measure", "correction_due_on")}
        return accountability_decide.Decision(people=people, **named)


def _ways(measure: Measure) -> Iterator[tuple[str, str]]:
    """A measure, or each of its forms: circular.transfer."""
    forms = MEASURES[measure].forms
    yield from ((f"{measure}.{form}", words) for form, words in forms.items())
    if not forms:
        yield measure.value, str(measure.label)


class DropForm(CaseForm):
    reasons = long_text(
        gettext_lazy("不予追究的理由"),
        length=accountability_decide.MOST_REASONS,
        help_text=gettext_lazy("写进给责任人的通知书。不写姓名。"),
    )


class ReferForm(PeopleForm):
    on = DayField(label=gettext_lazy("移送日期"), initial=today)

    def among(self) -> QuerySet[Respondent]:
        return super().among().filter(pk__in=[who.pk for who in accountability_decide.to_refer(self.row)])


class NoticeField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        to = f"{obj.respondent.get_part_display()}（{obj.respondent.post}）" if obj.respondent else _("单位")
        return f"{obj.number}　{obj.get_kind_display()}　{to}"


class DeliverForm(CaseForm):
    notice = NoticeField(label=gettext_lazy("文书"), queryset=AccountabilityNotice.objects.none(), empty_label=CHOOSE)
    on = DayField(label=gettext_lazy("送达日期"), initial=today)

    def prepare(self) -> None:
        _offer(self.choices_of("notice"), undelivered(self.row).select_related("respondent"))


# --- correction and publication -------------------------------------------------------------------------------------


class OrderForm(CaseForm):
    problem = forms.CharField(
        label=gettext_lazy("问题"), max_length=300, help_text=gettext_lazy("只写公开工作本身的问题。")
    )
    requirement = long_text(gettext_lazy("整改要求"), length=2000)
    basis = forms.CharField(label=gettext_lazy("依据"), max_length=300, initial=CORRECTION_BASIS)
    due_on = DayField(
        label=gettext_lazy("整改期限"), required=False, help_text=gettext_lazy("不填，为决定确定的改正期限。")
    )


class ReportForm(CaseForm):
    text = long_text(
        gettext_lazy("改正情况"), length=LONGEST, help_text=gettext_lazy("怎样纠正、何时完成、怎样防止再发生。")
    )
    paper = PaperField(
        label=gettext_lazy("盖章的书面报告"),
        required=False,
        help_text=gettext_lazy("PDF、JPG 或者 PNG，加密保存。"),
    )

    def prepare(self) -> None:
        self.fields["text"].initial = self.row.correction


class ReceiveForm(CaseForm):
    on = DayField(label=gettext_lazy("收到日期"), initial=today)
    text = long_text(gettext_lazy("改正情况"), length=LONGEST, help_text=gettext_lazy("照书面报告写明。"))
    paper = PaperField(
        label=gettext_lazy("书面报告"),
        help_text=gettext_lazy("PDF、JPG 或者 PNG，加密保存。单位已经撤销的，附承继单位的报告或者核查记录。"),
    )


class ReturnForm(CaseForm):
    note = long_text(gettext_lazy("还要改正什么"), length=2000, help_text=gettext_lazy("被追究单位看得到。"))
    due_on = DayField(label=gettext_lazy("新的期限"), help_text=gettext_lazy("须是工作日。"))


class VerifyForm(CaseForm):
    text = long_text(gettext_lazy("核实意见"), length=2000, help_text=gettext_lazy("被追究单位看得到。核实以后结案。"))


class SummaryForm(CaseForm):
    title = forms.CharField(label=gettext_lazy("标题"), max_length=accountability_summary.MOST_TITLE)
    text = long_text(gettext_lazy("摘要"), length=accountability_summary.MOST_TEXT)

    def prepare(self) -> None:
        self.fields["text"].widget.attrs["rows"] = 10
        if self.row.is_ruled:
            proposed = accountability_summary.composed(self.row, respondents_of(self.row))
            self.fields["title"].initial, self.fields["text"].initial = proposed.title, proposed.text
