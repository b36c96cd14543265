import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any

from chinese_calendar import constants
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from govportal.calendar import load_calendar
from govportal.now import today
from govportal.workdays import Calendar
from requests_app.clock import ImpossibleHistory, Reading, fold
from requests_app.clock_records import Record, UnreadableRecord, parse

MAX_LINE_BYTES = 1024 * 1024


class Command(BaseCommand):
    help = (
        "Read histories of requests, one JSON object a line, and print for each the due date, the state and the days."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="JSON lines in the shape of clock_cases; - reads the standard input")
        parser.add_argument(
            "--calendar",
            choices=("database", "package"),
            default="database",
            help="holidays as they are entered here (the default), or those of the installed package",
        )
        parser.add_argument(
            "--count-receipt-day",
            action="store_true",
            default=settings.REQUEST_COUNTS_RECEIPT_DAY,
            help="the day of receipt is the first day, if it is worked (REQUEST_COUNTS_RECEIPT_DAY)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        calendar, now_on = _calendar(options["calendar"]), today()
        read = wrong = 0
        for number, line in _numbered_lines(options["file"]):
            read += 1
            try:
                record = parse(_text(line))
                reading = fold(
                    record.received_on,
                    record.events,
                    calendar,
                    today=record.today or now_on,
                    counts_receipt_day=options["count_receipt_day"],
                )
            except (UnreadableRecord, ImpossibleHistory) as error:
                wrong += 1
                self.stderr.write(f"line {number}: {error}")
            else:
                self.stdout.write(json.dumps(_shown(record, reading)))
        if wrong:
            raise CommandError(f"{wrong} of {read} lines could not be read")


def _shown(record: Record, reading: Reading) -> dict[str, Any]:
    return {
        "id": record.id,
        "due_on": reading.due_on.isoformat() if reading.due_on else None,
        "state": reading.state.value,
        "days_used": reading.days_used,
        "days_left": reading.days_left,
        "provisional": reading.is_provisional,
    }


def _text(line: bytes) -> str:
    if len(line) > MAX_LINE_BYTES:
        raise UnreadableRecord(f"longer than {MAX_LINE_BYTES} bytes")
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableRecord("not UTF-8") from None


def _numbered_lines(name: str) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, from 1. Of a line that is too long only the beginning."""
    try:
        with nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb") as file:
            yield from _lines(file)
    except OSError as error:
        raise CommandError(f"cannot read {name}: {error.strerror}") from error


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        rest = line
        while not rest.endswith(b"\n") and (rest := file.readline(MAX_LINE_BYTES)):
            pass
        if line.strip():
            yield number, line


def _calendar(source: str) -> Calendar:
    if source == "package":
        years = {day.year for day in constants.holidays}
        return Calendar(frozenset(constants.holidays), frozenset(constants.workdays), frozenset(years))
    try:
        return load_calendar()
    except DatabaseError as error:
        raise CommandError("the database is not prepared: run ./portal prepare, or use --calendar package") from error
