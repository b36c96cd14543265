"""Words of a sheet that no line end may part: an amount with its unit, a label with its value, a telephone number.
Pure."""

import re

from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString

_HAN = r"[\u3400-\u9fff]"
_NUMERAL = r"[〇零一二三四五六七八九十百]{1,4}"
_UNBROKEN = re.compile(
    r"(?:(?:电话|热线|传真)(?:号码)?\s?[：:]?\s?)?(?<!\d)(?:0\d{2,3}-\d{7,8}|1\d{10}|1\d{2}\*{4}\d{4})(?!\d)"
    r"|校验码 [0-9a-f]+"
    # 时限：5个工作日　收费：免费: a field of a line, or of what is long its label; narrower than any column
    r"|(?:(?<![\s\S])|(?<=[\u3000\n]))[^\s：，。；]{2,6}：(?:[^\u3000\n，。；]{1,8}(?=[\u3000\n，。；]|$)|[^\s，。；]{0,2})"
    r"|(?:电话|热线|传真)(?:号码)?\s?[：:]?\s?\d{3,12}"
    rf"|\d{{1,3}}(?: \d{{3}})+(?:\.\d+)?(?:[%％‰]|[万亿]?元|{_HAN})?"
    r"|\d+(?:\.\d+)?(?:[%％‰]|[万亿]?元)"
    rf"|第(?:{_NUMERAL}|\d{{1,4}}|（{_NUMERAL}）)[条款项章版号](?:之{_NUMERAL})?"
    rf"|（{_NUMERAL}）[条款项]?"
)


def unbroken(text: str) -> SafeString:
    """The text as HTML, with what stays on one line in spans."""
    pairs, place = list[tuple[str, str]](), 0
    for match in _UNBROKEN.finditer(text):
        pairs.append((text[place : match.start()], match[0]))
        place = match.end()
    return format_html_join("", '{}<span class="keep">{}</span>', pairs) + escape(text[place:])
