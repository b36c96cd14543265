"""Users and their roles.

An administrator manages people of his own agency and those below, gives roles there alone, and never
changes his own: the account that appoints reviewers must not review. Whoever also holds a role elsewhere
is out of reach, since a new password would open that role too.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from govportal import access, audit
from govportal.admin.base import AuditedModelAdmin
from govportal.models import Agency, Membership, User
from govportal.permissions import Permission

for _label in ("govportal.user", "govportal.membership"):
    access.open_admin(_label, view=Permission.MANAGE_USERS, change=Permission.MANAGE_USERS)


def may_manage(actor: Any, user: User) -> bool:
    """True if all roles of the user lie where the actor manages users; superusers are managed by none."""
    if user.is_superuser:
        return False
    return all(access.can(actor, Permission.MANAGE_USERS, m.agency) for m in user.memberships.select_related("agency"))


class MembershipForm(ModelForm):
    manageable: QuerySet[Agency]

    def clean_agency(self) -> Agency:
        agency: Agency = self.cleaned_data["agency"]
        if not self.manageable.filter(pk=agency.pk).exists():
            raise ValidationError(_("只能在您管理的单位及其下级任职。"))
        return agency


class MembershipInline(admin.TabularInline):
    model = Membership
    form = MembershipForm
    extra = 0
    autocomplete_fields = ("agency",)

    def get_formset(self, request: HttpRequest, obj: User | None = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.form.manageable = access.agencies_under(request.user, Permission.MANAGE_USERS)
        return formset

    def _is_open(self, request: HttpRequest, user: User | None) -> bool:
        """Nobody changes his own roles."""
        return request.user.has_perm("govportal.change_membership") and (user is None or user.pk != request.user.pk)

    def has_add_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return self._is_open(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(request, obj)


class NewUserForm(AdminUserCreationForm):
    """A user name and a password are enough."""

    usable_password = None  # type: ignore[assignment]  # every account signs in by password

    class Meta:
        model = User
        fields = ("username",)


@admin.register(User)
class UserAdmin(AuditedModelAdmin[User], DjangoUserAdmin):
    """Accounts are switched off, never deleted: the record names them."""

    is_public = False
    add_form = NewUserForm
    add_fieldsets = ((None, {"fields": ("username", "full_name", "password1", "password2")}),)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("个人资料"), {"fields": ("full_name", "email", "phone", "is_active")}),
    )
    list_display = ("username", "full_name", "is_active", "last_login")
    list_filter = ("is_active", "memberships__role")
    search_fields = ("username", "full_name")
    ordering = ("username",)
    filter_horizontal = ()
    inlines = (MembershipInline,)

    def agency_code_of(self, row: Model) -> str:
        user = row.user if isinstance(row, Membership) else row
        if isinstance(row, Membership):
            return row.agency.code
        first = user.memberships.select_related("agency").first()  # type: ignore[attr-defined]
        return first.agency.code if first else ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """People of the agencies below, and accounts that hold no role yet."""
        agencies = access.agencies_under(request.user, Permission.MANAGE_USERS)
        within = User.objects.filter(memberships__agency__in=agencies) | User.objects.filter(memberships__isnull=True)
        return User.objects.filter(pk__in=within.values("pk"), is_superuser=False)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or may_manage(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return ["is_active"] if obj is not None and obj.pk == request.user.pk else []

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        with transaction.atomic():
            user = self.get_object(request, id)
            before = user.password if user else ""
            response = super().user_change_password(request, id, form_url)
            if user and User.objects.get(pk=user.pk).password != before:
                audit.record(request.user, "user.password", user, agency_code=self.agency_code_of(user))
        return response
