"""The words of a text that carry its substance: numbers, dates, amounts, words of duty, names. Pure.

A text is first put into one form (`plain`), in which two that differ in width or white space alone are equal. What
is found in it (`marks`) has a value beside its words: 十五日 and 15日 are one, 5日 and 5个工作日 are two.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

# Full-width letters, figures and signs; Chinese punctuation keeps its width, as readers see the text.
_WIDTH: dict[int, int | str] = {ord(sign): ord(sign) - 0xFEE0 for sign in "＃＄％＆＊＋－．／＜＝＞＠＼＾｜～"} | {
    **{code: code - 0xFEE0 for first, last in ("０９", "ＡＺ", "ａｚ") for code in range(ord(first), ord(last) + 1)},
    ord("￥"): "¥",
    ord("〇"): "零",
    ord("○"): "零",
    ord("−"): "-",
    ord("–"): "-",
    **{ord(raised): f"^{figure}" for figure, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
}
_GAP = re.compile(r"(?<=[0-9一二三四五六七八九十百千万亿零两])[^\S\n]+(?=[0-9一二三四五六七八九十百千万亿零两])")
_SPACE = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\n+")
# Marks of punctuation, brackets, dashes and quotes. A minus before a figure is looked at by itself.
SLIGHT = "\x1f\n \t，。、；：？！“”‘’（）〔〕【】《》〈〉「」『』…—–·•,;:?!'\"()[]{}.-~_"
_FIGURE_SIGN = "0-9零一二三四五六七八九十百千万亿两廿卅"
_SLIGHT = re.compile(
    f"(?<![{_FIGURE_SIGN}])[{re.escape(SLIGHT.replace('-', ''))}]|[{re.escape(SLIGHT)}](?![{_FIGURE_SIGN}])"
)
# Words whose typing errors change nothing, when they stand alone.
FUNCTION_WORDS = frozenset("的地得了着之")

_FIGURES = "零一二三四五六七八九"
_CAPITALS = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟两", "一二三四五六七八九十百千二")
_SHORT = (("廿", "二十"), ("卅", "三十"))
_N = "零一二三四五六七八九十百千万亿两廿卅壹贰叁肆伍陆柒捌玖拾佰仟"
_SMALL = "(?:[0-9]{1,2}|[零一二三四五六七八九十廿卅]{1,4})"
_YEAR = "(?:[0-9]{4}|[零一二三四五六七八九]{4})"
_NUMBER = (
    r"(?:(?<![0-9A-Za-z])-)?"
    rf"(?:[0-9]+(?:,[0-9]{{3}})*(?:\.[0-9]+)*(?:\^[0-9]+)?[十百千万亿]*"
    rf"|[{_N}]+(?:点[{_N}]+)?(?:分之[{_N}]+(?:点[{_N}]+)?)?|[①-⑳Ⅰ-Ⅻ½⅓⅔¼¾半])"
)
_COIN = "(?:元|角|美元|欧元|英镑|日元|港元|港币|人民币)"
_UNIT = (
    "个?工作日|个?自然日|个?月|日|天|年度?|周岁?|星期|小时|分钟|分|秒|学时|%|‰|℃|度|倍|成|折|"
    "平方公里|平方米|立方米|公里|千米|厘米|毫米|米|公顷|亩|万?吨|公斤|千克|克|升|"
    "人次|人|户|名|件|次|个|条|款|项|章|节|目|编|页|份|批|台|辆|套|处|所|家|岁|期|号|版|级|类|届|位|种|头|只|株|里"
)
# Everyday words that hold a numeral and count nothing.
_NO_NUMBER = (
    "统一|一般|一律|一并|一致|一定|一些|一切|一经|一旦|一起|一直|一样|一体化?|进一步|同一|唯一|单一|之一|万一|"
    "十分|百姓|千方百计|一方面|另一方面|第一时间|一带一路"
)
_FIGURE = re.compile(
    rf"(?P<none>{_NO_NUMBER})"
    rf"|(?P<date>{_YEAR}年(?:{_SMALL}月(?:{_SMALL}[日号])?)?(?:[底末初]|以前|之前|前)?"
    rf"|(?<![0-9])[0-9]{{4}}(?P<sep>[-/.])[0-9]{{1,2}}(?P=sep)[0-9]{{1,2}}(?![0-9])"
    rf"|(?:每个?(?:工作日|[日天周月年]|季度?|半年)度?)(?:{_SMALL}月)?(?:{_SMALL}[日号])?(?:[底末初]|以前|之前|前)?"
    rf"|{_SMALL}月(?:{_SMALL}[日号]|[底末初份]|[上中下]旬)(?:以前|之前|前)?"
    rf"|(?<![第个]){_SMALL}日(?:以前|之前|前)"
    r"|(?:年|月|季度?)[底末初]|[上下]半年|第?[一二三四]季度|当日|次日|即日|当年|次年|本年度?|上一?年度?|明年|今年"
    r"|星期[一二三四五六日天]|周[一二三四五六日]|(?<![0-9:])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)"
    rf"|(?P<amount>[¥$]{_NUMBER}|(?:{_NUMBER}|[数几])[多余]?{_COIN}+|(?:[百千万亿]|单位[:：]?)+元)"
    rf"|(?P<number>第?[(（][0-9{_N}]+[)）](?:{_UNIT})?|第?{_NUMBER}[多余]?(?:{_UNIT})?|第[0-9{_N}]+)"
)
_LONE = re.compile(rf"[{_N}]+|(?<![0-9])[0-9]+(?:,[0-9]{{3}})+|(?<![0-9])[0-9]+(?:\.[0-9]+)?[十百千万亿]+")

_DUTIES = (
    "应当 应该 不应当 不应 应 必须 务必 须 需要 需 不得 禁止 严禁 不可以 不可 可以 可 不能 能够 能 有权 无权 免予 "
    "免于 免除 减免 减半 免 除外 不予 不再 不准 不许 不 未经 未 无须 无需 无 非 没有 勿 准予 允许 许可 准许 批准 "
    "核准 同意 备案 以上 以下 以内 以外 之内 之外 之前 之后 以前 以后 不超过 超过 不少于 不多于 不低于 不高于 "
    "不足 少于 多于 低于 高于 大于 小于 等于 至少 至多 最多 最少 最低 最高 过半数 半数 满 届满 止 "
    "全部 部分 所有 任何 一切 一律 各 每 逐 仅 只有 只 或者 或 以及 和 及 与 并且 并 且 同时 但是 但 除非 除 否则 "
    "视为 责令改正 限期改正 责令 罚款 处以 没收 吊销 撤销 取消 废止 停止 暂停 终止 中止 失效 无效 有效 生效 施行 实施 "
    "执行 试行 义务 责任 权利 职责 负责 承担 优先 加倍 从重 从轻 减轻 加重 限期 立即 及时 按时 有关规定 等"
)
DUTIES = tuple(_DUTIES.split())
# What is a word of duty in one place and half a word in another (三日内, 内容).
_SHORT_DUTY = r"|[内外前后](?![{0}])|起(?![诉草源点因])|处(?=[{1}])"
_DUTY = re.compile(
    "|".join(sorted(map(re.escape, DUTIES), key=len, reverse=True))
    + _SHORT_DUTY.format("地国商来部容置面方提期续果科业", _FIGURE_SIGN)
)

_HAN = "㐀-鿿豈-﫿"
_BEFORE_BODIES = (
    "作出修改请议第条款章节零一二三四五六七八九十百千万亿两"
    "的由向在对与和或及应当可以并被把将其各该本为于从经至是有报送交给让使等按依据因如若但且也又都仅只须必不未无非之同"
)
_BODIES = (
    "人民政府|人民法院|人民检察院|检察院|法院|人民代表大会|代表大会|委员会|常委会|管委会|居委会|村委会|办公室|办事处|"
    "管理局|机关|机构|部门|中心|公司|集团|合作社|协会|学会|商会|联合会|基金会|工会|银行|医院|卫生院|学校|大学|学院|中学|"
    "小学|幼儿园|政府|支队|大队|派出所|研究所|街道|社区|局|厅|署|镇|乡|县|市|省|村"
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤欧阳诸葛司徒上官"
)
_POSTS = (
    "局长|县长|市长|镇长|乡长|主任|书记|科长|处长|股长|院长|校长|所长|站长|队长|组长|经理|董事长|法定代表人|负责人|联系人|"
    "经办人|责任人|监督员|评议员|委员|代表|同志|姓名|任命|聘任|免去|免除|提名|人选"
)
_PERSON = f"[{_SURNAMES}][{_HAN}]{{1,2}}"
_NAME = re.compile(
    r"《[^《》\n]{1,60}》"
    rf"|(?<![{_HAN}]){_PERSON}(?![{_HAN}])"
    rf"|(?<=同志){_PERSON}|{_PERSON}(?=同志|先生|女士)"
    rf"|(?:{_POSTS})[:：]?{_PERSON}|{_PERSON}(?=为|任|兼|的?(?:副?(?:{_POSTS})))"
    rf"|(?:设区的)?(?:(?![{_BEFORE_BODIES}])[{_HAN}]){{1,12}}?(?:{_BODIES})"
    rf"(?:(?![{_BEFORE_BODIES}])[{_HAN}]{{0,6}}(?:{_BODIES}))*"
)


class MarkKind(StrEnum):
    DATE = "date"
    AMOUNT = "amount"
    NUMBER = "number"
    DUTY = "duty"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Mark:
    """A word of substance where it stands in the plain text; equal `value` means the same."""

    kind: MarkKind
    text: str
    value: str
    start: int
    end: int


def plain(text: str) -> str:
    """The text in half width without white space; a blank between two figures parts them and stays."""
    folded = _SPACE.sub("", _GAP.sub("\x1f", text.translate(_WIDTH)))
    return _LINES.sub("\n", folded).strip("\n")


def core(text: str) -> str:
    """What is left of plain text without its marks of punctuation; between two figures they part numbers and stay."""
    return _SLIGHT.sub("", text)


def marks(text: str, names: Iterable[str] = ()) -> Iterator[Mark]:
    """Every word of substance in plain text, kind by kind. `names` are further names to look for.

    A word of duty inside a number or a name is part of it (每年, 中华人民共和国).
    """
    held: set[int] = set()
    for mark in (*_figure_marks(text), *_name_marks(text, names)):
        held.update(range(mark.start, mark.end))
        yield mark
    for found in _DUTY.finditer(text):
        if found.start() not in held or found.end() - 1 not in held:
            yield Mark(MarkKind.DUTY, found[0], found[0], found.start(), found.end())


def _figure_marks(text: str) -> Iterator[Mark]:
    for found in _FIGURE.finditer(text):
        kind = found.lastgroup
        if kind and kind != "none":
            yield Mark(MarkKind(kind), found[0], _value(kind, found[0]), found.start(), found.end())


def _name_marks(text: str, names: Iterable[str]) -> Iterator[Mark]:
    for found in _NAME.finditer(text):
        yield Mark(MarkKind.NAME, found[0], core(found[0]), found.start(), found.end())
    for name in names:
        start = text.find(name)
        while start >= 0:
            yield Mark(MarkKind.NAME, name, name, start, start + len(name))
            start = text.find(name, start + len(name))


def _value(kind: str, words: str) -> str:
    value = _LONE.sub(lambda found: _figures(found[0]), words)
    if kind == "date":
        value = re.sub(r"^([0-9]{4})[年/.-]([0-9]{1,2})[月/.-]([0-9]{1,2})[日号]?$", r"\1-\2-\3", value)
        return re.sub(r"-0+(?=[0-9])", "-", value)
    return re.sub(r"个(?=工作日|自然日|月)", "", re.sub(r"[()（）\n]", "", value)).replace("天", "日")


def _figures(words: str) -> str:
    """The figures of one number in any writing; words that are no well-formed number stay as they are."""
    if words[0].isascii():
        return _multiplied(words.replace(",", ""))
    numerals = words.translate(_CAPITALS)
    for short, long in _SHORT:
        numerals = numerals.replace(short, long)
    if all(numeral in _FIGURES for numeral in numerals):
        return "".join(str(_FIGURES.index(numeral)) for numeral in numerals)
    value = _parsed(numerals)
    return str(value) if _written(value) in {numerals, f"一{numerals}"} else words


def _multiplied(words: str) -> str:
    number, units = re.fullmatch(r"([0-9.]+)([十百千万亿]*)", words).groups()  # type: ignore[union-attr]
    if not units or number.count(".") > 1:
        return words
    zeros = sum({"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}[unit] for unit in units)
    whole, _point, part = number.partition(".")
    if len(part) > zeros:
        return words
    return (whole + part.ljust(zeros, "0")).lstrip("0") or "0"


def _parsed(numerals: str) -> int:
    total = section = figure = 0
    for numeral in numerals:
        if numeral in _FIGURES:
            figure = _FIGURES.index(numeral)
        elif numeral in "十百千":
            section += (figure or 1) * 10 ** (1 + "十百千".index(numeral))
            figure = 0
        else:
            if numeral == "亿":
                total = (total + section + figure) * 10**8
            else:
                total += (section + figure) * 10**4
            section = figure = 0
    return total + section + figure


def _written(value: int) -> str:
    """The number in Chinese numerals, as it is properly written."""
    if value >= 10**8:
        return _joined(value, 10**8, "亿")
    if value >= 10**4:
        return _joined(value, 10**4, "万")
    words, has_gap = "", False
    for power in (1000, 100, 10, 1):
        figure, value = divmod(value, power)
        if figure:
            words += (
                ("零" if has_gap and words else "") + _FIGURES[figure] + {1000: "千", 100: "百", 10: "十", 1: ""}[power]
            )
        has_gap = not figure
    return words.removeprefix("一") if words.startswith("一十") else words


def _joined(value: int, unit: int, word: str) -> str:
    head, rest = divmod(value, unit)
    gap = "零" if rest and rest < unit // 10 else ""
    tail = _written(rest) if rest else ""
    return _written(head) + word + gap + ("一" if not gap and tail.startswith("十") else "") + tail
