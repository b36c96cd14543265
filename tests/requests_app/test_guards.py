"""What the database itself refuses about requests: every statement here goes past the services."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models

from govportal import crypto
from requests_app.enums import AppealResult, DecisionState, FileKind, InquiryAnswer, State
from requests_app.models import Applicant, Assignment, Decision, InformationRequest, InternalNote, RequestFile
from requests_app.services import purge
from tests.database import refused, replaced, run
from tests.factories import make_private_file, make_user
from tests.factories.published import publish_one
from tests.factories.request_rows import (
    make_appeal,
    make_clock_event,
    make_correction,
    make_delivery,
    make_fee,
    make_letter,
    make_message,
    make_request_event,
    make_request_file,
)
from tests.factories.requests import AT, TODAY, make_decision, make_inquiry, make_request

pytestmark = pytest.mark.django_db

type Make = Callable[[], models.Model]
LATER = AT.replace(year=AT.year + 11)


def registered() -> InformationRequest:
    return make_request(state=State.IN_REVIEW)


def answered() -> InformationRequest:
    return make_request(state=State.REPLIED)


def purged() -> InformationRequest:
    row = make_request(state=State.REPLIED, description="")
    InformationRequest.objects.filter(pk=row.pk).update(purged_at=AT)
    return row


def voided() -> models.Model:
    return make_clock_event(voided_at=AT, void_reason="误登")


def assigned() -> Assignment:
    row = make_request()
    return Assignment.objects.create(
        request=row, from_agency=row.agency, to_agency=row.agency, reason="休假", by=make_user(), at=AT, on=TODAY
    )


def released() -> Decision:
    return make_decision(registered(), state=DecisionState.RELEASED, decided_by=make_user(), decided_at=AT)


def submitted() -> Decision:
    return make_decision(registered())


def letter() -> models.Model:
    return make_letter(file=make_private_file())


def sent_letter() -> models.Model:
    row = make_letter(sealed_file=make_private_file())
    make_delivery(row)
    return row


def heard() -> models.Model:
    return make_inquiry(registered(), answered_on=TODAY, answer=InquiryAnswer.CONSENT)


def corrected() -> models.Model:
    return make_correction(answered_on=TODAY, answer="补正了")


def paid() -> models.Model:
    return make_fee(paid_on=TODAY)


def handed_over() -> models.Model:
    decision = released()
    return make_request_file(decision.request, decision=decision, kind=FileKind.DISCLOSED)


def note() -> models.Model:
    row = make_request()
    return InternalNote.objects.create(request=row, text="内部", by=make_user(), at=AT)


def applicant() -> Applicant:
    return make_request().applicant


def arrived() -> models.Model:
    return make_delivery(delivered_on=TODAY, note="本人签收", proof=make_private_file())


def ended() -> models.Model:
    return make_appeal(answered_on=TODAY, result=AppealResult.UPHELD, closed_on=TODAY)


def refuses(row: models.Model, column: str, value: Any) -> bool:
    return refused(f'UPDATE {row._meta.db_table} SET "{column}" = %s WHERE id = %s', value, row.pk)


@pytest.mark.parametrize(
    ("make", "column", "value"),
    [
        (make_request, "number", "X-1"),
        (make_request, "filed_at", "2020-01-01 00:00:00+00:00"),
        (make_request, "is_imported", True),
        (make_request, "purged_at", "2026-03-02 00:00:00+00:00"),
        (make_request, "description", ""),
        (make_request, "subject", ""),
        (registered, "received_on", "2020-01-01"),
        (registered, "receipt_basis", "confirmed"),
        (answered, "state", State.IN_REVIEW),
        (answered, "outcome", "r2"),
        (answered, "closed_on", "2030-01-01"),
        (answered, "reply_kind", "partial"),
        (answered, "agency_id", 0),
        (answered, "applicant_kind", "business"),
        (answered, "channel", "fax"),
        (answered, "carried_from", 2020),
        (purged, "purged_at", None),
        (make_clock_event, "on", "2020-01-01"),
        (make_clock_event, "kind", "answered"),
        (make_clock_event, "request_id", 0),
        (voided, "void_reason", "别的原因"),
        (voided, "voided_at", None),
        (make_request_event, "on", "2020-01-01"),
        (make_request_event, "to_state", State.REPLIED),
        (assigned, "reason", ""),
        (assigned, "to_agency_id", 0),
        (submitted, "reply_kind", "partial"),
        (submitted, "digest", "1" * 64),
        (submitted, "drafted_by_id", 0),
        (released, "state", DecisionState.RETURNED),
        (released, "decided_by_id", 0),
        (released, "reasons", ""),
        (released, "digest", ""),
        (letter, "number", "别的文号"),
        (letter, "version", 2),
        (letter, "agency_id", 0),
        (letter, "issued_on", "2020-01-01"),
        (letter, "file_id", None),
        (letter, "facts", ""),
        (sent_letter, "sealed_file_id", None),
        (make_request_file, "request_id", 0),
        (make_request_file, "kind", FileKind.DISCLOSED),
        (handed_over, "decision_id", None),
        (heard, "answer", InquiryAnswer.OBJECTION),
        (heard, "due_on", "2030-01-01"),
        (heard, "ref", "9"),
        (corrected, "answered_on", "2026-03-09"),
        (corrected, "due_on", "2030-01-01"),
        (paid, "paid_on", None),
        (paid, "amount", 1),
        (applicant, "request_id", 0),
        (make_message, "request_id", 0),
        (make_message, "text", ""),
        (note, "request_id", 0),
        (arrived, "letter_id", 0),
        (arrived, "sent_on", "2020-01-01"),
        (arrived, "delivered_on", None),
        (arrived, "proof_id", None),
        (arrived, "note", ""),
        (make_appeal, "filed_on", "2020-01-01"),
        (ended, "answered_on", None),
        (ended, "result", "corrected"),
        (ended, "closed_on", "2030-01-01"),
    ],
)
def test_column_is_never_rewritten(make: Make, column: str, value: Any) -> None:
    assert refuses(make(), column, value)


@pytest.mark.parametrize(
    "make",
    [make_request, make_clock_event, make_request_event, assigned, submitted, released, letter, heard, corrected, paid,
     make_request_file, arrived, ended],
)  # fmt: skip
def test_row_is_neither_deleted_nor_replaced(make: Make) -> None:
    row = make()

    assert refused(f"DELETE FROM {row._meta.db_table} WHERE id = %s", row.pk)
    assert not replaced(row._meta.db_table, row.pk)


@pytest.mark.parametrize("make", [applicant, make_message, note])
def test_what_a_request_holds_is_not_deleted_before_the_purge(make: Make) -> None:
    row = make()

    assert refused(f"DELETE FROM {row._meta.db_table} WHERE id = %s", row.pk)
    assert not replaced(row._meta.db_table, row.pk)


@pytest.mark.parametrize("make", [submitted, released])
def test_decision_gives_no_way_to_another_of_its_request(make: Make) -> None:
    row = make()
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    columns = ", ".join(str(one.column) for one in Decision._meta.concrete_fields if one.column != "id")

    copied = f"{verb} INTO requests_app_decision ({columns}) SELECT {columns} FROM requests_app_decision"
    assert refused(f"{copied} WHERE id = %s", row.pk)


def test_items_of_a_released_reply_neither_come_nor_go() -> None:
    decision, item = submitted(), publish_one()
    decision.items.add(item)
    Decision.objects.filter(pk=decision.pk).update(
        state=DecisionState.RELEASED, decided_by=make_user(), decided_at=AT
    )  # fmt: skip

    assert refused("DELETE FROM requests_app_decision_items WHERE decision_id = %s", decision.pk)
    statement = "INSERT INTO requests_app_decision_items (decision_id, item_id) VALUES (%s, %s)"
    assert refused(statement, decision.pk, publish_one().pk)


@pytest.mark.parametrize(
    ("make", "column", "value"),
    [
        (make_request, "received_on", "2026-03-01"),
        (registered, "due_on", "2026-04-01"),
        (answered, "query_key", "1" * 64),
        (answered, "handler_id", None),
        (make_clock_event, "void_reason", "误登"),
        (make_letter, "sealed_file_id", None),
        (lambda: make_inquiry(registered()), "due_on", "2026-05-01"),
        (make_fee, "pay_by", "2026-05-01"),
        (make_fee, "payment_reference", "0001"),
    ],
)
def test_what_goes_on_is_let_through(make: Make, column: str, value: Any) -> None:
    row = make()

    run(f'UPDATE {row._meta.db_table} SET "{column}" = %s WHERE id = %s', value, row.pk)

    assert type(row)._default_manager.filter(pk=row.pk).exists()


def test_wrong_event_of_the_clock_is_voided_once() -> None:
    row = make_clock_event()
    void = "UPDATE requests_app_clockevent SET voided_at = %s, void_reason = %s WHERE id = %s"

    run(void, AT, "误登", row.pk)

    row.refresh_from_db()
    assert row.voided_at == AT
    assert refused(void, LATER, "再次", row.pk)


def test_file_of_a_letter_is_set_once() -> None:
    row = make_letter()

    run("UPDATE requests_app_letter SET file_id = %s WHERE id = %s", make_private_file().pk, row.pk)

    assert refuses(row, "file_id", make_private_file().pk)


def test_open_request_is_not_marked_as_purged() -> None:
    row = registered()

    assert refuses(row, "purged_at", AT)


def test_purge_passes_every_guard() -> None:
    decision = released()
    row = decision.request
    make_letter(row, decision=decision, file=make_private_file())
    make_message(row)
    make_request_event(row, note="内部说明")
    RequestFile.objects.create(request=row, kind=FileKind.PROOF, file=make_private_file(), added_at=AT)
    InformationRequest.objects.filter(pk=row.pk).update(state=State.REPLIED, outcome="r1", closed_on=TODAY)

    done = purge.purge(LATER)

    assert (done.requests, done.files) == (1, 2)
    decision.refresh_from_db()
    assert (decision.reasons, decision.digest) == ("", "")


def test_new_data_key_writes_every_row_anew_under_the_guards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keys = tmp_path / "data_keys"
    keys.write_text(crypto.key_file().read_text())
    monkeypatch.setenv("DATA_KEYS_FILE", str(keys))
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "media")
    decision, event = released(), make_request_event(note="内部说明")
    sent = make_letter(decision.request, facts={"addressee": "林试"}, file=make_private_file())

    call_command("rotate_keys", stdout=StringIO())
    keys.write_text(keys.read_text().splitlines()[0])

    for row in (decision, event, sent):
        row.refresh_from_db()
    assert (decision.reasons, event.note, sent.facts) == ("所申请的信息可以公开。", "内部说明", {"addressee": "林试"})
