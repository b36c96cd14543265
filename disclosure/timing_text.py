"""The parser of the free text agencies write in 公开时限: 信息形成或者变更之日起20个工作日内 → a TimingRule. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from disclosure.enums import Recurrence, TimingKind, TimingUnit
from disclosure.rules import DEFAULT_AT_ONCE, DEFAULT_REVIEW, Term, TimingRule, basis_of

_WORKING, _CALENDAR, _MONTH = TimingUnit.WORKING_DAY, TimingUnit.CALENDAR_DAY, TimingUnit.MONTH
_AFTER, _DISPLAY, _RECURRING = TimingKind.AFTER_EVENT, TimingKind.MINIMUM_DISPLAY, TimingKind.RECURRING

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_TENS = {"十": 10, "百": 100}
_NUMBER = r"(?:\d{1,4}|[〇零一二两三四五六七八九十百]{1,5}|半)"
_UNIT = r"(?:个?\s*(?:工作日|自然日|日历日|小时|月|星期|周|季度)|天|日(?!期)|年)"
_SPAN = re.compile(rf"(?<![第\d])({_NUMBER})\s*({_UNIT})(?!\s*1?[一]?[次期])")
_DATE = re.compile(r"(次年)?(\d{1,2})月(\d{1,2})日")
_MONTHLY = re.compile(r"每月(\d{1,2})日(?:之?前|内)?")
_EVERY = re.compile(rf"每(?:隔|满)?\s*({_NUMBER})\s*({_UNIT})")
_DAILY_WEEKLY = re.compile(r"每个?(日|天|周|星期)(?!\d)")
_ONE_YEAR = re.compile(r"\d{4}年")  # a date in a certain year is no rule
_DISPLAY_TERM = re.compile(
    r"(?P<matter>[^,;。、\d]{0,12}?(?:公示|公告|披露|征求意见|展示))(?:的?(?:时间|期限|期|时长))?"
    rf"(?:应当?|为|不得|不|至少|少于|低于|短于)*(?P<n>{_NUMBER})\s*(?P<unit>{_UNIT})(?:以上)?"
)
_HALF_YEARLY_WORDS = re.compile(r"每半年|半年(?=至少|更新|公开|公布)")
_RECURRENCES = (
    (re.compile(r"每半年|半年至少|上半年|每学期|按半年|每个?半年度"), Recurrence.HALF_YEARLY),
    (re.compile(r"每个?季度?|按季|季度结束|季后"), Recurrence.QUARTERLY),
    (re.compile(r"每个?月|按月|月度"), Recurrence.MONTHLY),
    (re.compile(r"每年|每个?年度|按年|一年一次|上一年度|年度终了|年度结束"), Recurrence.YEARLY),
)
_RECURRENCE_MONTHS = {
    Recurrence.MONTHLY: 1,
    Recurrence.QUARTERLY: 3,
    Recurrence.HALF_YEARLY: 6,
    Recurrence.YEARLY: 12,
}
_PERMANENT = re.compile(r"长期|常年|长年|永久|常态化")
_STAGES = re.compile(r"逐段|分阶段|各阶段|按阶段|(?:按照?|根据|随).{0,8}?进[展度]")
_AT_ONCE = re.compile(r"实时|及时|随时|即时|立即|第一时间|同步|当[日天]|时[,公在]|时$")
_BEFORE = re.compile(rf"(?:提前|前)\s*(?:不少于|至少)?\s*({_NUMBER})\s*({_UNIT})|({_NUMBER})\s*({_UNIT})之?前")
_PERIOD_END = re.compile(r"^(每?(个?月度?|季度?|年度?|学期)|按(月|季|年))|(结束|终了)$")
_EXCEPTION = re.compile(r"(?:其中)?,?(行政许可和?、?行政处罚|行政许可|行政处罚)")


def _number(text: str) -> int:
    """八 → 8, 二十 → 20, 一百二十 → 120, 半 → 0 (the caller knows half of what)."""
    if text.isdigit():
        return int(text)
    total, digit = 0, 0
    for character in text.replace("半", ""):
        if character in _TENS:
            total += (digit or 1) * _TENS[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit


def _term(number: str, unit: str, matter: str = "") -> Term | None:
    """A term in working days, calendar days or months; None for a number of no use (0 days)."""
    n, unit = _number(number), re.sub(r"[个\s]", "", unit)
    is_half = number == "半"
    if unit == "工作日":
        return Term(n, _WORKING, matter) if n else None
    if unit == "小时":
        return Term(-(-n // 24), _CALENDAR, matter) if n else None
    if unit in {"周", "星期"}:
        return Term(7 * n, _CALENDAR, matter) if n else None
    if unit in {"月", "年", "季度"}:
        months = {"月": 1, "季度": 3, "年": 12}[unit]
        if is_half:
            return Term(15, _CALENDAR, matter) if unit == "月" else Term(months // 2, _MONTH, matter)
        return Term(n * months, _MONTH, matter) if n else None
    return Term(n, _CALENDAR, matter) if n else None


def _normalise(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s()（）【】\[\]“”\"']", "", text)


def _event(words: str) -> str:
    """The event in the words before a term: 自该信息形成或者变更之日起 → 信息形成或者变更."""
    clause = re.split(r"[,;。]", words)[-1]
    clause = re.sub(r"(?:应当?|在|于|不超过|不得超过)+$", "", clause)
    clause = re.sub(r"(?:之?日)?(?:起|之?后)?(?:的|应|在)?$", "", clause)
    clause = re.sub(r"^.*?(?:应当?在|自|从)(?=.)", "", clause)
    clause = clause.removeprefix("该").removeprefix("在").removesuffix("、")
    if clause.startswith("与"):  # 与政策文件同步公开
        return f"{clause[1:]}公开"
    if "变更" in clause and re.search("形成|产生|获取", clause):
        return "信息形成或者变更"
    return clause if len(clause) <= 40 else ""


@dataclass(slots=True)
class _Reading:
    """What was found in one text, before it is decided which of it is the main rule."""

    words: str
    displays: tuple[Term, ...]
    due: tuple[str, ...]
    spans: tuple[tuple[Term, str], ...]  # the term and the words before it
    recurrence: Recurrence | None
    is_permanent: bool


def _read(text: str) -> _Reading:
    displays = tuple(
        term
        for match in _DISPLAY_TERM.finditer(text)
        if (term := _term(match["n"], match["unit"], match["matter"].strip("、")))
    )
    rest = _DISPLAY_TERM.sub("", text)
    due = tuple(f"{int(m[2]):02}-{int(m[3]):02}" for m in _DATE.finditer(rest) if _is_day(m[2], m[3]))
    rest = _HALF_YEARLY_WORDS.sub("", _DATE.sub("", rest))
    spans, start = [], 0
    for match in _SPAN.finditer(rest):
        if term := _term(match[1], match[2]):
            spans.append((term, rest[start : match.start()]))
            start = match.end()
    recurrence = next((value for pattern, value in _RECURRENCES if pattern.search(text)), None)
    return _Reading(rest, displays, due, tuple(spans), recurrence, bool(_PERMANENT.search(text)))


def _is_day(month: str, day: str) -> bool:
    return 1 <= int(month) <= 12 and 1 <= int(day) <= 31


def parse_timing(text: str) -> TimingRule | None:
    """The rule a free-text 公开时限 states, or None if it states none that is understood.

    同上 is no rule: the importer takes the one of the row above.
    """
    words = _normalise(text)
    if not words or words.startswith("同上") or _ONE_YEAR.search(words):
        return None
    reading = _read(words)
    for decide in (_by_stage, _every, _fixed_dates, _recurring, _standing, _before, _after, _at_once, _displayed):
        if rule := decide(words, reading):
            return rule
    return None


def _by_stage(words: str, reading: _Reading) -> TimingRule | None:
    if not _STAGES.search(words):
        return None
    return TimingRule(TimingKind.BY_STAGE, recurrence=reading.recurrence)


def _every(words: str, reading: _Reading) -> TimingRule | None:
    found = [
        term
        for match in _EVERY.finditer(words)
        if match[1] + match[2] != "半年" and (term := _term(match[1], match[2]))
    ]
    if match := _DAILY_WEEKLY.search(words):
        found.append(Term(1 if match[1] in "日天" else 7, _CALENDAR))
    if not found:
        return None
    others = found[1:] + [
        Term(term.n, term.unit, _event(before)) for term, before in reading.spans if not before.endswith("每")
    ]
    return TimingRule(
        _RECURRING, found[0].n, found[0].unit, Recurrence.EVERY_N_DAYS, others=tuple(others), display=_first(reading)
    )


def _fixed_dates(words: str, reading: _Reading) -> TimingRule | None:
    if match := _MONTHLY.search(words):
        if not 1 <= int(match[1]) <= 31:
            return None
        return TimingRule(_RECURRING, recurrence=Recurrence.MONTHLY, due=(f"{int(match[1]):02}",))
    recurrence = {1: Recurrence.YEARLY, 2: Recurrence.HALF_YEARLY, 4: Recurrence.QUARTERLY}.get(len(reading.due))
    if recurrence is None:
        return None
    basis = basis_of(_RECURRING, None, None, words, reading.due)
    return TimingRule(_RECURRING, recurrence=recurrence, due=reading.due, basis=basis)


def _recurring(words: str, reading: _Reading) -> TimingRule | None:
    if reading.recurrence is None or reading.is_permanent or _AT_ONCE.search(words):
        return None
    if not reading.spans:
        return TimingRule(_RECURRING, recurrence=reading.recurrence, display=_first(reading))
    term, before = reading.spans[0]
    event = _PERIOD_END.sub("", _event(before))
    return TimingRule(_RECURRING, term.n, term.unit, reading.recurrence, event=event, display=_first(reading))


def _standing(words: str, reading: _Reading) -> TimingRule | None:
    if not reading.is_permanent or reading.spans:
        return None
    months = _RECURRENCE_MONTHS[reading.recurrence] if reading.recurrence else DEFAULT_REVIEW.n
    return TimingRule(TimingKind.CONTINUOUS, months, _MONTH, is_permanent=True)


def _before(words: str, reading: _Reading) -> TimingRule | None:
    match = _BEFORE.search(reading.words)
    if not match:
        return None
    term = _term(match[1] or match[3], match[2] or match[4])
    if term is None:
        return None
    return TimingRule(TimingKind.BEFORE_EVENT, term.n, term.unit, event=_event(reading.words[: match.start()]))


def _after(words: str, reading: _Reading) -> TimingRule | None:
    if not reading.spans:
        return None
    term, before = reading.spans[0]
    event, tail = _event(before), reading.words
    if not event and (match := re.search(r"自(?:该)?(?:政府)?(.+?)之日起", tail)):
        event = _event(match[0])
    others = tuple(Term(other.n, other.unit, _exception(said)) for other, said in reading.spans[1:])
    return TimingRule(
        _AFTER,
        term.n,
        term.unit,
        event=event,
        display=_first(reading),
        others=others,
        is_permanent=reading.is_permanent,
        basis=basis_of(_AFTER, term.n, term.unit, before + event),
    )


def _exception(said: str) -> str:
    match = _EXCEPTION.search(said)
    return match[1] if match else _event(said)


def _at_once(words: str, reading: _Reading) -> TimingRule | None:
    match = _AT_ONCE.search(words)
    if not match:
        return None
    return TimingRule(
        TimingKind.AT_ONCE,
        DEFAULT_AT_ONCE.n,
        DEFAULT_AT_ONCE.unit,
        reading.recurrence,
        event=_event(words[: match.start()]),
        display=_first(reading),
    )


def _displayed(words: str, reading: _Reading) -> TimingRule | None:
    if not reading.displays:
        return None
    first = reading.displays[0]
    basis = basis_of(_DISPLAY, first.n, first.unit, words)
    return TimingRule(_DISPLAY, first.n, first.unit, event=first.matter, others=reading.displays[1:], basis=basis)


def _first(reading: _Reading) -> Term | None:
    return reading.displays[0] if reading.displays else None
