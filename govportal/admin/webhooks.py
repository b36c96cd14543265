"""单位消息接口: where an agency's messenger takes its reminders. The secret is shown once and never again."""

from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminURLFieldWidget
from django.core.exceptions import PermissionDenied
from django.core.validators import URLValidator
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import access, audit, contributions, notices, webhooks
from govportal.admin.base import AuditedModelAdmin
from govportal.models import Agency, Webhook
from govportal.permissions import Permission

access.open_admin("govportal.webhook", view=Permission.MANAGE_SITE, change=Permission.MANAGE_SITE, is_site_wide=True)
contributions.list_notes["govportal.webhook"] = gettext_lazy("期限提醒送到单位自己的消息平台，带签名。")
contributions.audit_words["webhook.test"] = gettext_lazy("发送测试消息")
SHORTEST_SECRET = 16


class WebhookForm(forms.ModelForm):
    """An empty secret is kept as it is, and made by the portal where there is none or a new one is asked for."""

    url = forms.URLField(
        label=gettext_lazy("接口地址"),
        max_length=300,
        assume_scheme="https",
        validators=[URLValidator(schemes=list(webhooks.SCHEMES))],
        widget=AdminURLFieldWidget,
    )
    secret = forms.CharField(
        label=gettext_lazy("密钥"),
        required=False,
        min_length=SHORTEST_SECRET,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("留空时由系统生成（已有密钥的保持不变）。保存后只显示一次。"),
    )
    is_renewed = forms.BooleanField(label=gettext_lazy("换成系统新生成的密钥"), required=False)

    told = ""  # the secret that this form has set

    class Meta:
        model = Webhook
        fields = ("agency", "url", "is_active", "secret", "is_renewed")

    @property
    def changed_data(self) -> list[str]:
        """The field of the secret is shown empty, which is no change."""
        return [name for name in super().changed_data if name != "secret" or self.told]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            is_due = cleaned.get("is_renewed") or not self.instance.secret
            self.told = cleaned.get("secret") or (webhooks.new_secret() if is_due else "")
        cleaned["secret"] = self.told or self.instance.secret
        return cleaned


@admin.register(Webhook)
class WebhookAdmin(AuditedModelAdmin[Webhook]):
    is_public = False
    form = WebhookForm
    fields = WebhookForm.Meta.fields
    list_display = ("agency", "host", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("agency",)
    search_fields = ("agency__name", "agency__code")
    change_form_template = "admin/govportal/webhook/change_form.html"

    @admin.display(description=gettext_lazy("接口所在"))
    def host(self, row: Webhook) -> str:
        return urlsplit(row.url).hostname or ""

    def agency_of(self, row: Model) -> Agency:
        return row.agency  # type: ignore[attr-defined,no-any-return]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        return super().get_queryset(request).select_related("agency")

    def get_urls(self) -> list[URLPattern]:
        test = self.admin_site.admin_view(self.test_view)
        return [path("<int:pk>/test/", test, name="govportal_webhook_test"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        replaced = [name for name in ("url", "secret") if name in form.changed_data]
        if change and replaced:  # that they changed, never what they are
            audit.record(request.user, "webhook.change", obj, agency=obj.agency, after={"replaced": replaced})

    def response_add(self, request: HttpRequest, obj: Webhook, post_url_continue: str | None = None) -> HttpResponse:
        return self._secret_page(request, obj)

    def response_change(self, request: HttpRequest, obj: Webhook) -> HttpResponse:
        return self._secret_page(request, obj) if obj.told else super().response_change(request, obj)  # type: ignore[attr-defined]

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        row = super().save_form(request, form, change)
        row.told = form.told
        return row

    def _secret_page(self, request: HttpRequest, row: Any) -> HttpResponse:
        context = {"opts": self.opts, "original": row, "secret": row.told, "title": _("密钥")}
        page = {**self.admin_site.each_context(request), **context}
        return TemplateResponse(request, "admin/govportal/webhook/secret_once.html", page)

    def test_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A signed message about nothing, by the same way as all others."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        if row.is_active:
            with transaction.atomic():
                notices.enqueue_trial(row.agency, key=f"hook-trial:{row.pk}:{uuid4().hex}")
                audit.record(request.user, "webhook.test", row, agency=row.agency)
            messages.success(request, _("测试消息已写入待发通知，一分钟内发出；结果见“待发通知”。"))
        else:
            messages.warning(request, _("接口没有启用，不发送。"))
        return HttpResponseRedirect(reverse("admin:govportal_webhook_change", args=[pk]))
