from django.db import models, transaction


class PublicRevision(models.Model):
    """One row for every public change since the last pruning, written in the transaction of the change.

    The page cache keys on `current`, so a page is never older than the last public change. A row is added and none
    updated, for a row that every public write had to lock would make writers wait for each other crosswise.
    """

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def seed(cls, using: str = "default") -> None:
        if not cls.objects.using(using).exists():
            cls.objects.using(using).create()

    @classmethod
    def current(cls) -> str | None:
        """The lowest id and the number of rows, which together never come again; None before the first row.

        A change that commits after a later one has a lower id than it, so the highest id would hide it; the number
        of rows does not. Pruning lowers the number, but takes the lowest row, whose id is never given again.
        """
        lowest, count = cls.objects.aggregate(lowest=models.Min("pk"), count=models.Count("pk")).values()
        return f"{lowest}.{count}" if count else None

    @classmethod
    def raise_number(cls) -> None:
        """Call inside the transaction of a public change."""
        cls.objects.create()

    @classmethod
    def prune(cls) -> None:
        """Begin anew with one row. A change that is under way keeps the row it has written."""
        with transaction.atomic():
            first = cls.objects.create()
            cls.objects.filter(pk__lt=first.pk).delete()
