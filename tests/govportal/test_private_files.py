import stat
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from govportal import audit, crypto, files, private_files
from govportal.archives import RefusedFile
from govportal.models import PrivateFile
from govportal.now import now
from govportal.private_files import SCANS, UnreadableFile
from tests.factories import make_private_file
from tests.govportal.test_files import archive
from tests.threads import at_once

PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def path_of(file: PrivateFile) -> Path:
    return Path(settings.MEDIA_ROOT) / "private" / file.storage_name[:2] / file.storage_name


@pytest.fixture(autouse=True)
def own_media(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "media")


@pytest.fixture
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key file that the test may change."""
    file = tmp_path / "keys"
    file.write_text(Fernet.generate_key().decode() + "\n")
    monkeypatch.setenv("DATA_KEYS_FILE", str(file))
    return file


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_files, "PIECE", 16)


# --- keep, read --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_stored_file_is_read_back_and_unreadable_on_the_disk() -> None:
    file = make_private_file(PDF + "张三".encode(), name="身份证.pdf")

    kept = path_of(file)
    assert private_files.open_bytes(file) == PDF + "张三".encode()
    assert b"PDF" not in kept.read_bytes()
    assert (file.name, file.suffix, file.size) == ("身份证.pdf", ".pdf", len(PDF) + 6)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.parent.stat().st_mode) == 0o700


@pytest.mark.django_db
def test_our_own_pdf_may_carry_a_file_within_and_an_upload_may_not() -> None:
    letter = PDF + b"<</Type /EmbeddedFile>>"

    file = private_files.store_made(letter, name="告知书（〔2026〕31号）")

    assert (file.name, file.content_type) == ("告知书（〔2026〕31号）.pdf", "application/pdf")
    assert private_files.open_bytes(file) == letter
    with pytest.raises(RefusedFile, match="附件"):
        private_files.store(ContentFile(letter, name="告知书.pdf"), by=None)


@pytest.mark.django_db
def test_database_holds_neither_the_name_nor_a_hash_of_the_content() -> None:
    file = make_private_file(PDF, name="张三身份证.pdf")

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM govportal_privatefile")
        held = str(cursor.fetchone())

    assert "张三" not in held
    assert files.digest(ContentFile(PDF)) not in held
    assert "张三" not in str(file)
    assert "name" not in audit.snapshot(file)


@pytest.mark.django_db
def test_equal_files_are_kept_apart() -> None:
    first, second = make_private_file(PDF), make_private_file(PDF)

    private_files.forget(first)

    assert first.fingerprint == second.fingerprint
    assert path_of(first) != path_of(second)
    assert private_files.open_bytes(second) == PDF


@pytest.mark.django_db
def test_large_file_is_kept_in_pieces(small_pieces: None) -> None:
    content = PDF + bytes(range(256))

    file = make_private_file(content)

    assert len(path_of(file).read_bytes().splitlines()) == -(-len(content) // 16)
    assert private_files.open_bytes(file) == content


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("photo.pdf", PNG, "扩展名"),
        ("page.pdf", b"<script>1</script>", "网页"),
        ("big.pdf", PDF + b"\0" * 1024 * 1024, "超过 1 MB"),
        ("bomb.zip", archive(("a.txt", b"\0" * 12_000_000)), "过大"),
        ("table.csv", b"a,b\n", "这里只接受 PDF、JPEG、PNG 文件"),
    ],
)
@pytest.mark.django_db
def test_refused_file_leaves_nothing_behind(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(RefusedFile, match=reason):
        private_files.store(ContentFile(content, name=name), by=None, max_bytes=1024 * 1024, accepted=SCANS)

    assert not PrivateFile.objects.exists()
    assert not list(Path(settings.MEDIA_ROOT).glob("private/*/*"))


@pytest.mark.django_db
def test_database_refuses_to_point_a_row_at_other_bytes() -> None:
    file = make_private_file()

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        PrivateFile.objects.filter(pk=file.pk).update(storage_name="0" * 32)

    assert PrivateFile.objects.get().storage_name == file.storage_name


# --- tampering ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_changed_byte_is_found(small_pieces: None) -> None:
    file = make_private_file()
    content = bytearray(path_of(file).read_bytes())
    content[40] ^= 1
    path_of(file).write_bytes(content)

    with pytest.raises(UnreadableFile, match="no data key"):
        private_files.open_bytes(file)


@pytest.mark.parametrize("order", [[0], [1, 0], [0, 1, 1], [0, 0], []])
@pytest.mark.django_db
def test_pieces_cut_off_swapped_or_repeated_are_found(small_pieces: None, order: list[int]) -> None:
    file = make_private_file(PDF)
    lines = path_of(file).read_bytes().splitlines(keepends=True)
    assert len(lines) == 2
    path_of(file).write_bytes(b"".join(lines[place] for place in order))

    with pytest.raises(UnreadableFile, match=r"changed|cut off"):
        list(private_files.read(file))


@pytest.mark.django_db
def test_bytes_of_another_file_are_not_taken_for_its_own() -> None:
    mine, other = make_private_file(PDF), make_private_file(PDF + b"%other")
    path_of(mine).write_bytes(path_of(other).read_bytes())

    with pytest.raises(UnreadableFile, match="changed"):
        private_files.open_bytes(mine)


@pytest.mark.django_db
def test_missing_bytes_are_named_by_their_storage_name() -> None:
    file = make_private_file()
    path_of(file).unlink()

    with pytest.raises(UnreadableFile, match=f"{file.storage_name} is missing"):
        private_files.open_bytes(file)


@pytest.mark.django_db
def test_wrong_key_opens_nothing(own_keys: Path) -> None:
    file = make_private_file()
    own_keys.write_text("\n" + Fernet.generate_key().decode() + "\n")

    with pytest.raises(UnreadableFile, match="no data key"):
        private_files.serve(file, RequestFactory().get("/"))


# --- serve -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_served_file_is_kept_by_no_cache_and_runs_nothing(small_pieces: None) -> None:
    file = make_private_file(PDF, name="../告知\n书.pdf")

    response = private_files.serve(file, RequestFactory().get("/"))

    assert b"".join(response.streaming_content) == PDF  # type: ignore[arg-type]
    assert response["Content-Disposition"] == "inline; filename*=utf-8''%E5%91%8A%E7%9F%A5%20%E4%B9%A6.pdf"
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Length"] == str(len(PDF))
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "ETag" not in response


@pytest.mark.django_db
def test_what_no_browser_shows_is_downloaded_and_sandboxed() -> None:
    file = make_private_file("正文".encode(), name="说明.txt")

    response = private_files.serve(file, RequestFactory().head("/"))

    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Security-Policy"].endswith("; sandbox")
    assert b"".join(response.streaming_content) == b""  # type: ignore[arg-type]


# --- forget, sweep -----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_bytes_go_only_when_the_row_is_gone_for_good() -> None:
    file = make_private_file()

    with transaction.atomic():
        private_files.forget(file)
        transaction.set_rollback(True)
    assert path_of(file).exists()

    private_files.forget(file)

    assert not path_of(file).exists()
    assert not PrivateFile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_forget_a_file_at_once_neither_fails() -> None:
    file = make_private_file()

    outcomes = at_once(lambda: private_files.forget(file), times=4)

    assert outcomes == [None] * 4
    assert not path_of(file).exists()


@pytest.mark.django_db(transaction=True)
def test_rotation_does_not_bring_back_what_is_forgotten_meanwhile(own_keys: Path) -> None:
    kept = [make_private_file() for _number in range(6)]
    crypto.add_key()

    outcomes = at_once(private_files.encrypt_anew, *(lambda file=file: private_files.forget(file) for file in kept))

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert not list(Path(settings.MEDIA_ROOT).glob("private/*/*"))


@pytest.mark.django_db(transaction=True)
def test_equal_files_stored_at_once_are_two(own_keys: Path) -> None:
    stored = at_once(lambda: make_private_file(PDF), times=2)

    assert len({file.storage_name for file in stored if isinstance(file, PrivateFile)}) == 2


@pytest.mark.django_db
def test_sweep_deletes_what_no_row_names_after_a_day() -> None:
    kept = make_private_file()
    orphan = path_of(kept).with_name("0" * 32)
    unfinished = path_of(kept).with_name(kept.storage_name + ".new")
    for path in (orphan, unfinished):
        path.write_bytes(b"x")

    early, late = private_files.sweep(now()), private_files.sweep(now() + timedelta(days=1, minutes=1))

    assert (early, late) == (0, 2)
    assert [path.name for path in path_of(kept).parent.iterdir()] == [kept.storage_name]


# --- rotate ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_rotated_keys_open_private_files_without_the_old_one(own_keys: Path, small_pieces: None) -> None:
    file = make_private_file(PDF, name="证明.pdf")
    before = path_of(file).read_bytes()

    call_command("rotate_keys", stdout=(output := StringIO()))

    own_keys.write_text(own_keys.read_text().split()[0] + "\n")  # the old key is taken away
    again = PrivateFile.objects.get(pk=file.pk)
    assert (again.name, private_files.open_bytes(again)) == ("证明.pdf", PDF)
    assert path_of(file).read_bytes() != before
    assert "private files: 1" in output.getvalue()
    assert not list(path_of(file).parent.glob("*.new"))


@pytest.mark.django_db
def test_rotation_that_broke_off_is_taken_up(own_keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [make_private_file(PDF + bytes([n])) for n in range(3)]
    write = private_files._write

    def breaks_at_the_second(name: str, pieces: object) -> None:
        if name == kept[1].storage_name:
            raise OSError(28, "No space left on device")
        write(name, pieces)  # type: ignore[arg-type]

    monkeypatch.setattr(private_files, "_write", breaks_at_the_second)
    with pytest.raises(OSError, match="No space"):
        call_command("rotate_keys", stdout=StringIO())
    monkeypatch.setattr(private_files, "_write", write)
    assert [private_files.open_bytes(file)[-1] for file in kept] == [0, 1, 2]

    call_command("rotate_keys", "--resume", stdout=(output := StringIO()))

    assert len(own_keys.read_text().split()) == 2
    assert "private files: 2" in output.getvalue()
    own_keys.write_text(own_keys.read_text().split()[0] + "\n")
    assert [private_files.open_bytes(file)[-1] for file in kept] == [0, 1, 2]


@pytest.mark.django_db
def test_rotation_names_what_it_cannot_read_and_writes_the_rest(own_keys: Path) -> None:
    broken, sound = make_private_file(), make_private_file()
    path_of(broken).write_bytes(b"broken\n")

    with pytest.raises(CommandError, match=f"keep every key.*{broken.storage_name}"):
        call_command("rotate_keys", stdout=StringIO())

    own_keys.write_text(own_keys.read_text().split()[0] + "\n")
    assert private_files.open_bytes(sound)
