from django.db import models


class IndexCounter(models.Model):
    """The last sequence given out for one prefix of the index number pattern. Never goes back."""

    prefix = models.CharField(max_length=100, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.prefix} {self.last}"

    @classmethod
    def locked(cls, prefix: str) -> "IndexCounter":
        """The counter, held until the transaction ends and made with its first use.

        Of two who do the same the second waits here, so a prefix that counts nothing is a lock with a name.
        """
        return cls.objects.select_for_update().get_or_create(prefix=prefix)[0]
