"""Names and numbers of persons in what hangs on a wall: found by their place, masked as 张*明. Pure.

A wall is read by neighbours. A name is found where a name is asked for (a party, a column 姓名, the words 姓名：), in
lists of names, where the known surnames tell for the rare ones beside them, and before 等3人; in running text no rule
finds it, and the section names it (hidden_names). In doubt words stay as they are, for a masked word makes nonsense of
an official text. Doing it twice changes nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from disclosure.masking import is_person, masked_name, shown_party
from govportal import personal_data
from govportal.htmlblocks import Block, Cell

_HAN = r"[\u3400-\u9fff]"
_NAME = rf"{_HAN}{{1,12}}(?:[·•]{_HAN}{{1,12}})+|{_HAN}{{2,4}}"
# Whom a column or a field names: persons in their own affairs, nobody in office.
_ASKED = (
    r"姓名|申请人|受益人|当事人|户主|被征收人|相对人|受助人|救助对象|享受人|投诉人|举报人|经营者|业主|患者|伤者|死者|"
    r"学生|家长|监护人|承租人|产权人|权利人|领取人|受奖人|获奖人|聘用人员|拟聘人员|拟录用人员|家庭成员|被处罚人"
)
_HEAD = re.compile(rf"(?:.*(?:{_ASKED})(?:[（(].*[）)])?|名单|姓\s*名)")
_NO_HEAD = re.compile(r"单位|机构|企业|公司|人数|名称|电话|证")
_AFTER_WORD = re.compile(rf"((?:{_ASKED})(?:姓名)?\s*[:：]\s*)({_NAME})(?!{_HAN})")
_NAMED = re.compile(rf"((?:{_NAME})(?:\s*[、，,]\s*(?:{_NAME}))+)")
_ITEM = re.compile(r"(\s*[、，,；;]\s*)")
_NOBODY = frozenset({"合计", "总计", "小计", "共计", "其他", "不详", "空缺"})
# 账号 6217 0012 …: whatever it is, it is nobody's business.
_ACCOUNT = re.compile(r"((?:账|帐|卡)号(?:码)?|银行账户|银行卡)(\s*[:：为]?\s*)(\d[\d -]{6,}\d)")
_PASSPORT = re.compile(r"((?:护照|通行证|居留证)(?:号码?)?\s*[:：]?\s*)([A-Z]{1,2}\d{7,9})(?!\d)")

# The surnames that nine of ten bear; and those of them that seldom begin another word.
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安"
    "颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢骆岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲"
    "成游阳裴席卫查屈鲍覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边"
    "仝闫佟褚卞蔺晏冼芮缪宓郗郜訾禹嵇臧戚娄冀郏鄢仇揭商匡巩姬佘阙滕瞿邬鞠"
)
_PLAIN = frozenset(
    "王李张刘陈杨赵周吴徐孙胡朱郭罗郑谢韩唐冯董萧曹袁邓许傅沈彭吕卢蒋蔡贾魏薛阎潘杜戴汪姜姚谭廖邹熊崔邱秦侯邵孟尹黎乔贺"
    "赖龚庞樊殷翟倪俞葛韦聂邢骆詹靳甄裴鲍覃霍翁隋阮闵"
)
_COMPOUND = re.compile(
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|夏侯|闻人|端木|百里|南宫|西门|独孤"
)
# What words end with, and given names hardly ever.
_NOUN_ENDS = frozenset(
    "费金款证书表件料法率度性化员人户病面区县镇村乡组路街庄沟屯市园厂店局院校站社所馆铺部委办厅队会类品物器机车船房屋地"
    "税账额价量数期间日时分项目案件单函号章权责务事故险灾情害制则规定议题果薯卜豆瓜菜粮油盐茶酒药械具板管线网"
    "水电气热污染教学课题班级位名岗职务薪资贷补助救济养老育障公示执查处罚案例工程段标准点库坡岭湾桥坝渠口"
)
# What tells that a list before or after it is one of persons.
_BEFORE = re.compile(
    r"(?:名单|人员|人选|对象|聘用|录用|表彰|奖励|同意|给予|任命|推荐|代表|委员|学生|同志)(?:[:：为是]|如下[:：])?$"
)
_AFTER = re.compile(r"\s*(?:等\s*)?(?:[0-9一二两三四五六七八九十百]+\s*[人名户位]|同志|等人|等同志)")
_TAIL = re.compile(
    rf"((?:{_HAN}{{1,12}}[·•])*{_HAN}{{2,4}}?)(?:等|同志|[一二两三四五六七八九十]+[人名户位]|(?!{_HAN}))"
)
_FEW = re.compile(rf"({_HAN}{{2,4}})(?=等\s*(?:[0-9一二两三四五六七八九十百]+\s*[人名户位]|人|同志))")


@dataclass(frozen=True, slots=True)
class Names:
    """Which names a section masks: by the rules where it is masking, and `hidden` always.

    `shown` are those of whoever acts in office, and what the section lets stand.
    """

    is_masking: bool = True
    hidden: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *, is_masking: bool, hidden: Iterable[str] = (), shown: Iterable[str] = ()) -> "Names":
        kept = frozenset(word for name in shown if (word := "".join(str(name).split())))
        found = frozenset(word for name in hidden if len(word := "".join(str(name).split())) > 1)
        return cls(is_masking, found - kept, kept)


class Mask:
    """Masks the texts of one section, and remembers whether it had to."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._masked_any: list[bool] = []

    @property
    def has_masked(self) -> bool:
        return bool(self._masked_any)

    def in_office(self) -> "Mask":
        """The same for a text that names officials: no rule masks a name, and what is masked is remembered here."""
        inner = Mask(replace(self.names, is_masking=False))
        inner._masked_any = self._masked_any
        return inner

    def text(self, text: str) -> str:
        return self._noted(text, self._masked(text))

    def party(self, text: str) -> str:
        """What names a party: each part of it that is a person's name."""
        return self._noted(text, self._asked(numbers_masked(text)))

    def blocks(self, blocks: Iterable[Block]) -> list[Block]:
        return [self.block(block) for block in blocks]

    def block(self, block: Block) -> Block:
        """A paragraph, or a table whose columns and fields of names are masked as such."""
        return Block(block.tag, self.text(block.text), self._rows(block.rows))

    def _rows(self, rows: list[list[Cell]]) -> list[list[Cell]]:
        columns = _asked_columns(rows)
        masked = []
        for row in rows:
            place, cells = 0, []
            for number, cell in enumerate(row):
                is_field = number > 0 and _is_asked(row[number - 1].text)
                is_name = not _is_asked(cell.text) and not cell.is_header and (place in columns or is_field)
                text = self.party(cell.text) if is_name else self.text(cell.text)
                cells.append(Cell(text, cell.is_header, cell.colspan, cell.rowspan))
                place += cell.colspan
            masked.append(cells)
        return masked

    def _noted(self, before: str, after: str) -> str:
        if before != after:
            self._masked_any.append(True)
        return after

    def _masked(self, text: str) -> str:
        text = numbers_masked(text)
        if not self.names.is_masking:
            return self._hidden(text)
        text = _AFTER_WORD.sub(lambda match: match[1] + self._person(match[2]), text)
        text = _NAMED.sub(self._listed, text)
        text = _FEW.sub(lambda match: self._before_few(match[1]), text)
        return self._hidden(text)

    def _asked(self, text: str) -> str:
        if not self.names.is_masking:
            return self._hidden(text)
        parts = _ITEM.split(text.strip())
        return self._hidden("".join(part if self._is_shown(part) else shown_party(part) for part in parts))

    def _hidden(self, text: str) -> str:
        if self._hidden_names is None:
            return text
        return self._hidden_names.sub(lambda match: masked_name(match[0]), text)

    @cached_property
    def _hidden_names(self) -> re.Pattern[str] | None:
        if not self.names.hidden:
            return None
        return re.compile("|".join(re.escape(name) for name in sorted(self.names.hidden, key=len, reverse=True)))

    def _is_shown(self, part: str) -> bool:
        return "".join(part.split()) in self.names.shown | _NOBODY

    def _person(self, name: str) -> str:
        return masked_name(name) if is_person(name) and not self._is_shown(name) else name

    def _before_few(self, words: str) -> str:
        """The name that ends the words before 等3人: 发放给张建明 → 张建明."""
        for length in (3, 2):
            name = words[-length:]
            if (
                len(name) == length
                and name[0] in (_SURNAMES if length > 2 else _PLAIN)
                and _sounds(name)
                and name not in self.names.shown
            ):
                return words[:-length] + masked_name(name)
        return words

    def _listed(self, match: re.Match[str]) -> str:
        """The lists of names in a row of words masked, the other words as they are."""
        parts, number = _ITEM.split(match[0]), 0
        rest = match.string[match.end() :]
        while number < len(parts):
            run = _run(parts, number, rest)
            before = match.string[: match.start()] + "".join(parts[:number]) + run.lead
            after = run.tail + "".join(parts[number + run.length :]) + rest
            end = number + max(run.length, 1)
            is_told = bool(_BEFORE.search(before) or _AFTER.match(after))
            if run.is_of_names(is_told=is_told) or _is_among_names(parts, number, match, run):
                for place, name in enumerate(run.words):
                    parts[number + place * 2] = self._person(name)
                parts[number] = run.lead + parts[number]
                parts[end - 1] += run.tail
                self._beside(parts, number, end, rest, run)
            number = end + 1
        return "".join(parts)

    def _beside(self, parts: list[str], start: int, end: int, rest: str, run: "_Run") -> None:
        """What stands in one list with names is one as well, whatever the surname: both ways as long as 、 joins."""
        place = start
        while not run.lead and place > 1 and "、" in parts[place - 1]:
            place -= 2
            word = parts[place]
            lead = word[:-3] if place == 0 else ""
            if not _may_be(name := word.removeprefix(lead)):
                break
            parts[place] = lead + self._person(name)
        place = end - 1
        while not run.tail and place + 2 < len(parts) and "、" in parts[place + 1]:
            place += 2
            name, tail = _without_tail(parts[place], parts[place + 1] if place + 1 < len(parts) else rest)
            if not tail and place == len(parts) - 1:
                name, tail = name[:3], name[3:]  # 揭小满意见
            if not _may_be(name):
                break
            parts[place] = self._person(name) + tail
            if tail:
                break


