import pytest

from requests_app.credit_code import is_credit_code


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91110000600037341L", "91110108551385082Q"])
def test_code_with_its_check_character_is_one(code: str) -> None:
    assert is_credit_code(code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "91350100M000100Y44",  # another check character
        "19350100M000100Y43",  # two signs changed places
        "91350100M000100Y4",
        "91350100M000100Y433",
        "91350100m000100y43",  # as it is written, in capitals
        "9135010OM000100Y43",  # the letter O
        "９１３５０１００Ｍ０００１００Ｙ４３",
    ],
)
def test_what_is_no_code_is_refused(code: str) -> None:
    assert not is_credit_code(code)
