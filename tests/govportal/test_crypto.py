import os
from io import StringIO
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from govportal import crypto
from govportal.management.commands import rotate_keys
from govportal.models import Notice
from tests.factories import make_notice


def test_text_is_read_back() -> None:
    token = crypto.encrypt("张三")

    assert "张三" not in token
    assert crypto.decrypt(token) == "张三"


def test_token_of_another_key_is_refused() -> None:
    foreign = Fernet(Fernet.generate_key()).encrypt("张三".encode()).decode()

    with pytest.raises(ValueError, match="no data key"):
        crypto.decrypt(foreign)


def test_fingerprint_ignores_spaces_and_case_and_tells_purposes_apart() -> None:
    number = crypto.fingerprint("identity", "11010119900307001x")

    assert number == crypto.fingerprint("identity", " 110101 19900307 001X")
    assert number != crypto.fingerprint("name", "11010119900307001X")
    assert number != crypto.fingerprint("identity", "110101199003070011")


def test_fingerprint_ignores_the_width_of_letters() -> None:
    typed = crypto.fingerprint("identity", "１１０１０１\u3000１９９００３０７００１ｘ")

    assert typed == crypto.fingerprint("identity", "11010119900307001X")


@pytest.fixture
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key file that the test may change."""
    file = tmp_path / "keys"
    file.write_text(Fernet.generate_key().decode() + "\n")
    monkeypatch.setenv("DATA_KEYS_FILE", str(file))
    return file


def tokens() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT address, body FROM govportal_notice ORDER BY id")
        return list(cursor.fetchall())


@pytest.mark.django_db
def test_rotated_keys_open_everything_without_the_old_one(own_keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotate_keys, "BATCH", 2)
    notices = [make_notice(address=f"zhang{n}@example.test", body="" if n == 1 else "正文") for n in range(5)]
    old, before, mark = own_keys.read_text(), tokens(), crypto.fingerprint("identity", "1")

    call_command("rotate_keys", stdout=StringIO())

    assert own_keys.read_text().endswith(old)
    assert own_keys.stat().st_mode & 0o777 == 0o600
    own_keys.write_text(own_keys.read_text().split()[0] + "\n")  # the old key is taken away
    assert [Notice.objects.get(pk=notice.pk).address for notice in notices] == [n.address for n in notices]
    assert [row.body for row in Notice.objects.order_by("id")] == ["正文", "", "正文", "正文", "正文"]
    assert all(new[0] != was[0] for new, was in zip(tokens(), before, strict=True))
    assert crypto.fingerprint("identity", "1") == mark


def test_running_portal_takes_up_a_new_key(own_keys: Path) -> None:
    kept = crypto.encrypt("张三")

    crypto.add_key()
    newer = crypto.encrypt("李四")

    assert (crypto.decrypt(kept), crypto.decrypt(newer)) == ("张三", "李四")
    assert Fernet(own_keys.read_text().split()[0]).decrypt(newer).decode() == "李四"


@pytest.mark.django_db
def test_row_that_no_key_opens_is_named(own_keys: Path) -> None:
    make_notice()
    own_keys.write_text("\n" + Fernet.generate_key().decode() + "\n")

    with pytest.raises(CommandError, match=r"Notice.*no data key"):
        call_command("rotate_keys", stdout=StringIO())


def test_keys_that_cannot_be_written_are_left_as_they_are(own_keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    before = own_keys.read_text()

    with pytest.raises(CommandError, match="No space left"):
        call_command("rotate_keys")

    assert own_keys.read_text() == before
    assert [file.name for file in own_keys.parent.iterdir()] == ["keys"]


@pytest.mark.django_db
def test_database_holds_only_the_token_of_an_encrypted_column() -> None:
    notice = make_notice(address="zhang@example.test")

    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM govportal_notice")
        (held,) = cursor.fetchone()

    assert "zhang" not in held
    assert Notice.objects.get(pk=notice.pk).address == "zhang@example.test"
