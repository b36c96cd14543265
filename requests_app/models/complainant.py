from django.db import models
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField


class Complainant(models.Model):
    """投诉人: who complained by name, encrypted column by column, deleted as one row when its time is over.

    Found by keyed fingerprints alone: `name_key` and `phone_key` for the desk's search.
    """

    complaint = models.OneToOneField(
        "requests_app.Complaint", models.CASCADE, related_name="complainant", verbose_name=_("投诉举报")
    )
    name = EncryptedTextField(_("姓名或者名称"))
    phone = EncryptedTextField(_("联系电话"), blank=True, default="")
    email = EncryptedTextField(_("电子邮箱"), blank=True, default="")
    address = EncryptedTextField(_("联系地址"), blank=True, default="")

    name_key = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    phone_key = models.CharField(max_length=64, blank=True, db_index=True, editable=False)

    class Meta:
        verbose_name = _("投诉人")
        verbose_name_plural = _("投诉人")

    def __str__(self) -> str:
        return str(self.complaint)
