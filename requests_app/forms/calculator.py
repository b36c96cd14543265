"""The public calculator: a history of dates, a quantity to be charged. Both come in the address: pages are cached."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.html import format_html
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from govportal.workdays import Calendar
from requests_app import fees
from requests_app.clock import ClockKind, Event, Fault, FaultCode, Reading, fold, reasons_against
from requests_app.clock_events import LAST_YEAR
from requests_app.clock_terms import LONGEST_DELAY, TERMS, TermKey
from requests_app.clock_words import Line, fault_line
from requests_app.enums import FeeMode

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

type Words = str | _StrPromise

_EXTENSION = next(term for term in reversed(TERMS) if term.key is TermKey.EXTENSION)


class DayInput(forms.DateInput):
    """The browser's date field; what is no date stays readable in a plain one, which the former would empty."""

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"type": "date", "class": "w-short"})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["value"]
        if shown and not _is_iso(shown):
            context["widget"]["type"] = "text"
        return context


def _is_iso(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class DayField(forms.DateField):
    """A day as browsers send it, or as people type it."""

    widget = DayInput

    def __init__(self, label: Words, help_text: Words = "", required: bool = False) -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            required=required,
            input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"],
            error_messages={
                "required": _("请填写日期。"),
                "invalid": _("请填写日期，例如 2026-03-02。"),
            },
        )


def _days_field(most: int) -> forms.IntegerField:
    wrong = format_lazy(_("请填写1到{most}之间的整数。"), most=most)
    return forms.IntegerField(
        label=_("增加的工作日"),
        min_value=1,
        max_value=most,
        required=False,
        error_messages={"invalid": wrong, "min_value": wrong, "max_value": wrong},
        widget=forms.NumberInput(attrs={"class": "w-short", "inputmode": "numeric"}),
    )


def _marked(line: Line) -> str:
    """A sentence with its articles, which are Chinese in every language (WCAG 3.1.2)."""
    return format_html('{}<span lang="zh-CN">（{}）</span>', line.text, line.basis) if line.basis else line.text


@dataclass(frozen=True, slots=True)
class _EventFields:
    """The fields that make one event; all of the same `ref` belong to one question."""

    kind: ClockKind
    on: str
    days: str = ""
    delivered_on: str = ""


