"""Finding personal data in text: what must be named, and what must be left alone. All numbers are made up."""

import pytest

from govportal.personal_data import PersonalKind, find, is_identity_number, mask, names

IDENTITY, MOBILE, CARD = PersonalKind.IDENTITY, PersonalKind.MOBILE, PersonalKind.BANK_CARD


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("身份证号11010519491231002X，住址不详", [(IDENTITY, "110***********002X")]),
        ("身份证号：11010519491231002x。", [(IDENTITY, "110***********002X")]),
        ("（４１０１０１１９９００１０１００１６）", [(IDENTITY, "410***********0016")]),
        ("旧证440524800101001", [(IDENTITY, "440********1001")]),
        ("联系人张三13800138000", [(MOBILE, "138****8000")]),
        ("手机：138 0013 8000", [(MOBILE, "138****8000")]),
        ("手机 139-0000-1111", [(MOBILE, "139****1111")]),
        ("+86 13900001111", [(MOBILE, "139****1111")]),
        (
            "13800138000，13900001111/13700002222",
            [(MOBILE, "138****8000"), (MOBILE, "139****1111"), (MOBILE, "137****2222")],
        ),
        ("账号6228480012345678903", [(CARD, "622************8903")]),
        ("卡号 6222 0210 0001 2349", [(CARD, "622*********2349")]),
        ("13800138000，又：138-0013-8000", [(MOBILE, "138****8000")]),
    ],
)  # fmt: skip
def test_find_names_personal_numbers_masked(text: str, expected: list[tuple[PersonalKind, str]]) -> None:
    assert [(finding.kind, finding.masked) for finding in find(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "周政〔2026〕12号",
        "统一社会信用代码91410100MA3X12345T",
        "统一社会信用代码12411722006006789G",
        "成文日期20261122，施行日期2026-12-01",
        "咨询电话0396-5123456、010-62345678、12345",
        "服务热线400-800-1234",
        "总投资13800138000元，其中138.00138000万元",
        "项目代码2020-411702-48-03-012345",
        "豫（2026）不动产权第0012345号",
        "公路 G107 K138+001",
        "11010519491231002",  # 17 digits
        "110105194912310021",  # the check character is X
        "110105194913310022",  # no such day
        "6228480012345678904",  # fails the check of Luhn
        "1234567890123456",  # no issuer of cards
        "138001380001380013800",
        "",
    ],
)
def test_find_leaves_public_numbers_alone(text: str) -> None:
    assert find(text) == []


def test_find_keeps_the_order_of_reading() -> None:
    found = find("卡6222021000012349，电话13800138000，证11010519491231002X")

    assert [finding.kind for finding in found] == [CARD, MOBILE, IDENTITY]


@pytest.mark.parametrize("number", ["110105194912310022", "99010519491231002X", "440524801301001", "", "１"])
def test_is_identity_number_refuses(number: str) -> None:
    assert not is_identity_number(number)


def test_mask_keeps_three_and_four() -> None:
    assert mask("13800138000") == "138****8000"


def test_names_knows_a_person_however_he_is_written() -> None:
    people, reached = ["林 试一", "Tom Lin", "买买提·吐尔逊", "李"], [
        "138-1234-5521", "(0571) 8888-6666转8001", "Lin@Mail.example", "青山路12号 3-502", "12345", "TS-2026-00012",
    ]  # fmt: skip
    telling = (
        "请林试一补充", "林　试-一", "TOM LIN", "ｔｏｍｌｉｎ", "林\u200b试一", "买买提吐尔逊同志", "买买提•吐尔逊",
        "电话138 1234 5521", "１３８１２３４５５２１", "138.1234.5521", "+86 138—1234—5521", "0571－88886666",
        "lin@mail.EXAMPLE", "住青山路12号3-502", "ts－2026－00012", "0571(8888)6666",
    )  # fmt: skip
    silent = (
        "",
        "李",
        "试一",
        "林某",
        "12345",
        "2026-00012",
        "申请CM-2026-00012",
        "青山路12号",
        "1381234552",
        "林，试一",
    )

    assert [text for text in telling if not names(text, people, reached)] == []
    assert [text for text in silent if names(text, people, reached)] == []
    assert names("8613812345521", [], ["+86 13812345521"]) and names("13812345521", [], ["008613812345521"])
    assert not names("随便什么", ["", " "], ["", "--------"])
