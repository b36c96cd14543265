"""Nobody waits for somebody else's disk: uploads are on it before anything is locked."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from pytest_django import Settings

from govportal import private_files
from govportal.models import PrivateFile
from requests_app.enums import State
from tests.requests_app.admin.desk_world import Desk, problems, sent, verb

pytestmark = pytest.mark.django_db(transaction=True)
PAPER = b"%PDF-1.7\n%test\n"


@pytest.fixture
def written_in(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether a transaction was open, for each file that is written."""
    seen: list[bool] = []
    write = private_files._write

    def noted(*args: Any) -> None:
        seen.append(connection.in_atomic_block)
        write(*args)

    monkeypatch.setattr(private_files, "_write", noted)
    return seen


def paper(name: str = "明细.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PAPER)


def test_file_of_a_verb_is_written_before_the_request_is_locked(written_in: list[bool]) -> None:
    desk = Desk()
    row = desk.request(State.IN_REVIEW)

    answer = sent(desk.handling, row, "file", kind="internal", papers=[paper(), paper("第二份.pdf")])

    assert answer.status_code == 302
    assert (written_in, row.files.count()) == ([False, False], 2)


def test_files_that_are_too_much_together_are_refused_before_one_is_written(
    written_in: list[bool], settings: Settings
) -> None:
    desk = Desk()
    row = desk.request(State.IN_REVIEW)
    settings.ATTACHMENT_MAX_BYTES = len(PAPER)

    answer = desk.handling.post(verb(row, "file"), {"kind": "internal", "papers": [paper() for _n in range(5)]})

    assert any("合计最多" in problem for problem in problems(answer))
    assert (written_in, PrivateFile.objects.count()) == ([], 0)


def test_file_of_a_verb_that_is_refused_leaves_no_row(written_in: list[bool]) -> None:
    desk = Desk()
    row = desk.request(State.IN_REVIEW)

    answer = desk.handling.post(verb(row, "message"), {"text": " ", "papers": [paper()]})

    assert problems(answer)
    assert PrivateFile.objects.count() == 0


def test_row_of_a_transaction_that_was_rolled_back_is_saved_anew() -> None:
    file = private_files.write(paper(), by=None)
    other = private_files.store(paper("另一份.pdf"), by=None)
    file.pk = other.pk

    kept = private_files.keep(file)

    assert private_files.open_bytes(PrivateFile.objects.get(pk=kept.pk)) == PAPER
    assert PrivateFile.objects.count() == 2
