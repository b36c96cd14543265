"""Buffers: one person's own, encrypted, closed by saving, cleared when old."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from disclosure.enums import BoardLayout, ObligationKind, RecordKind
from disclosure.models import BoardSheet, EditionBuffer, Filing
from disclosure.services import buffers, records
from evaluation.enums import RoundState
from evaluation.models import AssessmentRound
from govportal import files
from govportal.models import Attachment, Leader, User
from govportal.now import now
from requests_app.models import ReportFigure
from tests.disclosure.admin.drafts import PDF
from tests.factories import make_agency, make_attachment, make_user
from tests.factories.boards import make_board
from tests.factories.obligations import make_obligation
from tests.factories.published import draft_one
from tests.factories.registers import make_receipt
from tests.factories.rounds import open_round, share_round

pytestmark = pytest.mark.django_db


def test_buffer_is_kept_once_and_encrypted() -> None:
    user = make_user()

    for words in ("第一稿", "第二稿"):
        assert buffers.keep("new:abc", {"title": [words]}, user=user, at=now())

    found = buffers.find("new:abc", user=user)
    with connection.cursor() as cursor:
        cursor.execute('SELECT "values" FROM disclosure_editionbuffer')
        stored = cursor.fetchall()
    assert found is not None and found.values == {"title": ["第二稿"]}
    assert len(stored) == 1 and "第二稿" not in stored[0][0] and "title" not in stored[0][0]
    assert buffers.find("new:abc", user=make_user()) is None


def test_buffer_of_a_saved_form_takes_nothing_more() -> None:
    edition, user = draft_one(), make_user()

    with transaction.atomic():
        assert buffers.claim("new:abc", user=user, at=now()) is None
        buffers.settle("new:abc", edition, user=user, at=now())

    with transaction.atomic():
        assert buffers.claim("new:abc", user=user, at=now()) == edition
    assert not buffers.keep("new:abc", {"title": ["迟到"]}, user=user, at=now())
    assert buffers.find("new:abc", user=user) is None and buffers.unfinished(user) == []


def test_clear_old_takes_what_is_older_than_thirty_days() -> None:
    user, at = make_user(), now()
    buffers.keep("new:old", {}, user=user, at=at - timedelta(days=31))
    buffers.keep("new:young", {}, user=user, at=at - timedelta(days=29))

    assert (buffers.clear_old(at), buffers.clear_old(at)) == (1, 0)
    assert EditionBuffer.objects.get().form_key == "new:young"


def test_one_form_of_one_person_has_one_buffer() -> None:
    user, at = make_user(), now()
    EditionBuffer.objects.create(user=user, form_key="new:abc", values="{}", saved_at=at)

    with pytest.raises(IntegrityError), transaction.atomic():
        EditionBuffer.objects.create(user=user, form_key="new:abc", values="{}", saved_at=at)


# --- files that came with a form -----------------------------------------------------------------------------


def uploaded(content: bytes, *, days: int, by: User | None = None) -> Attachment:
    attachment = make_attachment(content)
    Attachment.objects.filter(pk=attachment.pk).update(uploaded_at=now() - timedelta(days=days), uploaded_by=by)
    attachment.refresh_from_db()
    return attachment


def bytes_of(attachment: Attachment) -> bool:
    return bool(attachment.file.storage.exists(str(attachment.file.name)))


def in_edition(file: Attachment) -> None:
    draft_one(attachments=[(file, "附表")])


def in_record(file: Attachment) -> None:
    edition = draft_one()
    evidence = records.Evidence(kind=RecordKind.MEETING, title="纪要", dated_on=date(2026, 2, 1), attachment=file)
    records.add_record(edition, evidence, actor=edition.last_edited_by, at=now())


def in_filing(file: Attachment) -> None:
    obligation = make_obligation(kind=ObligationKind.FILING)
    Filing.objects.create(
        obligation=obligation,
        filed_with=make_agency(),
        filed_on=date(2026, 2, 1),
        title="年度报告",
        attachment=file,
        recorded_by=make_user(),
        recorded_at=now(),
    )


def in_receipt(file: Attachment) -> None:
    make_receipt(attachment=file)


def in_report_figure(file: Attachment) -> None:
    ReportFigure.objects.create(
        agency=make_agency(),
        year=2025,
        key="fees",
        value=0,
        source="财政局",
        evidence=file,
        entered_by=make_user(),
        entered_at=now(),
    )


def in_board(file: Attachment) -> None:
    make_board(photo=file)


def in_sheet(file: Attachment) -> None:
    BoardSheet.objects.create(
        board=make_board(),
        serial="B-2026-1",
        layout=BoardLayout.POSTER,
        period_start=date(2026, 2, 1),
        period_end=date(2026, 2, 28),
        post_from=date(2026, 3, 1),
        post_until=date(2026, 3, 31),
        log_head="0" * 64,
        digest="0" * 64,
        issued_by=make_user(),
        issued_at=now(),
        photo=file,
    )


def in_leader(file: Attachment) -> None:
    Leader.objects.create(agency=make_agency(), name="钟砚秋", post="镇长", photo=file)


def in_round(file: Attachment) -> None:
    row = share_round(open_round())
    frozen = {"archive": file, "digest": file.sha256, "frozen_by": make_user(), "frozen_at": now()}
    AssessmentRound.objects.filter(pk=row.pk).update(state=RoundState.FROZEN, **frozen)


NAMED_BY = {
    "evaluation.AssessmentRound": in_round,
    "disclosure.BoardSheet": in_sheet,
    "disclosure.NoticeBoard": in_board,
    "govportal.Leader": in_leader,
    "requests_app.ReportFigure": in_report_figure,
    "disclosure.EditionAttachment": in_edition,
    "disclosure.SupportingRecord": in_record,
    "disclosure.Filing": in_filing,
    "disclosure.Receipt": in_receipt,
}


def naming_models() -> list[str]:
    hidden = Attachment._meta.get_fields(include_hidden=True)
    return [field.related_model._meta.label for field in hidden if field.auto_created and not field.concrete]  # type: ignore[union-attr]


@pytest.mark.parametrize("model", naming_models())
def test_upload_that_a_row_names_is_kept(model: str, django_capture_on_commit_callbacks: Any) -> None:
    file, alone = uploaded(b"%PDF-1.7 named", days=400), uploaded(b"%PDF-1.7 alone", days=400)
    NAMED_BY[model](file)

    with django_capture_on_commit_callbacks(execute=True):
        count = buffers.clear_uploads(now())

    assert count == 1 and list(Attachment.objects.all()) == [file]
    assert bytes_of(file) and not bytes_of(alone)


def test_upload_that_became_part_of_nothing_goes_after_thirty_days(
    django_capture_on_commit_callbacks: Any,
) -> None:
    old, young = uploaded(b"%PDF-1.7 old", days=31), uploaded(b"%PDF-1.7 young", days=29)

    with django_capture_on_commit_callbacks(execute=True):
        counts = [buffers.clear_uploads(now()), buffers.clear_uploads(now())]

    assert counts == [1, 0]
    assert list(Attachment.objects.all()) == [young] and bytes_of(young) and not bytes_of(old)


def test_upload_equal_to_a_file_that_stays_leaves_its_bytes(django_capture_on_commit_callbacks: Any) -> None:
    old, named = (files.store(SimpleUploadedFile("表.pdf", PDF), by=None) for _time in range(2))
    Attachment.objects.update(uploaded_at=now() - timedelta(days=31))
    in_edition(named)

    with django_capture_on_commit_callbacks(execute=True):
        buffers.clear_uploads(now())

    assert not Attachment.objects.filter(pk=old.pk).exists() and bytes_of(named)


def test_upload_stays_while_its_author_has_a_form_with_files_in_hand() -> None:
    author = make_user()
    file = uploaded(b"%PDF-1.7 typed", days=40, by=author)
    buffers.keep("new:abc", {"attachments-0-ref": ["signed"]}, user=author, at=now())

    while_kept = buffers.clear_uploads(now())
    buffers.keep("new:abc", {"attachments-0-ref": [""]}, user=author, at=now())
    afterwards = buffers.clear_uploads(now())

    assert (while_kept, afterwards) == (0, 1) and not Attachment.objects.filter(pk=file.pk).exists()


def test_upload_linked_since_the_sweep_looked_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    file, alone = uploaded(b"%PDF-1.7 late", days=31), uploaded(b"%PDF-1.7 alone", days=31)
    in_edition(file)
    everything = Attachment.objects.order_by("pk")  # as it was found before the link
    monkeypatch.setattr(buffers, "_unlinked", lambda _at: everything)

    count = buffers.clear_uploads(now())

    assert count == 1 and not Attachment.objects.filter(pk=alone.pk).exists()
    assert Attachment.objects.filter(pk=file.pk).exists()