@dataclass(frozen=True, slots=True)
class _Run:
    """Words that could all be names; the first and the last may have been cut out of the sentence."""

    words: tuple[str, ...] = ()
    lead: str = ""
    tail: str = ""

    @property
    def length(self) -> int:
        """With the signs between them."""
        return max(len(self.words) * 2 - 1, 0)

    def is_of_names(self, *, is_told: bool) -> bool:
        """Told by the words around; or most are of three characters, the others behind a surname that begins no other
        word. What was cut out of a sentence proves nothing by itself."""
        if len(self.words) < 2:
            return False
        whole = self.words[bool(self.lead) : len(self.words) - bool(self.tail)]
        full = [word for word in whole if len(word) > 2]
        alike = 0 < len(full) * 2 >= len(whole) and all(len(word) > 2 or word[0] in _PLAIN for word in self.words)
        return is_told or alike


def _run(parts: list[str], start: int, rest: str) -> _Run:
    """The longest list of names that begins with that part; `rest` is what follows the last part."""
    lead, first = _without_lead(parts[start])
    words, tail = [], ""
    for number in range(start, len(parts), 2):
        word = first if number == start else parts[number]
        following = parts[number + 1] if number + 1 < len(parts) else rest
        word, tail = _without_tail(word, following)
        if number > start and "、" in parts[number - 1] and not _could_be(word) and _could_be(word[:3]):
            word, tail = word[:3], word[3:]  # 钟砚秋意见
        if not _could_be(word):
            tail = ""
            break
        words.append(word)
        if tail:
            break
    return _Run(tuple(words), lead if words else "", tail)


