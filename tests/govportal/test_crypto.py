import pytest
from cryptography.fernet import Fernet
from django.db import connection

from govportal import crypto
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


@pytest.mark.django_db
def test_database_holds_only_the_token_of_an_encrypted_column() -> None:
    notice = make_notice(address="zhang@example.test")

    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM govportal_notice")
        (held,) = cursor.fetchone()

    assert "zhang" not in held
    assert Notice.objects.get(pk=notice.pk).address == "zhang@example.test"
