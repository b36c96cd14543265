import pytest

from requests_app.likeness import Likeness, number_key, subject_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2025年柳林镇公路养护资金明细", "关于公开2025年柳林镇公路养护资金明细的申请"),
        ("柳林镇公路养护资金（明细）", "柳林镇 公路养护资金 明细"),
        ("《柳林镇公路养护资金明细》", "柳林镇公路养护资金明细的相关信息"),
        ("２０２５年预算执行情况", "2025年预算执行情况"),
    ],
)
def test_names_alike_but_for_punctuation_and_polite_words_are_one(one: str, other: str) -> None:
    assert subject_key(one) == subject_key(other) != ""


@pytest.mark.parametrize("text", ["预算", "", "（见内容描述）", "申请公开信息", "合同。"])
def test_name_that_tells_nothing_is_like_no_other(text: str) -> None:
    assert subject_key(text) == ""
    assert not Likeness.of(text, "").is_like(Likeness.of(text, ""))


def test_document_number_decides_where_both_have_one() -> None:
    one = Likeness.of("公路养护资金明细", "澄政发〔2025〕3号")

    assert one.is_like(Likeness.of("别的名称写法", "澄政发[2025] 3号"))
    assert not one.is_like(Likeness.of("公路养护资金明细", "澄政发〔2025〕4号"))
    assert one.is_like(Likeness.of("公路养护资金明细", ""))


@pytest.mark.parametrize("text", ["", "无", "某号文件", "3号"])
def test_number_without_telling_digits_is_none(text: str) -> None:
    assert number_key(text) == ""


def test_like_subjects_have_every_telling_sign() -> None:
    signs = Likeness.of("关于 2025年柳林镇·公路养护资金明细", "").telling_signs()

    assert len(signs) == 4
    assert all(sign in "柳林镇公路养护资金明细" for sign in signs)
