import pytest

from requests_app.likeness import number_key, subject_key


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


@pytest.mark.parametrize("text", ["", "无", "某号文件", "3号"])
def test_number_without_telling_digits_is_none(text: str) -> None:
    assert number_key(text) == ""
