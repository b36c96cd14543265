"""No door tells anybody outside of the desk that there is a complaint (domain §7): every address of the portal, walked
from the resolver, answers each of them with the same bytes whether complaints are there or not.

A new address is walked by itself. One whose arguments nobody has named fails: give them a line in VALUES or ARGUMENTS.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest
from celery import current_app
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from govportal.models import Heartbeat, Reminder, User
from govportal.permissions import Role
from requests_app.complaint_enums import ComplaintState
from requests_app.models import Complaint
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.admin.staff_doors import StaffWorld, make_staff_world
from tests.factories import make_member, make_user
from tests.factories.complaints import (
    bring_complaint_to,
    file_complaint,
    make_complaining,
    make_complaint_file,
    make_complaint_officer,
)

pytestmark = pytest.mark.django_db
FACTS, NAME = "密件事实甲乙丙", "密件投诉人丁"
# Without the rectification that an answer may lead to, and the summary: those are public, and name nothing.
STATES = tuple(state for state in ComplaintState if state != ComplaintState.TRANSFERRED)
PLACES = ("own", "other", "county")
MOST_ROWS = 2  # of one model whose pages are opened
# Of a model without any: a number that no job of either walk gives to a row, as it may 1 where the database is new.
NO_ROW = 987_654_321


@dataclass
class Cases:
    """The complaints against `own`, all at the county's desk."""

    rows: list[Complaint]
    file_pk: int
    request_number: str

    @property
    def numbers(self) -> list[str]:
        return [row.number for row in self.rows]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[StaffWorld]:
    """Made once for the module and rolled back after it; what a test does to it is rolled back after the test.

    The time stands, at ten of a working day: no page differs from another for having been asked later.
    """
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: datetime(2026, 11, 30, 2, tzinfo=UTC))
        made = make_staff_world()
        make_complaint_officer(made.county, email="desk@county.example")
        yield made
        transaction.set_rollback(True)


def make_cases(world: StaffWorld) -> Cases:
    """One complaint a state: of an item, of a request, of a notice board."""
    item = next(row.edition.item for row in world.rows if row.is_published)
    number = world.registers["informationrequest"].number
    subjects: list[dict[str, Any]] = [{"item": item}, {"request_number": number}, _about_board(world)]
    rows = []
    for position, state in enumerate(STATES):
        row = file_complaint(
            world.own, at=timezone.now(), person=make_complaining(name=NAME), facts=f"{FACTS}，至今没有改正。",
            **subjects[position % 3],
        ).complaint  # fmt: skip
        assert row.desk == world.county
        rows.append(bring_complaint_to(state, row, at=timezone.now()))
    return Cases(rows, make_complaint_file(rows[0]).pk, number)


def _about_board(world: StaffWorld) -> dict[str, Any]:
    return {"notice_board": world.registers["noticeboard"], "board": "大门右侧的公开栏"}


# --- the doors ------------------------------------------------------------------------------------------------------

# What an address may name, by the name of its argument.
VALUES: dict[str, Callable[[StaffWorld, Cases], Any]] = {
    "slug": lambda world, cases: next(row.edition.item.slug for row in world.rows if row.is_published),
    "code": lambda world, cases: world.own.code,
    "year": lambda world, cases: timezone.localdate().year,
    "number": lambda world, cases: 1,
    "sequence": lambda world, cases: 1,
    "section": lambda world, cases: "items",
    "key": lambda world, cases: "supply",
    "name": lambda world, cases: "note",
    "verb": lambda world, cases: "submit",
    "action": lambda world, cases: "note",
    "deed": lambda world, cases: "sign",
    "format": lambda world, cases: "csv",
    "template": lambda world, cases: "county",
    "app_label": lambda world, cases: "requests_app",
    "seal": lambda world, cases: "seal",
    "table": lambda world, cases: "requests",
    "row": lambda world, cases: "r1",
    "column": lambda world, cases: "total",
    "file_pk": lambda world, cases: cases.file_pk,
    "attachment_pk": lambda world, cases: 1,
    "letter_pk": lambda world, cases: 1,
    "delivery_pk": lambda world, cases: 1,
    "notice_pk": lambda world, cases: world.registers["accountabilitycase"].notices.latest("pk").pk,
    "respondent_pk": lambda world, cases: world.registers["accountabilitycase"].respondents.get().pk,
    "event_pk": lambda world, cases: world.registers["accountabilitycase"].events.latest("pk").pk,
    "leader": lambda world, cases: 1,
    "token": lambda world, cases: "none",
}


