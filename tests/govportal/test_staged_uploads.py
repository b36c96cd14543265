from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.test import override_settings

from govportal.staged_uploads import StagedFile, StaleUpload, stage, staged

CONFIRMATIONS = 8


@pytest.fixture
def file(tmp_path: Path) -> StagedFile:
    user = SimpleNamespace(pk=7)
    with override_settings(PORTAL_HOME=tmp_path):
        return staged(stage(ContentFile(b"a,b\n"), by=user, purpose="test"), by=user, purpose="test")


def test_of_many_who_confirm_at_once_one_gets_the_file(file: StagedFile) -> None:
    gate = Barrier(CONFIRMATIONS)

    def confirm(_number: int) -> bytes | str:
        gate.wait(timeout=60)
        try:
            with file.claimed() as path:
                return path.read_bytes()
        except StaleUpload as error:
            return str(error)

    with ThreadPoolExecutor(CONFIRMATIONS) as pool:
        answers = list(pool.map(confirm, range(CONFIRMATIONS)))

    assert answers.count(b"a,b\n") == 1
    assert sum("已经导入或清除" in str(answer) for answer in answers) == CONFIRMATIONS - 1


def test_claimed_file_is_gone_even_after_a_failure(file: StagedFile) -> None:
    with pytest.raises(ZeroDivisionError), file.claimed():
        raise ZeroDivisionError

    assert list(file.path.parent.iterdir()) == []
