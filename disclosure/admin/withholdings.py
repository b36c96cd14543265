"""不予公开备案 in the admin: for the staff of the agency, and of the body a matter was filed with."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from disclosure.admin.register_verbs import CHOOSE, Verb, VerbAdmin, VerbForm, long_text, toned
from disclosure.enums import WithholdingGround, WithholdingState
from disclosure.forms.base import DayField
from disclosure.models import Withholding
from disclosure.services import withhold
from govportal import access
from govportal.models import Agency, User
from govportal.now import now, today
from govportal.permissions import Permission

for _label in ("withholding", "withholdingreview"):
    access.open_admin(f"disclosure.{_label}", view=Permission.VIEW_WITHHELD)


class MatterForm(VerbForm):
    agency = forms.ModelChoiceField(label=_("单位"), queryset=Agency.objects.none(), empty_label=CHOOSE)
    name = forms.CharField(label=_("事项名称"), max_length=300, help_text=_("只有本单位和备案机关的人员能看到。"))
    ground = forms.ChoiceField(label=_("不公开情形"), choices=[("", CHOOSE), *WithholdingGround.choices])
    reason = long_text(_("理由"), length=2000)
    basis = forms.CharField(label=_("依据"), max_length=300, help_text=_("法律、法规的名称和条款。"))
    review_on = DayField(label=_("下次评估日期"), help_text=_("至少每12个月评估一次。"))
    postponed_until = DayField(label=_("暂缓至"), required=False, help_text=_("暂缓公开的，填到哪一天为止。"))
    filed_with = forms.ModelChoiceField(
        label=_("备案机关"), queryset=Agency.objects.none(), required=False, empty_label=CHOOSE
    )
    filed_on = DayField(
        label=_("备案日期"), required=False, help_text=_("还没有报备的不填，事项标为“未备案”，审定后再登记报备。")
    )
    number = forms.CharField(label=_("备案号"), max_length=80, required=False)

    def prepare(self) -> None:
        agencies = access.agencies_with(self.actor, Permission.DRAFT_ITEM)
        field = self.choices_of("agency")
        field.queryset = Agency.objects.filter(pk__in=[agency.pk for agency in agencies])
        superiors = Agency.objects.filter(is_active=True)
        if len({agency.pk for agency in agencies}) == 1:
            field.initial = agencies[0].pk
            self.fields["filed_with"].initial = agencies[0].parent_id
            superiors = withhold.superiors(agencies[0])
        self.choices_of("filed_with").queryset = superiors.order_by("position", "name")

    def clean(self) -> dict[str, Any]:
        """Filed on no day is not filed yet: the body that was offered then learns nothing of the matter."""
        values: dict[str, Any] = super().clean() or {}
        body, day, number = values.pop("filed_with", None), values.pop("filed_on", None), values.pop("number", "")
        if day and body is None:
            self.add_error("filed_with", _("填了备案日期的，须选备案机关。"))
        deposit = withhold.Deposit(agency=body, filed_on=day, number=number) if day and body else None
        return values | {"deposit": deposit}


class DepositForm(VerbForm):
    agency = forms.ModelChoiceField(
        label=_("备案机关"),
        queryset=Agency.objects.none(),
        empty_label=CHOOSE,
        help_text=_("备案以后，该机关的人员可以看到事项名称。"),
    )
    filed_on = DayField(label=_("备案日期"))
    number = forms.CharField(label=_("备案号"), max_length=80, required=False)

    def prepare(self) -> None:
        field = self.choices_of("agency")
        field.queryset = withhold.superiors(self.row.agency).order_by("position", "name")
        field.initial = self.row.filed_with_id or self.row.agency.parent_id


class VerdictForm(VerbForm):
    is_kept = forms.TypedChoiceField(
        label=_("评估结果"),
        choices=[("yes", _("继续不公开")), ("no", _("解除，可以公开"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reason = long_text(_("评估意见"), length=2000)
    next_review_on = DayField(label=_("下次评估日期"), required=False, help_text=_("继续不公开的须填。"))


class DueFilter(admin.SimpleListFilter):
    title = _("待办")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("decide", _("不公开事项待决定")),
            ("file", _("不公开事项未备案")),
            ("review", _("不公开事项待评估")),
            ("review_due", _("评估到期")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "decide":
                return queryset.to_decide_for(request.user)
            case "file":
                return queryset.to_file_for(request.user)
            case "review":
                return queryset.review_due_for(request.user, today())
            case "review_due":
                return queryset.review_due(today())
        return queryset


_TONES = {WithholdingState.PROPOSED: "warn", WithholdingState.IN_FORCE: "info", WithholdingState.RELEASED: "ok"}


def _decide(row: Withholding, actor: User, _values: dict[str, Any]) -> object:
    return withhold.decide(row.pk, actor=actor, at=now())


def _file(row: Withholding, actor: User, values: dict[str, Any]) -> object:
    return withhold.file_with(row.pk, withhold.Deposit(**values), actor=actor, at=now())


def _review(row: Withholding, actor: User, values: dict[str, Any]) -> object:
    return withhold.review(row.pk, withhold.Verdict(**values), actor=actor, at=now())


@admin.register(Withholding)
class WithholdingAdmin(VerbAdmin[Withholding]):
    list_display = ("matter", "shown_state", "filing", "review_on", "ground", "agency")
    list_filter = (DueFilter, "state", "ground")
    list_select_related = ("agency", "filed_with")
    search_fields = ("filing_number", "agency__name")  # not the matter: what is searched for stands in addresses
    page_template = "admin/disclosure/withholding.html"
    fieldsets = (
        (None, {"fields": ("matter", "shown_state", "ground", "reason", "basis", "postponed_until", "review_on")}),
        (_("备案"), {"fields": ("filing", "filed_with", "filed_on", "filing_number")}),
        (
            _("办理"),
            {"fields": ("agency", "edition", "proposed_by", "proposed_at", "decided_by", "decided_at", "released_at")},
        ),
    )
    readonly_fields = ("shown_state", "filing")
    add_form = MatterForm
    add_title = _("登记不予公开事项")
    warning = _("国家秘密不得录入本系统。事项名称须是可以在机关内知悉的。")
    verbs = (
        Verb("decide", _("审定，不予公开"), withhold.reasons_against_deciding, _decide),
        Verb(
            "file",
            _("登记报备"),
            lambda row, actor: withhold.reasons_against_filing(row, None, actor, today()),
            _file,
            DepositForm,
        ),
        Verb(
            "review",
            _("定期评估"),
            lambda row, actor: withhold.reasons_against_review(row, None, actor, today()),
            _review,
            VerdictForm,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Withholding]:
        return Withholding.objects.visible_to(request.user).select_related("agency")

    def may_add(self, actor: User) -> bool:
        return access.can(actor, Permission.DRAFT_ITEM)

    def add_row(self, actor: User, values: dict[str, Any]) -> Withholding:
        agency, deposit = values.pop("agency"), values.pop("deposit")
        return withhold.register(agency, withhold.Matter(**values), deposit=deposit, actor=actor, at=now())

    def page_title(self, row: Withholding) -> str:
        return row.matter

    def page_context(self, request: HttpRequest, row: Withholding) -> dict[str, Any]:
        reviews = row.reviews.select_related("reviewed_by")
        return super().page_context(request, row) | {"reviews": reviews}

    @admin.display(description=_("状态"), ordering="state")
    def shown_state(self, row: Withholding) -> str:
        return toned(row.get_state_display(), _TONES[WithholdingState(row.state)])

    @admin.display(description=_("备案情况"), ordering="filed_on")
    def filing(self, row: Withholding) -> str:
        """备案 is owed by what is withheld, and by nothing else."""
        if row.filed_on:
            return toned(_("已备案"), "ok")
        return toned(_("未备案"), "bad") if row.state == WithholdingState.IN_FORCE else ""
