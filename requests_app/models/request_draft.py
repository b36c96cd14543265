from django.db import models
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedJSONField


class RequestDraft(models.Model):
    """What a citizen has typed before sending, encrypted and swept after a day; only the browser holds the token.

    Once sent it leads to the request or complaint made of it, so that the same form sent twice shows the first receipt.
    """

    token_key = models.CharField(max_length=64, unique=True)
    values = EncryptedJSONField(default=dict)
    created_at = models.DateTimeField(_("开始时间"))
    updated_at = models.DateTimeField(_("更新时间"), db_index=True)
    files: "models.ManyToManyField[models.Model, models.Model]" = models.ManyToManyField(
        "govportal.PrivateFile", blank=True, related_name="+"
    )
    request = models.OneToOneField(
        "requests_app.InformationRequest", models.CASCADE, null=True, blank=True, related_name="draft"
    )
    complaint = models.OneToOneField(
        "requests_app.Complaint", models.CASCADE, null=True, blank=True, related_name="draft"
    )

    class Meta:
        verbose_name = _("填写中的表单")
        verbose_name_plural = _("填写中的表单")

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_sent(self) -> bool:
        """Whether a request or a complaint was made of it; then it stays as it is."""
        return self.request_id is not None or self.complaint_id is not None
