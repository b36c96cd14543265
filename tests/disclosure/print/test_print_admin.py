"""Whoever keeps boards orders the sheets of a half-year, watches it, and tries again what failed."""

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from disclosure import boards, print_volumes
from disclosure.enums import PrintFormat, PrintState, SheetState
from disclosure.models import BoardSheet, PrintJob
from disclosure.services import print_jobs
from govportal import jobs
from govportal.now import now, today
from govportal.permissions import Role
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_item, make_member
from tests.factories.boards import make_board, make_photo, make_sheet
from tests.factories.prints import make_job

pytestmark = pytest.mark.django_db
ADD = "/admin/disclosure/printjob/add/"


@pytest.fixture(autouse=True)
def _drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet is its serial; how it looks is tested elsewhere."""
    monkeypatch.setattr(jobs, "enqueue", lambda _name, **_ids: None)
    monkeypatch.setattr(boards, "sheet_pdf", lambda sheet: sheet.serial.encode())
    monkeypatch.setattr(boards, "bundle_pdf", lambda sheets, *, title: "+".join(s.serial for s in sheets).encode())


def make_county() -> tuple[Any, list[BoardSheet]]:
    """Two offices below a county, with a board each; the first has two sheets, of which one hung."""
    county = make_agency(code="county", name="澄明县人民政府")
    sheets = []
    for name, count in (("甲局", 2), ("乙局", 1)):
        agency = make_agency(code=name.encode().hex(), name=name, parent=county)
        item = make_item(agency=agency)
        board = make_board(agency)
        board.sections.update(span="always", category=item.category)
        sheets += [make_sheet(board) for _number in range(count)]
    return county, sheets


def run(job: PrintJob) -> None:
    for part in job.parts.all():
        print_jobs.make(part.pk, print_volumes.make, clock=now)
    print_jobs.finish(job.pk, at=now())
    job.refresh_from_db()


def test_bundle_of_a_county_is_ordered_made_and_fetched() -> None:
    county, sheets = make_county()
    client = signed_in(make_member(Role.ADMINISTRATOR, county))
    half = print_volumes.half_years(today())[0]
    assert client.get(ADD).status_code == 200

    sent = client.post(ADD, {"agency": county.pk, "half": half.key, "format": "zip"})

    job = PrintJob.objects.get()
    page = reverse("admin:disclosure_printjob_change", args=[job.pk])
    assert sent["Location"] == page
    assert "共 2 册" in text_of(client.get(page))
    run(job)
    assert job.state == PrintState.DONE
    shown = text_of(client.get(page))
    assert reverse("print_file", args=[job.key, print_jobs.file_name(job)]) in shown
    assert "重试" not in shown and "为什么有的现在不能办" not in shown
    answer: Any = Client().get(reverse("print_file", args=[job.key, print_jobs.file_name(job)]))
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        made = [archive.read(name).decode() for name in archive.namelist()[:2]]
    assert sorted(made) == sorted([sheets[1].serial, sheets[2].serial])  # nothing hung: the latest of each board


def test_bundle_holds_what_hung_and_is_one_pdf_if_wanted() -> None:
    county, sheets = make_county()
    half = print_volumes.half_years(today())[0]
    assert print_volumes.sheets_of(county, half.previous.previous) == []
    BoardSheet.objects.filter(pk=sheets[2].pk).update(state=SheetState.CANCELLED, cancel_reason="印错")

    wish = print_volumes.bundle(county, half, PrintFormat.PDF)

    assert [volume.wanted["sheets"] for volume in wish.volumes] == [[sheets[1].pk]]
    job = print_jobs.order(wish, actor=make_member(Role.PUBLISHER, county), at=now())
    run(job)
    path = print_jobs.file_of(job)
    assert path is not None and path.read_bytes() == sheets[1].serial.encode()


def test_bundle_holds_what_hung_in_the_half_year_whatever_it_tells_of() -> None:
    county, sheets = make_county()
    half = print_volumes.half_years(today())[0]
    by, first, before = sheets[0].issued_by, half.first_day, half.previous
    hung = {"state": SheetState.POSTED, "posted_by": by, "photo": make_photo(by)}
    for sheet, posted_on, removed_on, expected in (
        (sheets[0], first - timedelta(days=20), None, {half.key, before.key}),
        (sheets[0], first - timedelta(days=20), first, {half.key, before.key}),
        (sheets[1], first - timedelta(days=20), first - timedelta(days=1), {before.key}),
        (sheets[2], first, None, {half.key}),
    ):
        rows = BoardSheet.objects.filter(pk=sheet.pk)
        rows.filter(state=SheetState.ISSUED).update(**hung, posted_on=posted_on)
        if removed_on:
            rows.update(state=SheetState.REMOVED, removed_by=by, removed_on=removed_on)
        found = {each.key for each in (half, before) if sheet in print_volumes.sheets_of(county, each)}
        assert found == expected, (posted_on, removed_on)


def test_many_sheets_of_a_board_are_files_of_a_few_and_no_single_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    county, sheets = make_county()
    board = [BoardSheet(pk=number, board=sheets[0].board) for number in range(1, 30)]
    monkeypatch.setattr(print_volumes, "sheets_of", lambda _agency, _half: [*board, *[sheets[2]] * 12])
    half = print_volumes.half_years(today())[0]

    wish = print_volumes.bundle(county, half, PrintFormat.ZIP)

    assert [len(volume.wanted["sheets"]) for volume in wish.volumes] == [12, 12, 5, 12]
    assert len({volume.title for volume in wish.volumes}) == 4
    with pytest.raises(ValidationError, match="共 41 张，一个 PDF 最多 40 张，请选 ZIP"):
        print_volumes.bundle(county, half, PrintFormat.PDF)


def test_form_says_what_is_wrong_and_keeps_what_was_chosen() -> None:
    county, _sheets = make_county()
    elsewhere = make_agency(name="他处")
    client = signed_in(make_member(Role.PUBLISHER, county))

    for values in (
        {}, {"agency": elsewhere.pk, "half": "2026-1", "format": "zip"},
        {"agency": "\x00", "half": "9999-9", "format": "exe"},
        {"agency": county.pk, "half": print_volumes.half_years(today())[5].key, "format": "zip"},
    ):  # fmt: skip
        answer = client.post(ADD, values)
        assert answer.status_code == 200 and "请先改正" in text_of(answer), values
    assert "没有张贴公开栏" in text_of(answer)
    assert not PrintJob.objects.exists()


def test_failed_job_says_why_and_is_tried_again_by_whoever_ordered_it() -> None:
    county = make_agency()
    actor = make_member(Role.PUBLISHER, county)
    job = make_job(1, title="甲县上半年", actor=actor)
    job.parts.update(state=PrintState.FAILED)
    PrintJob.objects.filter(pk=job.pk).update(state=PrintState.FAILED, fault=print_jobs.TOO_SLOW)
    client, other = signed_in(actor), signed_in(make_member(Role.PUBLISHER, county))
    page, verb = (
        reverse("admin:disclosure_printjob_change", args=[job.pk]),
        reverse("admin:disclosure_printjob_verb", args=[job.pk, "retry"]),
    )

    assert print_jobs.TOO_SLOW in text_of(client.get(page))
    assert other.post(verb).status_code == 404
    assert client.post(verb)["Location"] == page
    job.refresh_from_db()
    assert job.state == PrintState.WAITING
    assert "只有未能生成" in text_of(client.post(verb))
    assert "甲县上半年" in text_of(client.get(reverse("admin:disclosure_printjob_changelist")))
    assert "甲县上半年" not in text_of(other.get(reverse("admin:disclosure_printjob_changelist")))
