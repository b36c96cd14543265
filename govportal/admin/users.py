"""Users and their roles.

An administrator manages people of his own agency and those below, gives roles there alone, and never
changes his own: the account that appoints reviewers must not review. Whoever also holds a role elsewhere
is out of reach, since a new password would open that role too. An account without a role is its maker's,
and the site's administrators'. Nobody chooses a password for another: the portal makes one that is shown
once and must be changed at the first login, so whoever used it first is found out by the other.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
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
    agencies = [membership.agency for membership in user.memberships.select_related("agency")]
    if not agencies:
        return user.created_by_id == actor.pk or access.holds_for_all(actor, Permission.MANAGE_USERS)
    return all(access.can(actor, Permission.MANAGE_USERS, agency) for agency in agencies)


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


class NewUserForm(ModelForm):
    """A user name is enough; the portal makes the password."""

    class Meta:
        model = User
        fields = ("username", "full_name")

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(_("已有这个用户名（不分大小写）。"))
        return name


@admin.register(User)
class UserAdmin(AuditedModelAdmin[User], DjangoUserAdmin):
    """Accounts are switched off, never deleted: the record names them."""

    is_public = False
    add_form = NewUserForm
    add_form_template = None
    add_fieldsets = ((None, {"fields": NewUserForm.Meta.fields}),)
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

    def agency_of(self, row: Model) -> Agency | None:
        if isinstance(row, Membership):
            return row.agency
        first = row.memberships.select_related("agency").first()  # type: ignore[attr-defined]
        return first.agency if first else None

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """People of the agencies below, and accounts without a role as in `may_manage`."""
        idle = Q(memberships=None)
        if not access.holds_for_all(request.user, Permission.MANAGE_USERS):
            idle &= Q(created_by=request.user.pk)
        agencies = access.agencies_under(request.user, Permission.MANAGE_USERS)
        within = User.objects.filter(Q(memberships__agency__in=agencies) | idle)
        return User.objects.filter(pk__in=within.values("pk"), is_superuser=False)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or may_manage(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return ["is_active"] if obj is not None and obj.pk == request.user.pk else []

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        if not change:
            obj.created_by_id = request.user.pk
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        return self._with_new_password(request, obj)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Asks whether to make a one-time password; on confirmation makes it and shows it."""
        user = self.get_object(request, id)
        if user is None or not self.has_change_permission(request, user):
            raise PermissionDenied
        if user.pk == request.user.pk:
            return HttpResponseRedirect(reverse("admin:password_change"))
        if request.method == "POST":
            return self._with_new_password(request, user)
        return self._password_page(request, user, "")

    @transaction.atomic
    def _with_new_password(self, request: HttpRequest, user: User) -> HttpResponse:
        password = user.give_one_time_password()
        user.save(update_fields=["password", "must_change_password"])
        audit.record(request.user, "user.password", user, agency=self.agency_of(user))
        return self._password_page(request, user, password)

    def _password_page(self, request: HttpRequest, user: User, password: str) -> HttpResponse:
        context = {"opts": self.opts, "original": user, "password": password, "title": _("一次性密码")}
        page = {**self.admin_site.each_context(request), **context}
        return TemplateResponse(request, "admin/govportal/user/one_time_password.html", page)
