from django.db import models
from django.utils.translation import gettext_lazy as _


class Synonym(models.Model):
    """A word people use for an official term: 低保 → 最低生活保障. A search for it also finds the term."""

    word = models.CharField(_("常用说法"), max_length=40, unique=True)
    term = models.CharField(_("规范用语"), max_length=80)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("同义词")
        verbose_name_plural = _("同义词")
        ordering = ["word"]

    def __str__(self) -> str:
        return f"{self.word} → {self.term}"


class BestBet(models.Model):
    """An item shown first for a query, chosen by hand."""

    query = models.CharField(_("查询词"), max_length=80)
    item = models.ForeignKey("disclosure.Item", models.CASCADE, related_name="+", verbose_name=_("公开信息"))
    position = models.PositiveSmallIntegerField(_("顺序"), default=0)

    class Meta:
        verbose_name = _("推荐结果")
        verbose_name_plural = _("推荐结果")
        ordering = ["query", "position"]
        constraints = [models.UniqueConstraint(fields=["query", "item"], name="%(app_label)s_%(class)s_once")]

    def __str__(self) -> str:
        return f"{self.query} → {self.item}"
