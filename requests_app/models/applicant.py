from django.db import models
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField
from requests_app.enums import IdentityKind


class Applicant(models.Model):
    """申请人: who asked, encrypted column by column, and deleted as one row when its time is over.

    Rows are found by keyed fingerprints alone (architecture §4): `identity_key` of the number of the identity paper,
    `contact_key` of name with phone, `name_key` and `phone_key` of each for the desk's search.
    """

    request = models.OneToOneField(
        "requests_app.InformationRequest", models.CASCADE, related_name="applicant", verbose_name=_("申请")
    )
    name = EncryptedTextField(_("姓名或者名称"))
    identity_kind = models.CharField(_("证件类型"), max_length=20, choices=IdentityKind, blank=True)
    identity_number = EncryptedTextField(_("证件号码"), blank=True, default="")
    legal_representative = EncryptedTextField(_("法定代表人"), blank=True, default="")
    contact_name = EncryptedTextField(_("联系人"), blank=True, default="")
    phone = EncryptedTextField(_("联系电话"), blank=True, default="")
    email = EncryptedTextField(_("电子邮箱"), blank=True, default="")
    address = EncryptedTextField(_("联系地址"), blank=True, default="")
    postcode = EncryptedTextField(_("邮政编码"), blank=True, default="")
    fax = EncryptedTextField(_("传真"), blank=True, default="")

    identity_key = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    contact_key = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    name_key = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    phone_key = models.CharField(max_length=64, blank=True, db_index=True, editable=False)

    class Meta:
        verbose_name = _("申请人")
        verbose_name_plural = _("申请人")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(identity_kind__in=["", *IdentityKind.values]),
                name="%(app_label)s_%(class)s_identity_kind",
            )
        ]

    def __str__(self) -> str:
        return str(self.request)