def numbers_masked(text: str) -> str:
    """Numbers of persons, of whatever kind, by their first three and last four characters."""
    text = personal_data.masked(text)
    text = _ACCOUNT.sub(lambda match: match[1] + match[2] + personal_data.mask(re.sub(r"\D", "", match[3])), text)
    return _PASSPORT.sub(lambda match: match[1] + personal_data.mask(match[2]), text)


def _is_asked(text: str) -> bool:
    head = "".join(text.split())
    return len(head) <= 14 and bool(_HEAD.fullmatch(head)) and not _NO_HEAD.search(head)


def _asked_columns(rows: list[list[Cell]]) -> frozenset[int]:
    """The columns whose head asks for a name; the head may have several rows."""
    found = set()
    for row in rows:
        is_head = row is rows[0] or all(cell.is_header for cell in row)
        if not is_head:
            break
        place = 0
        for cell in row:
            if _is_asked(cell.text):
                found |= set(range(place, place + cell.colspan))
            place += cell.colspan
    return frozenset(found)


def _has_surname(word: str) -> bool:
    return word[0] in _SURNAMES or bool(_COMPOUND.match(word))


def _sounds(word: str) -> bool:
    return is_person(word) and word[-1] not in _NOUN_ENDS


def _could_be(word: str) -> bool:
    if "·" in word or "•" in word:
        return True
    return _has_surname(word) and _sounds(word) and (len(word) < 4 or bool(_COMPOUND.match(word)))


