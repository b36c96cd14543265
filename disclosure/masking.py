"""Names of persons in what is published: a part of the name stands, the rest is masked. Pure.

Sources: 个人信息保护法第二十五条 (no publication without consent or another basis) and the practice of 行政执法公示,
which names organisations in full and persons as 张*明. In doubt a short name is taken for a person's.
"""

import re
from datetime import date

_HAN = r"[\u3400-\u9fff]"
_COMPOUND_SURNAME = re.compile(
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|夏侯|闻人|端木|百里|南宫|西门|独孤"
)
# What only an organisation's name ends with; longer names are none of persons anyhow.
_ORGANISATION = re.compile(
    r"(?:公司|集团|中心|超市|酒店|饭店|商行|银行|车行|协会|商会|委员会|村委会|居委会|经营部|门市部|服务部|个体户|合作社|"
    r"幼儿园|农场|林场|网吧|酒楼|茶楼|厂|店|局|院|校|站|社|所|馆|铺)$"
)
# Words for somebody, and names masked in the other usual way: 举报人, 张某.
_NO_NAME = re.compile(r"某|(?:举报|投诉|申请|当事|相对|经营|行为|负责)人|群众|业主|村民")
_LATIN_ORGANISATION = re.compile(r"\b(?:ltd|inc|llc|gmbh|corp|company|co|group|limited)\b", re.IGNORECASE)
_LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z.'-]*(?: [A-Za-z.'-]+)+")
_SEPARATORS = re.compile(r"([、，,；;/]\s*)")
# A name, and what may follow it: 等3人, a remark in brackets.
_NAME = re.compile(rf"({_HAN}+(?:[·•]{_HAN}+)*)(等\d*[人户名]?)?([（(].*|[）)])?")
_ROLE = re.compile(rf"(经营者|法定代表人|负责人|投资人|业主|当事人)([:：为]?\s*)({_HAN}{{2,4}})(?!{_HAN})")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{15})(?![0-9A-Za-z])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def masked_name(name: str) -> str:
    """张明 → 张*, 张建明 → 张*明, 欧阳建明 → 欧阳*明, 买买提·吐尔逊 → 买*****逊."""
    kept = 2 if _COMPOUND_SURNAME.match(name) and len(name) > 2 else 1
    last = 1 if len(name) - kept > 1 else 0
    return name[:kept] + "*" * (len(name) - kept - last) + name[len(name) - last :]


def is_person(name: str) -> bool:
    """Whether a name without any addition is taken for a person's."""
    if re.fullmatch(rf"{_HAN}{{2,4}}|{_HAN}+(?:[·•]{_HAN}+)+", name):
        return not (_ORGANISATION.search(name) or _NO_NAME.search(name))
    return bool(_LATIN_NAME.fullmatch(name)) and not _LATIN_ORGANISATION.search(name)


def shown_party(text: str) -> str:
    """A party (行政相对人) as it may be public: persons masked, numbers of identity papers left out.

    A text that is fit to be public comes back unchanged; doing it twice changes nothing.
    """
    text = re.sub(rf"(?<={_HAN})\s+(?={_HAN})", "", text.strip())
    text = _IDENTITY.sub(lambda match: "" if _is_identity_number(match[0]) else match[0], text).strip()
    text = _ROLE.sub(lambda match: match[1] + match[2] + _shown_part(match[3]), text)
    return "".join(_shown_part(part) for part in _SEPARATORS.split(text))


def _shown_part(part: str) -> str:
    if is_person(part) and part.isascii():
        return " ".join(word[0] + "*" * (len(word) - 1) for word in part.split())
    match = _NAME.fullmatch(part)
    if match is None or "个体工商户" in (match[3] or "") or not is_person(match[1]):
        return part
    return masked_name(match[1]) + (match[2] or "") + (match[3] or "")


def _is_identity_number(digits: str) -> bool:
    """Whether the digits are a citizen's number (GB 11643): a credit code of an organisation may look alike."""
    if len(digits) == 15:
        return _is_day("19" + digits[6:12])
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits[:17], strict=True))
    return _is_day(digits[6:14]) and "10X98765432"[total % 11] == digits[17].upper()


def _is_day(digits: str) -> bool:
    try:
        return 1900 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year <= 2100
    except ValueError:
        return False