def of_board(world: StaffWorld, cases: Cases) -> list[dict[str, Any]]:
    return [{"pk": world.registers["noticeboard"].pk}]


def of_sheet(world: StaffWorld, cases: Cases) -> list[dict[str, Any]]:
    sheet = world.registers["boardsheet"]
    return [{"pk": sheet.board_id, "serial": sheet.serial}]


def of_round(world: StaffWorld, cases: Cases) -> list[dict[str, Any]]:
    return [{"slug": world.registers["assessment"].round.slug}]


def of_agency(world: StaffWorld, cases: Cases) -> list[dict[str, Any]]:
    assessment = world.registers["assessment"]
    return [{"slug": assessment.round.slug, "code": assessment.agency.code}]


def of_clause(world: StaffWorld, cases: Cases) -> list[dict[str, Any]]:
    row = world.registers["assessment"].round
    return [{"slug": row.slug, "code": one.code} for one in row.indicator_set.indicators.order_by("pk")[:1]]


def of_indicator(world: StaffWorld, cases: Cases) -> list[dict[str, Any]]:
    [named] = of_agency(world, cases)
    indicators = world.registers["assessment"].round.indicator_set.indicators.automatic().order_by("pk")
    return [{**named, "indicator": one.code} for one in indicators]


def of_assessment(world: StaffWorld, cases: Cases) -> list[dict[str, Any]]:
    assessment = world.registers["assessment"]
    indicators = assessment.round.indicator_set.indicators.automatic().order_by("pk")
    return [{"pk": assessment.pk, "indicator": one.pk} for one in indicators]


ROW = {"pk", "object_id", "id"}
# The same for one address alone.
ARGUMENTS: dict[str, Callable[[StaffWorld, Cases], list[dict[str, Any]]]] = {
    "data_csv": lambda world, cases: [{"key": "power"}],
    **dict.fromkeys(("board", "board_pdf"), of_board),
    **dict.fromkeys(("board_sheet", "board_sheet_pdf", "board_sheet_json"), of_sheet),
    "board_photo": lambda world, cases: [{"pk": world.registers["boardsheet"].photo_id, "name": "photo.jpg"}],
    "board_photo_small": lambda world, cases: [{"pk": world.registers["boardsheet"].photo_id}],
    "complaint_file": lambda world, cases: [{"pk": cases.file_pk}],
    **{f"admin:evaluation_entry_{name}": of_round for name in ("round", "save", "carry")},
    **{f"admin:evaluation_entry_{name}": of_agency for name in ("agency", "rest")},
    "admin:evaluation_entry_clause": of_clause,
    "admin:evaluation_entry_cases": of_indicator,
    "admin:evaluation_assessment_cases": of_assessment,
    **dict.fromkeys(("scorecard_indicator", "scorecard_indicator_csv"), of_indicator),
    "request_sent": lambda world, cases: [{"number": cases.request_number, "seal": "seal"}],
    "request_receipt": lambda world, cases: [{"number": cases.request_number, "seal": "seal"}],
    "admin:view_on_site": lambda world, cases: [
        {"content_type_id": ContentType.objects.get_for_model(Complaint).pk, "object_id": cases.rows[0].pk}
    ],
    "admin:requests_app_complaint_verb": lambda world, cases: [
        {"pk": cases.rows[0].pk, "name": name} for name in ("accept", "note", "summary")
    ],
}
# Questions that only somebody asks who looks for it.
QUESTIONS: dict[str, Callable[[Cases], list[str]]] = {
    "search": lambda cases: [f"?q={FACTS}", f"?q={cases.numbers[0]}"],
    "admin:autocomplete": lambda cases: [
        f"?app_label={app}&model_name={model}&field_name=complaint&term={term}"
        for app, model in (
            *(("requests_app", name) for name in ("complaintfile", "complaintevent", "complainant")),
            ("evaluation", "accountabilitycase"),
        )
        for term in ("", cases.numbers[0])
    ],
}  # fmt: skip
# Signing out would end the walk.
LEFT_OUT = {"admin:logout"}


