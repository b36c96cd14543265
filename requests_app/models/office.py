from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestOffice(models.Model):
    """依申请公开设置 of one agency: how its letters are numbered and what they name. Defaults hold without a row."""

    agency = models.OneToOneField(
        "govportal.Agency", models.CASCADE, related_name="request_office", verbose_name=_("单位")
    )
    is_open = models.BooleanField(_("受理申请"), default=True, help_text=_("不受理的单位不出现在申请表的单位列表里。"))
    letter_prefix = models.CharField(
        _("发文字号"),
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"\A[\u4e00-\u9fff]+\Z", _("发文字号只用汉字，例如“澄民公复”。"))],
        help_text=_("例如“澄民公复”，文号为“澄民公复〔2026〕1号”。不填，用单位简称加“公复”。"),
    )
    office = models.CharField(_("受理机构"), max_length=80, blank=True)
    phone = models.CharField(_("受理电话"), max_length=40, blank=True)
    review_body = models.CharField(
        _("行政复议机关"), max_length=80, blank=True, help_text=_("不填，部门和乡镇为上级人民政府。")
    )
    court = models.CharField(_("管辖法院"), max_length=80, blank=True)
    payee = models.CharField(_("缴费方式"), max_length=300, blank=True, help_text=_("非税收入的收款银行、账户和方式。"))

    class Meta:
        verbose_name = _("依申请公开设置")
        verbose_name_plural = _("依申请公开设置")

    def __str__(self) -> str:
        return str(self.agency)
