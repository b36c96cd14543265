"""After retention: the tombstone counts on, and of the complainant nothing is left to open."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils.timezone import localdate
from pytest_django import Settings

from govportal.crypto import EncryptedTextField
from govportal.models import AuditEvent, Heartbeat, Notice, PrivateFile
from requests_app import tasks
from requests_app.complaint_enums import ComplaintState
from requests_app.models import Complainant, Complaint, ComplaintEvent, ComplaintFile
from requests_app.services import complain, complaint_handling, complaint_purge, retention
from requests_app.services.complaint_statistics import figures
from tests.factories import make_private_file
from tests.factories.complaints import (
    bring_complaint_to,
    complaint_officer_of,
    file_complaint,
    make_complaining,
    make_complaint,
    make_complaint_file,
    order_after_complaint,
    reread_complaint,
)
from tests.factories.requests import AT

pytestmark = pytest.mark.django_db

YEARS = 10
LATER = AT.replace(year=AT.year + YEARS)
S = ComplaintState


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.REQUEST_RETENTION_YEARS = YEARS


def closed() -> Complaint:
    """With something in every field that can hold words, names or files of it; closed at AT."""
    person = make_complaining(name="白诉甲", email="jia@mail.example")
    filed = file_complaint(person=person, board="东街公开栏", evidence=[make_private_file()])
    row = bring_complaint_to(S.ANSWERED, filed.complaint)
    order_after_complaint(row)
    complaint_handling.close(row.pk, actor=complaint_officer_of(row), at=AT, note="白诉甲已电话告知。")
    return reread_complaint(row)


def test_closed_case_loses_person_words_files_and_mails() -> None:
    row = closed()
    assert PrivateFile.objects.count() == 1

    assert complaint_purge.purge(LATER) == 1

    row = reread_complaint(row)
    assert (row.purged_at, row.query_key) == (LATER, "")
    for one in (row, *row.events.all()):
        words = [field.name for field in one._meta.concrete_fields if isinstance(field, EncryptedTextField)]
        assert words
        assert not any(getattr(one, name) for name in words)
    assert (row.number, row.state, row.result) == ("TS-2026-00001", S.CLOSED, "upheld")
    assert not Complainant.objects.exists()
    assert not ComplaintFile.objects.exists()
    assert not PrivateFile.objects.exists()
    assert not Notice.objects.filter(key__endswith=":complainant").exists()
    assert row.rectification is not None
    assert complain.find(row.number, "") is None
    assert figures(2026, today=date(2036, 5, 1)).total.total == 1


def test_purge_is_told_beside_the_case_alone() -> None:
    row = closed()

    complaint_purge.purge(LATER)

    event = AuditEvent.objects.get(action="complaint.purge")
    assert (event.subject_type, event.subject_id, event.after) == ("requests_app.Complaint", str(row.pk), {})
    trail = json.dumps(list(AuditEvent.objects.values("note", "before", "after", "subject_name")), ensure_ascii=False)
    assert "白诉甲" not in trail


def test_only_what_ended_long_enough_ago_is_due(settings: Settings) -> None:
    ended = {make_complaint(state) for state in (S.CLOSED, S.NOT_ACCEPTED, S.REDIRECTED, S.WITHDRAWN)}
    for state in (S.RECEIVED, S.TRANSFERRED, S.ANSWERED):
        make_complaint(state)
    day = localdate(LATER)

    assert set(complaint_purge.due(day)) == ended
    assert not complaint_purge.due(day - timedelta(days=1)).exists()
    settings.REQUEST_RETENTION_YEARS = 0
    assert not complaint_purge.due(day).exists()


def test_purge_takes_many_in_batches_and_does_no_harm_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _number in range(3):
        make_complaint(S.WITHDRAWN)

    assert (complaint_purge.purge(LATER), complaint_purge.purge(LATER)) == (3, 0)
    assert Complaint.objects.exclude(purged_at=None).count() == 3
    assert ComplaintEvent.objects.count() == 3


def test_note_of_the_job_is_the_same_with_and_without_complaints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "now", lambda: LATER)
    tasks.purge_personal_data()
    before = Heartbeat.objects.get(name=tasks.PURGE).note
    make_complaint_file(make_complaint(S.WITHDRAWN))

    tasks.purge_personal_data()

    assert Heartbeat.objects.get(name=tasks.PURGE).note == before
    assert Complaint.objects.exclude(purged_at=None).count() == 1