def doors(patterns: Any = None, space: str = "") -> Iterator[tuple[str, list[str]]]:
    """(name, names of its arguments) of every address that has a name."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from doors(pattern.url_patterns, inner)
        elif pattern.name and f"{space}{pattern.name}" not in LEFT_OUT:
            keys = list(getattr(pattern.pattern, "converters", None) or pattern.pattern.regex.groupindex)
            yield f"{space}{pattern.name}", keys


def rows_of(door: str, cases: Cases) -> list[Any]:
    """Primary keys of the rows whose admin page this is; those of complaints though they may be gone."""
    models = {f"{model._meta.app_label}_{model._meta.model_name}": model for model in apps.get_models()}
    prefix = door.removeprefix("admin:").rpartition("_")[0]
    if prefix == "requests_app_complaint":
        return [row.pk for row in cases.rows][:MOST_ROWS]
    if prefix in models:
        return list(models[prefix]._default_manager.order_by("pk").values_list("pk", flat=True)[:MOST_ROWS]) or [NO_ROW]
    return [1]


def addresses(door: str, keys: list[str], world: StaffWorld, cases: Cases, *, is_brief: bool) -> list[str]:
    """`is_brief`: one for each door."""
    if door in ARGUMENTS:
        chosen = ARGUMENTS[door](world, cases)
    else:
        unknown = set(keys) - set(VALUES) - ROW
        assert not unknown, f"{door} names {sorted(unknown)}: see the docstring of this file"
        fixed = {key: VALUES[key](world, cases) for key in keys if key in VALUES}
        row = next((key for key in keys if key in ROW), None)
        chosen = [fixed | {row: pk} for pk in rows_of(door, cases)] if row else [fixed]
    found = [reverse(door, kwargs=kwargs) for kwargs in chosen]
    if is_brief:
        return found[:1]
    questions = QUESTIONS[door](cases) if door in QUESTIONS else []
    if door.endswith("_changelist"):
        questions = [f"?q={cases.numbers[0]}"]
    return [*found, *(found[0] + question for question in questions)]


# --- what is answered ------------------------------------------------------------------------------------------------

# What is drawn anew for each page: nonces, signed values, tokens of forms, keys of sheets, names of drafts; and the row
# ids of what jobs write, in which every message of the portal leaves a gap, whatever it tells of.
_DRAWN = re.compile(
    rb"nonce=\"[^\"]+\"|[\w-]*:[A-Za-z0-9]{6}:[\w-]{20,}|[\w-]{32,}(?::[\w-]+)*|\?d=[0-9a-f]{10}"
    rb"|/admin/(?:inbox|govportal/(?:reminder|notice))/\d+/|name=\"until\" value=\"\d+\"",
    re.ASCII,
)
_BINARY = ("application/pdf", "application/zip", "application/vnd", "image/")


type Answer = tuple[int, str, bytes]


def answer(client: Client, address: str) -> Answer:
    """(status, where it leads, body without what is drawn anew); nothing that the asking writes is kept."""
    with transaction.atomic():
        response: Any = client.get(address)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    if response.get("Content-Type", "").startswith(_BINARY):
        body = b""
    location = _DRAWN.sub(b"*", response.get("Location", "").encode()).decode()
    return response.status_code, location, _DRAWN.sub(b"*", body)


def walk(client: Client, found: list[str]) -> dict[str, Answer]:
    return {address: answer(client, address) for address in found}


@dataclass(frozen=True)
class Reader:
    user: User | None = None
    is_brief: bool = False  # walks the desk alone: whoever holds more walks the rest

    def client(self) -> Client:
        return Client() if self.user is None else signed_in(self.user)


JOBS = (
    "requests_app.refresh", "requests_app.purge", "requests_app.sweep_drafts", "govportal.sweep_private_files",
    "govportal.remind", "govportal.send_notices", "govportal.clear_expired",
)  # fmt: skip


def run_jobs() -> dict[str, str]:
    """What the clock starts between, and what each says of itself to whoever looks after the site."""
    current_app.loader.import_default_modules()
    for name in JOBS:
        current_app.tasks[name]()
    return dict(Heartbeat.objects.filter(name__in=JOBS).values_list("name", "note"))


@dataclass
class Walked:
    """What every reader found while there were complaints, and without them."""

    cases: Cases
    notes: tuple[dict[str, str], dict[str, str]]
    filled: dict[str, dict[str, Answer]]
    empty: dict[str, dict[str, Answer]]


def walk_twice(world: StaffWorld, readers: dict[str, Reader]) -> Walked:
    """Complaints are made and taken back once for all readers; before each walk the jobs run."""
    with transaction.atomic():
        cases = make_cases(world)
        brief, whole = ([*found_doors(world, cases, is_brief=is_brief)] for is_brief in (True, False))
        asked = {name: brief if reader.is_brief else whole for name, reader in readers.items()}
        with_cases = run_jobs()
        assert Reminder.objects.filter(kind="complaint").exists(), "no round of reminders saw the complaints"
        filled = {name: walk(reader.client(), asked[name]) for name, reader in readers.items()}
        transaction.set_rollback(True)
    with transaction.atomic():
        notes = with_cases, run_jobs()
        empty = {name: walk(reader.client(), asked[name]) for name, reader in readers.items()}
        transaction.set_rollback(True)
    return Walked(cases, notes, filled, empty)


def found_doors(world: StaffWorld, cases: Cases, *, is_brief: bool) -> Iterator[str]:
    """`is_brief`: where numbers stand, once each."""
    for door, keys in doors():
        if not is_brief or _is_desk(door):
            yield from addresses(door, keys, world, cases, is_brief=is_brief)


def betrayals(walked: Walked) -> list[str]:
    found_out = []
    for name, pages in walked.empty.items():
        for address, empty in pages.items():
            full = walked.filled[name][address]
            if full != empty:
                found_out.append(f"{name} at {address}: {full[:2]}, {empty[:2]}, {difference(full[2], empty[2])}")
            words = [word for word in (FACTS, NAME, *walked.cases.numbers) if word not in unquote(address)]
            if betrayed := [word for word in words if word.encode() in full[2]]:
                found_out.append(f"{name} at {address}: {betrayed}")
    return found_out


def difference(full: bytes, empty: bytes) -> str:
    """The lines that are there with complaints alone, and without them alone."""
    with_, without = (body.decode("utf-8", "replace").splitlines() for body in (full, empty))
    return (
        f"{[line for line in with_ if line not in without][:5]} / {[line for line in without if line not in with_][:5]}"
    )


# --- the readers -----------------------------------------------------------------------------------------------------


def holding(world: StaffWorld, posts: list[tuple[Role, str]]) -> User:
    user = make_user()
    for role, place in posts:
        make_member(role, getattr(world, place), user=user)
    return User.objects.get(pk=user.pk)


def is_outside(role: Role, place: str) -> bool:
    return (role, place) != (Role.COMPLAINT_OFFICER, "county")


# Whoever holds all that can be held at one place sees what any one role there shows.
EVERYTHING: dict[str, list[tuple[Role, str]]] = {
    **{place: [(role, place) for role in Role if is_outside(role, place)] for place in PLACES},
    "officer of the desk and of the agency complained of": [(Role.COMPLAINT_OFFICER, "county"), (Role.STAFF, "own")],
}
# Those of the agency complained of, and of the desk's agency, are walked to every door; others to the desk alone.
WHOLE = {"own", "county"}
NUMBERS = {
    "admin:index", "admin:app_list", "admin:deadlines", "admin:inbox", "admin:jobs",
    *(f"admin:govportal_{model}_changelist" for model in ("notice", "reminder", "auditevent")),
    *(f"admin:requests_app_{model}_changelist" for model in ("informationrequest", "feedback")),
    "admin:disclosure_rectification_changelist",
}  # fmt: skip


def make_readers(world: StaffWorld) -> dict[str, Reader]:
    """Everybody outside of the desk: all that can be held at one place, and each role by itself."""
    readers = {"anonymous": Reader(), "superuser": Reader(make_user(is_superuser=True), is_brief=True)}
    for name, posts in EVERYTHING.items():
        readers[name] = Reader(holding(world, posts), is_brief=name not in WHOLE)
    for place in ("own", "county"):
        for role in Role:
            if is_outside(role, place):
                readers[f"{place} {role}"] = Reader(holding(world, [(role, place)]), is_brief=True)
    return readers


def test_no_door_and_no_job_tells_that_there_are_complaints(world: StaffWorld) -> None:
    walked = walk_twice(world, make_readers(world))

    assert walked.notes[0] == walked.notes[1]
    assert not (found_out := betrayals(walked)), "\n".join(found_out)


def _is_desk(door: str) -> bool:
    """Where numbers and messages stand, and what belongs to complaints."""
    return door in NUMBERS or door.startswith("admin:requests_app_complaint_")


def test_the_desk_itself_sees_them(world: StaffWorld) -> None:
    """The walk would find a complaint where there is one to find."""
    officer = signed_in(holding(world, [(Role.COMPLAINT_OFFICER, "county")]))
    row = make_cases(world).rows[0]

    listed = answer(officer, reverse("admin:requests_app_complaint_changelist"))[2]
    shown = answer(officer, reverse("admin:requests_app_complaint_change", args=[row.pk]))[2]

    assert row.number.encode() in listed and FACTS.encode() in shown
