from django.db import models


class ThrottleCount(models.Model):
    """How often one sender did one thing in one window of time. Who it is cannot be read from `key`, nor can two
    windows of one sender be told to belong together."""

    key = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.pk)
