from django.db import models


class IndexCounter(models.Model):
    """The last sequence given out for one prefix of the index number pattern. Never goes back."""

    prefix = models.CharField(max_length=100, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.prefix} {self.last}"
