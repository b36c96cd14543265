import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.search.tokens import BREAK, fold, fold_with_origin, line, number_key, phrase_pattern, words

# What government texts are made of, with everything that folds oddly.
TEXT = st.text(
    alphabet=st.one_of(
        st.sampled_from("公开第5号０１２３,.，。、（）〔〕《》%％ABａｂ\n \u3000㎡①½ﬁİßé￥"), st.characters()
    )
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("政府公开", ["政", "府", "公", "开"]),
        ("𠀀𪜶𫝀𬺰𰀀", ["𠀀", "𪜶", "𫝀", "𬺰", "𰀀"]),
        ("ＡＢＣ　１２３", ["abc", "123"]),
        ("A12 pH值", ["a", "12", "ph", "值"]),
        ("3.5％", ["3.5", "%"]),
        ("5,000元，50,00", ["5000", "元", BREAK, "50", BREAK, "00"]),
        ("通 知\u3000书", ["通", "知", "书"]),
        ("公民、法人", ["公", "民", BREAK, "法", "人"]),
        ("第一条\n为了", ["第", "一", "条", BREAK, "为", "了"]),
        ("“双随机、一公开”", ["双", "随", "机", BREAK, "一", "公", "开"]),
        ("……——！", []),
        ("二〇一九", ["二", "〇", "一", "九"]),
        ("", []),
    ],
)
def test_words_split_by_the_stated_rules(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_number_is_whole() -> None:
    assert line("5") not in line("15 2005 4.5 5.5 5,000")
    assert line("5") in line("第5条")


@given(TEXT)
def test_tokens_of_a_line_are_the_line(text: str) -> None:
    assert line(line(text)) == line(text)


@given(TEXT)
def test_fold_twice_is_fold_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.lists(st.sampled_from(["公", "开", "5", "2019", "ph", "%", "4.5", BREAK]), min_size=1), st.data())
def test_any_run_of_tokens_is_found_in_its_text(tokens: list[str], data: st.DataObject) -> None:
    whole = words(" ".join(tokens))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))

    phrase = line(" ".join(whole[start:end]))

    assert phrase in line(" ".join(whole))


@given(TEXT)
def test_origin_leads_back_into_the_text(text: str) -> None:
    folded, origin = fold_with_origin(text)

    assert len(origin) == len(folded) + 1
    assert origin == sorted(origin)
    assert origin[-1] == len(text)


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("5000", "罚款5,000元", "5,000"),
        ("5", "15、2005、4.5、5", "5"),
        ("ph值", "alpha值，ｐＨ 值", "ｐＨ 值"),
        ("国发〔2019〕5号", "见国发[2019]5号文", "国发[2019]5号"),
        ("通知", "的 通 知", "通 知"),
    ],
)
def test_phrase_pattern_finds_the_words_as_written(phrase: str, text: str, expected: str) -> None:
    folded, origin = fold_with_origin(text)

    match = re.search(phrase_pattern(line(phrase)), folded)

    assert match is not None
    assert text[origin[match.start()] : origin[match.end()]] == expected


@pytest.mark.parametrize(
    "text",
    ["国发〔2019〕5号", "国发[2019]5号", "国发【2019】5号", "国发（2019）5号", "国发(2019) 5 号", "国发２０１９第5号"],
)
def test_number_key_is_one_for_every_bracket(text: str) -> None:
    assert number_key(text) == "国发2019-5号"


def test_number_key_keeps_numbers_apart() -> None:
    assert number_key("国发〔201〕95号") != number_key("国发〔2019〕5号")
    assert number_key("000014349/2019-00007") == number_key("000014349-2019-00007")