def _may_be(word: str) -> bool:
    """Whether it may be a name with whatever surname: for what stands among names."""
    return bool(re.fullmatch(rf"{_HAN}{{2,3}}", word)) and _sounds(word)


def _is_among_names(parts: list[str], number: int, match: re.Match[str], run: _Run) -> bool:
    """Whether a single name stands in a list of words that may be names: told by what is around, or as half are."""
    if run.length != 1 or run.lead or run.tail or len(run.words[0]) < 3:
        return False
    start, end = number, number + 1
    while start > 1 and "、" in parts[start - 1] and _may_be(parts[start - 2][-3:]):
        start -= 2
    while end + 1 < len(parts) and "、" in parts[end] and _may_be(parts[end + 1][:3]):
        end += 2
    words = [word[-3:] if place == 0 else word[:3] for place, word in enumerate(parts[start:end:2], start)]
    known = [word for word in words if len(word) > 2 and _could_be(word)]
    before = match.string[: match.start()] + "".join(parts[:start])
    is_told = bool(_BEFORE.search(before) or _AFTER.match("".join(parts[end:]) + match.string[match.end() :]))
    is_half = len(known) > 1 and len(words) <= len(known) * 2
    return len(words) > 1 and (is_told or is_half) and any(word[0] in _PLAIN for word in known)


def _without_lead(word: str) -> tuple[str, str]:
    """What comes before the name in the first word of a list, and the name: 用王秀兰 → 用, 王秀兰."""
    if _could_be(word):
        return "", word
    names = (word[-length:] for length in (3, 2) if len(word) > length)
    name = next((name for name in names if _could_be(name)), word)
    return word.removesuffix(name), name


def _without_tail(word: str, after: str) -> tuple[str, str]:
    """The name in the last word of a list, and what comes after it: 周平同志 → 周平, 同志."""
    if end := _TAIL.match(word + after):
        return end[1], word[len(end[1]) :]
    return word, ""
