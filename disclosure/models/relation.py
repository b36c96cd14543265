from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from disclosure.enums import RelationKind
from disclosure.queries import RelationQuerySet


class Relation(models.Model):
    """One item stands to another: source INTERPRETS target. Shown from both sides."""

    source = models.ForeignKey("disclosure.Item", models.PROTECT, related_name="relations", verbose_name=_("信息"))
    kind = models.CharField(_("关系"), max_length=15, choices=RelationKind)
    target = models.ForeignKey(
        "disclosure.Item", models.PROTECT, related_name="reverse_relations", verbose_name=_("关联信息")
    )
    # Stated in the draft of this edition: the relation holds when it is published, and not before.
    since_edition = models.ForeignKey(
        "disclosure.Edition", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("自版本")
    )

    objects: ClassVar[RelationQuerySet] = RelationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("关联")
        verbose_name_plural = _("关联")
        constraints = [
            models.UniqueConstraint(fields=["source", "kind", "target"], name="%(app_label)s_%(class)s_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=RelationKind.values), name="%(app_label)s_%(class)s_kind"
            ),
            models.CheckConstraint(
                condition=~models.Q(source=models.F("target")), name="%(app_label)s_%(class)s_not_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.get_kind_display()} {self.target}"
