from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from disclosure.models import BestBet, Item, Synonym
from disclosure.search.tokens import line
from govportal import access
from govportal.admin.base import AuditedModelAdmin
from govportal.permissions import Permission

for _label in ("disclosure.synonym", "disclosure.bestbet"):
    access.open_admin(_label, view=Permission.MANAGE_SEARCH, change=Permission.MANAGE_SEARCH, is_site_wide=True)


def _searchable(text: str) -> str:
    if not line(text):
        raise ValidationError(_("请至少填写一个字、词或数字。"))
    return text


class SynonymForm(forms.ModelForm):
    def clean_word(self) -> str:
        return _searchable(self.cleaned_data["word"])

    def clean_term(self) -> str:
        term = _searchable(self.cleaned_data["term"])
        if line(term) == line(self.cleaned_data.get("word", "")):
            raise ValidationError(_("规范用语与常用说法相同。"))
        return term


class BestBetForm(forms.ModelForm):
    """Offers and names public items alone: whoever keeps the search need not be staff of the agency."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item = self.fields["item"]
        assert isinstance(item, forms.ModelChoiceField)
        item.queryset = Item.objects.visible_to(AnonymousUser())

    def clean_query(self) -> str:
        return _searchable(self.cleaned_data["query"])


@admin.register(Synonym)
class SynonymAdmin(AuditedModelAdmin[Synonym]):
    form = SynonymForm
    list_display = ("word", "term", "is_active")
    list_filter = ("is_active",)
    search_fields = ("word", "term")


@admin.register(BestBet)
class BestBetAdmin(AuditedModelAdmin[BestBet]):
    form = BestBetForm
    list_display = ("query", "item", "position")
    list_select_related = ("item",)
    search_fields = ("query", "item__title")
    autocomplete_fields = ("item",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[BestBet]:
        """Also those of withdrawn items, whose notice is public: somebody must take them away."""
        public = Item.objects.addressable_by(AnonymousUser())
        return super().get_queryset(request).filter(item__in=public)