# In the order in which events of one day happen.
_EVENTS = (
    _EventFields(ClockKind.CORRECTION_ASKED, "correction_asked_on"),
    _EventFields(ClockKind.CORRECTED, "corrected_on"),
    _EventFields(ClockKind.THIRD_PARTY_ASKED, "third_party_asked_on", delivered_on="third_party_delivered_on"),
    _EventFields(ClockKind.THIRD_PARTY_ANSWERED, "third_party_answered_on"),
    _EventFields(ClockKind.CO_AGENCY_ASKED, "co_agency_asked_on", delivered_on="co_agency_delivered_on"),
    _EventFields(ClockKind.CO_AGENCY_ANSWERED, "co_agency_answered_on"),
    _EventFields(ClockKind.FEE_NOTIFIED, "fee_notified_on"),
    _EventFields(ClockKind.FEE_PAID, "fee_paid_on"),
    _EventFields(ClockKind.EXTENDED, "extended_on", days="extended_days"),
    _EventFields(ClockKind.DELAYED, "delayed_on", days="delayed_days"),
    _EventFields(ClockKind.ANSWERED, "answered_on"),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together, folded while nothing is entered in them."""

    title: Words
    article: str
    fields: list[BoundField]
    is_open: bool


class ClockForm(forms.Form):
    """Dates of one request. After `is_valid()`, `reading` is what the clock says."""

    received_on = DayField(
        _("收到申请的日期"),
        _("当面提交的是提交之日，挂号信、快递是签收之日，平信、网上和传真提交的是双方确认之日（条例第三十一条）。"),
        required=True,
    )
    today = DayField(_("算到哪一天"), _("不填就是今天。"))
    correction_asked_on = DayField(_("告知补正的日期"))
    corrected_on = DayField(_("收到补正申请的日期"))
    third_party_asked_on = DayField(_("发出征求意见书的日期"))
    third_party_delivered_on = DayField(_("第三方收到的日期"), _("不填就按发出之日算。"))
    third_party_answered_on = DayField(_("收到意见的日期"), _("没有收到就不填。"))
    co_agency_asked_on = DayField(_("发出征求意见书的日期"))
    co_agency_delivered_on = DayField(_("对方机关收到的日期"), _("不填就按发出之日算。"))
    co_agency_answered_on = DayField(_("收到意见的日期"), _("没有收到就不填。"))
    extended_on = DayField(_("批准延长的日期"))
    extended_days = _days_field(_EXTENSION.days or 0)
    delayed_on = DayField(_("确定延迟的日期"))
    delayed_days = _days_field(LONGEST_DELAY)
    fee_notified_on = DayField(_("收费通知的日期"))
    fee_paid_on = DayField(_("缴费的日期"))
    answered_on = DayField(_("作出答复的日期"))

    def __init__(self, *args: Any, calendar: Calendar, now_on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.calendar = calendar
        self.now_on = now_on
        self.reading: Reading | None = None

    def clean_today(self) -> date | None:
        today: date | None = self.cleaned_data["today"]
        if today and today.year > LAST_YEAR:
            raise forms.ValidationError(_("日期超出了可以计算的范围。"))
        received_on = self.cleaned_data.get("received_on")
        if today and received_on and today < received_on:
            raise forms.ValidationError(_("算到的日期不能早于收到申请的日期。"))
        return today

    def clean(self) -> None:
        data = self.cleaned_data
        for fields in _EVENTS:
            self._demand_partner(fields.on, fields.days, _("请同时填写增加的工作日。"))
            self._demand_partner(fields.days, fields.on, _("请同时填写日期。"))
            self._demand_partner(fields.delivered_on, fields.on, _("请同时填写发出的日期。"))
        if self.errors:
            return
        events = self._events()
        facts = [event for _fields, event in events]
        counts = settings.REQUEST_COUNTS_RECEIPT_DAY
        faults = reasons_against(data["received_on"], facts, self.calendar, counts_receipt_day=counts)
        for fault in faults:
            self.add_error(self._field_of(fault, events), _marked(fault_line(fault)))
        if not faults:
            self.reading = fold(
                data["received_on"],
                facts,
                self.calendar,
                today=data["today"] or self.now_on,
                counts_receipt_day=counts,
            )

    def _demand_partner(self, given: str, partner: str, words: Words) -> None:
        if not given or not partner or partner in self.errors:
            return
        if self.cleaned_data.get(given) is not None and self.cleaned_data.get(partner) is None:
            self.add_error(partner, words)

    def _events(self) -> list[tuple[_EventFields, Event]]:
        data = self.cleaned_data
        events = [
            (
                fields,
                Event(
                    fields.kind,
                    data[fields.on],
                    days=data[fields.days] if fields.days else None,
                    delivered_on=data[fields.delivered_on] if fields.delivered_on else None,
                ),
            )
            for fields in _EVENTS
            if data[fields.on]
        ]
        return sorted(events, key=lambda pair: pair[1].on)

    def _field_of(self, fault: Fault, events: list[tuple[_EventFields, Event]]) -> str:
        if fault.position is None:
            return "received_on"
        fields, _event = events[fault.position]
        if fault.code is FaultCode.DELIVERED_EARLY:
            return fields.delivered_on
        return fields.days if fault.code is FaultCode.WRONG_DAYS else fields.on

    def groups(self) -> Iterator[Group]:
        """The fields of the events, by what they belong to."""
        for title, article, names in _GROUPS:
            fields = [self[name] for name in names]
            yield Group(title, article, fields, any(field.errors or field.value() for field in fields))


_GROUPS: tuple[tuple[Words, str, tuple[str, ...]], ...] = (
    (_("补正"), "第三十条", ("correction_asked_on", "corrected_on")),
    (
        _("征求第三方意见"),
        "第三十二条",
        ("third_party_asked_on", "third_party_delivered_on", "third_party_answered_on"),
    ),
    (
        _("征求相关行政机关意见"),
        "第三十四条",
        ("co_agency_asked_on", "co_agency_delivered_on", "co_agency_answered_on"),
    ),
    (_("延长答复期限"), "第三十三条", ("extended_on", "extended_days")),
    (_("延迟答复"), "第三十五条", ("delayed_on", "delayed_days")),
    (_("收取信息处理费"), "第四十二条", ("fee_notified_on", "fee_paid_on")),
    (_("作出答复"), "第三十六条", ("answered_on",)),
)

MOST_ITEMS, MOST_PAGES = 1_000, 1_000_000  # a thousand items are a hundred lines of working


class FeeForm(forms.Form):
    """A quantity to be charged. After `is_valid()`, `charge` is what the tariff gives."""

    mode = forms.ChoiceField(
        label=_("计收方式"),
        choices=FeeMode,
        widget=forms.RadioSelect,
        help_text=_("行政机关对每件申请选一种方式，不能同时按两种方式收费。"),
        error_messages={"required": _("请选择计收方式。"), "invalid_choice": _("请选择计收方式。")},
    )
    quantity = forms.IntegerField(
        label=_("件数或者页数"),
        min_value=0,
        max_value=MOST_PAGES,
        error_messages={
            "required": _("请填写件数或者页数。"),
            "invalid": _("请填写整数。"),
            "min_value": _("不能小于0。"),
            "max_value": _("数量太大了。"),
        },
        widget=forms.NumberInput(attrs={"class": "w-short", "inputmode": "numeric"}),
    )
    earlier = forms.IntegerField(
        label=_("当月在此之前的件数"),
        help_text=_("按件计收时，同一申请人在同一个自然月内的申请累计计算。"),
        min_value=0,
        max_value=MOST_ITEMS,
        required=False,
        error_messages={
            "invalid": _("请填写整数。"),
            "min_value": _("不能小于0。"),
            "max_value": _("数量太大了。"),
        },
        widget=forms.NumberInput(attrs={"class": "w-short", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.charge: fees.Charge | None = None

    def clean(self) -> None:
        data = self.cleaned_data
        if self.errors:
            return
        if data["mode"] == FeeMode.BY_VOLUME:
            self.charge = fees.by_volume(data["quantity"])
        elif data["quantity"] > MOST_ITEMS:
            self.add_error("quantity", _("数量太大了。"))
        else:
            self.charge = fees.by_item(data["quantity"], earlier=data["earlier"] or 0)


def parameters() -> set[str]:
    """The names under which the page cache may keep the calculator."""
    return {*ClockForm.base_fields, *FeeForm.base_fields}
