"""After retention: the tombstone counts on, and of the applicant nothing is left to open."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, models
from django.utils.timezone import localdate
from pytest_django import Settings

from govportal import crypto
from govportal.crypto import EncryptedTextField
from govportal.models import AuditEvent, Notice, PrivateFile
from requests_app.enums import AppealResult, FileKind, InquiryKind, ReplyKind, State, TaskState
from requests_app.models import (
    Appeal,
    Applicant,
    Assignment,
    Complaint,
    Decision,
    InformationRequest,
    InternalNote,
    Letter,
    Message,
    PublicationTask,
    RequestEvent,
    RequestFile,
)
from requests_app.services import converse, intake, purge, retention
from tests.factories import make_agency, make_private_file
from tests.factories.request_rows import make_appeal, make_correction, make_delivery, make_fee, make_letter
from tests.factories.requests import (
    AT,
    ask_party,
    bring_to,
    file_request,
    hear_party,
    make_person,
    make_proposal,
    make_request,
    officer_of,
    release_decision,
    reread_request,
)

pytestmark = pytest.mark.django_db

YEARS = 10
LATER = AT.replace(year=AT.year + YEARS) + timedelta(days=1)
DAY_BEFORE = AT.replace(year=AT.year + YEARS) - timedelta(days=1)


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.REQUEST_RETENTION_YEARS = YEARS


def whole_case() -> InformationRequest:
    """A request with something in every table that can hold words, names or files of it; answered at AT."""
    agency, person = make_agency(), make_person(name="林试甲", email="jia@mail.example")
    row = file_request(
        agency, person=person, subject="林试甲宅基地档案", purpose="诉讼", document_number="澄〔2020〕1号"
    ).request
    officer = officer_of(agency)
    bring_to(State.IN_REVIEW, row)
    hear_party(ask_party(row, InquiryKind.THIRD_PARTY, contact="li@party.example"))
    converse.write(row.pk, "请尽快答复", actor=None, at=AT)
    converse.note(row.pk, "申请人来过电话", actor=officer, at=AT)
    decision = release_decision(
        row, make_proposal(ReplyKind.DISCLOSED, facts={"copy": "林试甲"}, files=[make_private_file()])
    )
    RequestFile.objects.create(
        request=row, kind=FileKind.PROOF, file=make_private_file(), title="林试甲身份证", added_at=AT
    )
    letter = make_letter(row, decision=decision, facts={"addressee": "林试甲"}, file=make_private_file())
    make_letter(
        row, number=letter.number, agency=letter.agency, version=2, supersedes=letter, reason="更正林试甲的姓名",
        facts={"addressee": "林试甲"}, file=make_private_file(), sealed_file=make_private_file(),
    )  # fmt: skip
    delivery = make_delivery(letter, note="林试甲签收", proof=make_private_file())
    make_correction(row, items="请林试甲补正", answer="补正了")
    make_fee(row, payment_reference="林试甲 0001")
    make_appeal(request=row, agency=agency, note="林试甲不服", result=AppealResult.UPHELD, closed_on=localdate(AT))
    Assignment.objects.create(
        request=row, from_agency=agency, to_agency=agency, reason="林试甲常来", by=officer, at=AT, on=localdate(AT)
    )
    Notice.objects.create(
        key=f"letter-delivery:{delivery.pk}",
        address="li@party.example",
        subject="函",
        body="正文",
        created_at=AT,
        due_at=AT,
    )
    task = PublicationTask.objects.create(agency=agency, subject=row.subject, opened_on=localdate(AT))
    task.requests.add(row)
    return reread_request(row)


def of_case(row: InformationRequest) -> list[tuple[type[models.Model], str]]:
    """Every model of requests with the column by which its rows hang on the request.

    A complaint about it has a time of its own (services/complaint_purge.py).
    """
    hanging = []
    for model in row._meta.apps.get_app_config("requests_app").get_models():
        names = {field.name for field in model._meta.concrete_fields}
        if "request" in names and model is not Complaint:
            hanging.append((model, "request"))
        elif "letter" in names:
            hanging.append((model, "letter__request"))
    return [*hanging, (InformationRequest, "pk")]


def readable(row: InformationRequest) -> list[str]:
    """Encrypted columns of the case that still open to something, read past the models."""
    found = []
    for model, path in of_case(row):
        for field in model._meta.concrete_fields:
            if not isinstance(field, EncryptedTextField):
                continue
            for pk in model._default_manager.filter(**{path: row.pk}).values_list("pk", flat=True):
                with connection.cursor() as cursor:
                    cursor.execute(f"SELECT {field.column} FROM {model._meta.db_table} WHERE id = %s", [pk])
                    held = crypto.decrypt(cursor.fetchone()[0])
                opens = json.loads(held) if held[:1] in ("{", "[") else held
                if opens and opens != purge.BLANKED:
                    found.append(f"{model.__name__}.{field.name}")
    return sorted(set(found))


def bytes_on_disk() -> int:
    return sum(path.is_file() for path in Path(settings.MEDIA_ROOT).rglob("*"))


def test_case_holds_something_in_every_encrypted_column() -> None:
    found = readable(whole_case())

    columns = {
        f"{model.__name__}.{field.name}"
        for model, _path in of_case(InformationRequest())
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField)
    }
    unfilled = {"Applicant.legal_representative", "Applicant.contact_name", "Applicant.postcode", "Applicant.fax",
                "RequestDraft.values", "RequestEvent.note", "RequestEvent.public_note", "Decision.note"}  # fmt: skip
    assert columns - set(found) - unfilled == set()


@pytest.mark.django_db(transaction=True)
def test_purge_leaves_nothing_to_open_and_no_bytes() -> None:
    row = whole_case()
    assert bytes_on_disk() == PrivateFile.objects.count() == 6

    done = purge.purge(LATER)

    assert str(done) == "清除申请 1 件、文件 6 个"
    assert readable(row) == []
    assert (PrivateFile.objects.count(), bytes_on_disk()) == (0, 0)
    assert not Applicant.objects.exists()
    assert not Message.objects.exists()
    assert not InternalNote.objects.exists()
    assert not RequestFile.objects.exists()
    assert not Notice.objects.filter(key__endswith=":applicant").exists()
    assert not Notice.objects.filter(key__startswith="letter-delivery").exists()


def test_tombstone_keeps_what_reports_count() -> None:
    row = whole_case()
    kept = ("number", "agency_id", "state", "received_on", "closed_on", "outcome", "reply_kind", "applicant_kind",
            "channel", "filed_at", "due_on")  # fmt: skip
    before = {name: getattr(row, name) for name in kept}
    steps = list(RequestEvent.objects.filter(request=row).values_list("action", "on", "at"))

    purge.purge(LATER)

    row = reread_request(row)
    assert {name: getattr(row, name) for name in kept} == before
    assert (row.purged_at, row.subject, row.document_number, row.query_key) == (LATER, "", "", "")
    assert list(RequestEvent.objects.filter(request=row).values_list("action", "on", "at")) == steps
    assert Letter.objects.filter(request=row).count() == 2
    assert Decision.objects.filter(request=row).values_list("state", "digest").get() == ("released", "")


def test_name_of_the_applicant_stands_in_no_column_afterwards() -> None:
    row = whole_case()

    purge.purge(LATER)

    for model, path in of_case(row):
        for values in model._default_manager.filter(**{path: row.pk}).values_list():
            assert "林试甲" not in str(values)
    assert PublicationTask.objects.get().subject == "（已清除）"


def test_published_task_keeps_the_name_of_what_is_public() -> None:
    row = make_request(state=State.REPLIED)
    task = PublicationTask.objects.create(agency=row.agency, subject="养护资金明细", opened_on=localdate(AT))
    task.requests.add(row, make_request(agency=row.agency))  # one of them is still in its time

    purge.purge(LATER)

    task.refresh_from_db()
    assert (task.subject, task.state) == ("养护资金明细", TaskState.OPEN)


def test_purge_twice_clears_once() -> None:
    whole_case()

    first, second = purge.purge(LATER), purge.purge(LATER)

    assert (first.requests, second.requests, second.files) == (1, 0, 0)
    assert AuditEvent.objects.filter(action="request.purge").count() == 1


def test_trail_of_a_run_has_numbers_alone() -> None:
    row = whole_case()
    other = make_request(agency=row.agency, state=State.WITHDRAWN, received_on=localdate(AT), closed_on=localdate(AT))

    purge.purge(LATER)

    event = AuditEvent.objects.get(action="request.purge")
    assert event.after == {"requests": 2, "numbers": sorted([row.number, other.number])}
    assert (event.actor_name, event.agency_id) == ("system", row.agency_id)


@pytest.mark.parametrize("state", [State.RECEIVED, State.IN_REVIEW, State.CORRECTION_ASKED, State.FEE_NOTIFIED])
def test_open_request_is_kept_however_old(state: State) -> None:
    make_request(state=state)

    assert purge.purge(LATER + timedelta(days=9000)).requests == 0


def test_request_is_kept_to_the_last_day_of_its_time() -> None:
    make_request(state=State.REPLIED, received_on=localdate(AT), closed_on=localdate(AT))

    assert purge.purge(DAY_BEFORE).requests == 0
    assert purge.purge(LATER - timedelta(days=1)).requests == 1


def test_leap_day_counts_as_the_last_of_february(settings: Settings) -> None:
    settings.REQUEST_RETENTION_YEARS = 1
    make_request(state=State.REPLIED, received_on=date(2027, 2, 28), closed_on=date(2027, 2, 28))

    assert purge.due(date(2028, 2, 29)).count() == 1


def test_nothing_is_purged_where_nothing_is_to_be(settings: Settings) -> None:
    settings.REQUEST_RETENTION_YEARS = 0
    make_request(state=State.REPLIED)

    assert purge.purge(LATER + timedelta(days=90_000)).requests == 0


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ({}, True),
        ({"result": AppealResult.UPHELD, "closed_on": localdate(LATER) - timedelta(days=30)}, True),
        ({"result": AppealResult.UPHELD, "closed_on": localdate(AT) + timedelta(days=0)}, False),
    ],
)
def test_appeal_keeps_its_case(values: dict[str, Any], kept: bool) -> None:
    row = make_request(state=State.REPLIED, received_on=localdate(AT), closed_on=localdate(AT))
    make_appeal(agency=row.agency, request=row, **{"filed_on": localdate(AT), "notified_on": localdate(AT)} | values)

    assert (purge.purge(LATER).requests == 0) is kept
    assert Appeal.objects.count() == 1


def test_purge_goes_on_past_its_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    agency = make_agency()
    for _n in range(5):
        make_request(agency=agency, state=State.REPLIED)

    assert purge.purge(LATER).requests == 5


@pytest.mark.parametrize("rows", [1, 3])
def test_purge_asks_as_often_for_one_request_as_for_three(rows: int, django_assert_num_queries: Any) -> None:
    agency = make_agency()
    for _n in range(rows):
        make_request(agency=agency, state=State.REPLIED)

    with django_assert_num_queries(36):
        purge.purge(LATER)


def test_purged_request_opens_to_no_code() -> None:
    filed = file_request()
    InformationRequest.objects.filter(pk=filed.request.pk).update(
        state=State.WITHDRAWN, outcome="r6_3", closed_on=localdate(AT)
    )

    purge.purge(datetime(2040, 1, 1, tzinfo=AT.tzinfo))

    assert intake.find(filed.request.number, filed.query_code) is None


def test_case_about_no_request_loses_its_note_after_the_same_time() -> None:
    old, new = (
        make_appeal(note="林试甲不服", result=AppealResult.UPHELD, closed_on=day)
        for day in (localdate(AT), localdate(LATER))
    )

    purge.purge(LATER)

    notes = list(Appeal.objects.order_by("pk").values_list("pk", "note"))
    assert notes == [(old.pk, ""), (new.pk, "林试甲不服")]
