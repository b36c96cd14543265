from django.db import models


class PublicRevision(models.Model):
    """One row, raised in the transaction of every write that a public page can show.

    The page cache keys on it, so a page is never older than the last public change.
    """

    number = models.PositiveBigIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="%(app_label)s_%(class)s_single"),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @classmethod
    def seed(cls, using: str = "default") -> None:
        cls.objects.using(using).get_or_create(pk=1)

    @classmethod
    def raise_number(cls) -> None:
        """Call inside the transaction of a public change."""
        cls.objects.filter(pk=1).update(number=models.F("number") + 1)
