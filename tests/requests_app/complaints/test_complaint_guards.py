"""What the database itself refuses about complaints: every statement here goes past the services."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import models

from govportal import crypto
from requests_app.complaint_enums import ComplaintState
from requests_app.models import Complainant, Complaint
from requests_app.services import complaint_purge
from tests.database import refused, replaced
from tests.factories import make_agency, make_private_file
from tests.factories.complaints import (
    make_complaint,
    make_complaint_event,
    make_complaint_file,
    order_after_complaint,
    reread_complaint,
)
from tests.factories.requests import AT

pytestmark = pytest.mark.django_db

S = ComplaintState
LATER = AT.replace(year=AT.year + 11)
LONG_AGO, MOMENT = "2020-01-01", "2020-01-01 00:00:00+00:00"


def refuses(row: models.Model, column: str, value: Any) -> bool:
    return refused(f'UPDATE {row._meta.db_table} SET "{column}" = %s WHERE id = %s', value, row.pk)


def test_database_keeps_what_came_in_and_how_it_ended() -> None:
    agency = make_agency()
    received, accepted, answered = (
        make_complaint(),
        make_complaint(S.ACCEPTED),
        make_complaint(S.ANSWERED, board="东街"),
    )
    ordered = make_complaint(S.ANSWERED)
    order_after_complaint(ordered)
    ended = make_complaint(S.REDIRECTED)
    purged = make_complaint(S.WITHDRAWN)
    Complaint.objects.filter(pk=purged.pk).update(purged_at=AT)
    cases: dict[models.Model, dict[str, list[Any]]] = {
        received: {
            "number": ["X-1"],
            "filed_at": [MOMENT],
            "received_on": [LONG_AGO],
            "is_named": [False],
            "channel": ["fax"],
            "agency_id": [agency.pk],
            "submission_key": ["x"],
            "facts": [""],
            "query_key": [""],
            "purged_at": [MOMENT],
        },
        accepted: {"accepted_on": [LONG_AGO, None]},
        answered: {
            "result": ["partly"],
            "answered_on": [LONG_AGO],
            "answer_by": ["2030-01-01"],
            "answer": [""],
            "board": [""],
        },
        reread_complaint(ordered): {"rectification_id": [None]},
        ended: {
            "state": [S.CLOSED],
            "closed_on": [LONG_AGO],
            "other_path": ["petition"],
            "desk_id": [agency.pk],
        },
        reread_complaint(purged): {"purged_at": [None, MOMENT]},
    }
    for row, columns in cases.items():
        for column, values in columns.items():
            for value in values:
                assert refuses(row, column, value), (str(row), column, value)
        assert refused(f"DELETE FROM {row._meta.db_table} WHERE id = %s", row.pk)


def test_record_files_and_person_stay_until_the_purge() -> None:
    event = make_complaint_event(note="")
    noted = make_complaint(S.NOT_ACCEPTED).events.get()
    held, other = make_complaint_file(), make_complaint()
    person = other.complainant
    cases: list[tuple[models.Model, str, Any]] = [
        (event, "on", LONG_AGO),
        (event, "action", "close"),
        (event, "to_state", S.CLOSED),
        (event, "actor_id", None),
        (event, "by_complainant", True),
        (event, "complaint_id", other.pk),
        (noted, "public_note", ""),
        (held, "kind", "answer"),
        (held, "file_id", make_private_file().pk),
        (held, "complaint_id", other.pk),
        (person, "complaint_id", held.complaint_id),
        (person, "name", ""),
    ]
    for row, column, value in cases:
        assert refuses(row, column, value), (row._meta.label, column)
    for row in (event, held, person):
        assert refused(f"DELETE FROM {row._meta.db_table} WHERE id = %s", row.pk), row._meta.label


def test_who_gave_no_name_is_given_none_afterwards() -> None:
    row, table = make_complaint(is_named=False), Complainant._meta.db_table
    columns = "complaint_id, name, phone, email, address, name_key, phone_key"

    statement = f"INSERT INTO {table} ({columns}) VALUES (%s, 'x', '', '', '', '', '')"
    assert refused(statement, row.pk)


def test_rows_are_never_replaced() -> None:
    row = make_complaint()
    event, held = make_complaint_event(), make_complaint_file()

    for one, key in ((row, "id"), (row, "number"), (event, "id"), (held, "id"), (row.complainant, "id")):
        assert not replaced(one._meta.db_table, getattr(one, "pk" if key == "id" else key), key), one._meta.label


def test_purge_passes_every_guard() -> None:
    row = make_complaint(S.CLOSED)
    make_complaint_file(row)

    assert complaint_purge.purge(LATER) == 1
    assert reread_complaint(row).facts == ""


def test_new_data_key_writes_every_row_anew_under_the_guards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keys = tmp_path / "data_keys"
    keys.write_text(crypto.key_file().read_text())
    monkeypatch.setenv("DATA_KEYS_FILE", str(keys))
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "media")
    row = make_complaint(S.CLOSED, board="东街公开栏")
    person, held, facts = row.complainant, make_complaint_file(row, title="照片"), row.facts
    out = StringIO()

    call_command("rotate_keys", stdout=out)
    keys.write_text(keys.read_text().splitlines()[0])

    for name in ("Complaint", "Complainant", "ComplaintEvent", "ComplaintFile"):
        assert f"requests_app.{name}: " in out.getvalue()
    for one in (row, person, held):
        one.refresh_from_db()
    told = row.events.get(action="close").note
    assert (row.facts, row.board, held.title, told) == (facts, "东街公开栏", "照片", "已当场更新，不需要整改。")
    assert person.name.startswith("白诉")
