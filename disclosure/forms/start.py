"""Step one of a new item: whose it is, of what type, for whom. Fixed from then on."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import Audience
from disclosure.forms.base import TypedForm
from disclosure.models import CatalogueEntry
from disclosure.services.compose import Place
from disclosure.types import ITEM_TYPE_CHOICES
from govportal import access
from govportal.models import Agency
from govportal.permissions import Permission


def entries_of(agency: Agency) -> Any:
    """The lines of the catalogue that this agency, or its kind where nobody is named, is responsible for."""
    active = CatalogueEntry.objects.filter(is_active=True, is_report=False)
    kinds = active.annotate(kinds_text=Cast("responsible_kinds", TextField()))
    of_kind = Q(agencies__isnull=True, kinds_text__contains=f'"{agency.kind}"')
    return kinds.filter(Q(agencies=agency) | of_kind).distinct().order_by("position", "code")


def drafting_agencies(user: Any) -> list[Agency]:
    """Where this person may draft, each once."""
    found = {agency.pk: agency for agency in access.agencies_with(user, Permission.DRAFT_ITEM) if agency.is_active}
    return list(found.values())


class AgencyForm(TypedForm):
    """Asked of those who draft for several agencies."""

    agency: Any = forms.ModelChoiceField(queryset=None, label=gettext_lazy("发布机构"), empty_label=None)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = [agency.pk for agency in drafting_agencies(user)]
        field: Any = self.fields["agency"]
        field.queryset = Agency.objects.filter(pk__in=mine)


class StartForm(TypedForm):
    """The agency is known. The entry is typed or chosen from the list by its code."""

    item_type = forms.ChoiceField(label=gettext_lazy("信息类型"), choices=[("", "---------"), *ITEM_TYPE_CHOICES])
    entry = forms.CharField(
        label=gettext_lazy("公开事项（标准目录）"),
        required=False,
        help_text=gettext_lazy("输入编号或名称里的字，从列表中选择；不属于目录的可以不填。"),
        widget=forms.TextInput(attrs={"list": "entries", "class": "vTextField", "autocomplete": "off"}),
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("公开范围"),
        choices=Audience.choices,
        widget=forms.RadioSelect,
        initial=Audience.PUBLIC,
        help_text=gettext_lazy("起草以后不能改变。对内公开的信息只有本单位人员登录后可见。"),
    )

    def __init__(self, *args: Any, agency: Agency, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agency = agency
        if not access.can(user, Permission.VIEW_INTERNAL, agency):
            audience: Any = self.fields["audience"]
            audience.choices = [choice for choice in Audience.choices if choice[0] == Audience.PUBLIC]

    def entries(self) -> list[str]:
        """The choices of the list: code and name."""
        return [f"{entry.code} {entry.full_name}" for entry in entries_of(self.agency)]

    def clean_entry(self) -> CatalogueEntry | None:
        typed: str = self.cleaned_data["entry"].strip()
        if not typed:
            return None
        code = typed.split()[0]
        found: CatalogueEntry | None = entries_of(self.agency).filter(code=code).first()
        if found is None:
            raise ValidationError(_("“%s”不是本单位的公开事项，请从列表中选择。") % typed[:60])
        return found

    def place(self) -> Place:
        """Call after `is_valid`."""
        chosen = self.cleaned_data
        return Place(
            agency=self.agency,
            item_type=chosen["item_type"],
            audience=chosen["audience"],
            catalogue_entry=chosen["entry"],
        )
