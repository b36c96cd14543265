"""What no line end may part, and how it is written: (text, what is kept together)."""

import re

from disclosure.board_lines import unbroken

KEPT: tuple[tuple[str, list[str]], ...] = (
    ("季末结余57 775元。", ["57 775元"]),
    ("行驶9 846公里，支出1 153.50万元，占12.5%", ["9 846公", "1 153.50万元", "12.5%"]),
    ("24 000", ["24 000"]),
    ("时限：5个工作日　收费：不收费　电话：0399-6612822", ["时限：5个工作日", "收费：不收费", "电话：0399-6612822"]),
    ("投诉渠道：县人社局 0399-6612800，12333", ["投诉渠道：县人", "0399-6612800"]),
    ("可以拨打0399-6615014，或者12345", ["0399-6615014"]),
    ("条例第二十条第（八）、（十二）项", ["第二十条", "（八）", "（十二）项"]),
    ("决定内容：认定为工伤", ["决定内容：认定为工伤"]),
    ("2026年11月30日，3人", []),
    ("“<b>”&", []),
    ("", []),
)


def test_amounts_labels_and_numbers_stay_together() -> None:
    for text, kept in KEPT:
        html = unbroken(text)

        assert re.findall(r'<span class="keep">(.*?)</span>', html) == kept, text
        assert (
            re.sub(r'<span class="keep">|</span>', "", html)
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
            == text
        )
