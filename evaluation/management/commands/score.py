"""manage.py score ROUND [--dry-run] [--all]: recompute a round, and say what changed and why."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaluation.enums import RoundState
from evaluation.models import AssessmentRound
from evaluation.services import measure, score_changes
from govportal.now import now

_REASONS = 10  # shown of one change, without --all


class Command(BaseCommand):
    help = (
        "Recompute a round of assessment. An open one is measured anew (not with --dry-run), and every change told "
        "with its reason. Of any other nothing is written: what is stored must agree with itself, or this ends with 1"
    )

    def run_from_argv(self, argv: list[str]) -> None:
        """A reader that has seen enough (`| head`) is no failure to tell of."""
        try:
            try:
                super().run_from_argv(argv)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("round", help="slug of the round")
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument("--all", action="store_true", help=f"every reason of a change, not {_REASONS} of them")

    def handle(self, *args: Any, **options: Any) -> None:
        row = AssessmentRound.objects.select_related("indicator_set", "archive").filter(slug=options["round"]).first()
        if row is None:
            known = AssessmentRound.objects.newest_first().values_list("slug", flat=True)
            raise CommandError(f"no round is called {options['round']}; there are: {', '.join(known) or 'none'}")
        most = None if options["all"] else _REASONS
        if row.measured_at is None and row.state != RoundState.OPEN:
            self.stdout.write(f"{row.slug} is {row.state}: nothing has been measured")
        elif row.state == RoundState.OPEN:
            self._open(row, most, is_dry=options["dry_run"])
        else:
            self._closed(row, most)

    def _open(self, row: AssessmentRound, most: int | None, *, is_dry: bool) -> None:
        at, since = now(), row.measured_at
        before = score_changes.stored_points(row)
        if is_dry:
            after = score_changes.measured_today(row, at)
        else:
            measure.measure(row.pk, at=at)
            after = score_changes.stored_points(row)
        found = score_changes.changes(row, before, after, since=since)
        self._tell(found, most)
        done = "would change, nothing was written" if is_dry else "changed"
        self.stdout.write(f"{row.slug}: {len(after)} points, {len(found)} {done}")

    def _closed(self, row: AssessmentRound, most: int | None) -> None:
        at = now()
        stored = score_changes.stored_points(row)
        faults = score_changes.stored_faults(row) + score_changes.archive_faults(row, row.frozen_at or at)
        if faults:
            self.stderr.write(f"{row.slug} is {row.state}: what is stored disagrees")
        else:
            words = f"{len(stored)} stored points agree, and so does recompute.py"
            self.stdout.write(f"{row.slug} is {row.state}: {words}")
        for fault in faults:
            self.stderr.write(fault)
        found = score_changes.changes(row, stored, score_changes.measured_today(row, at), since=None)
        if found:
            self.stdout.write("measured today these would differ; nothing was written:")
            self._tell(found, most)
        if faults:
            raise CommandError(f"{row.slug}: {len(faults)} disagreements in what is stored")

    def _tell(self, found: list[score_changes.Change], most: int | None) -> None:
        for change in found:
            self.stdout.write(change.line(most))
