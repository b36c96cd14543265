"""A table of invited evaluators, as offices keep it → rows of data, each with what is wrong with it. Pure."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from evaluation.survey_enums import EvaluatorGroup
from govportal.html import clean_line
from govportal.spreadsheets import unescape_formula
from govportal.tables import UnreadableTable

_HEADER_DEPTH = 15  # rows of titles and notes that may stand above the header
_HEADERS: Mapping[str, str] = {
    "类别": "group", "人员类别": "group", "评议人员类别": "group", "group": "group",
    "姓名": "name", "name": "name",
    "电子邮箱": "email", "邮箱": "email", "email": "email",
    "联系电话": "phone", "电话": "phone", "手机": "phone", "手机号": "phone", "手机号码": "phone", "phone": "phone",
}  # fmt: skip
# As people write it, beside the official wording.
_GROUPS: Mapping[str, EvaluatorGroup] = {
    "人大代表": EvaluatorGroup.DEPUTIES,
    "政协委员": EvaluatorGroup.CPPCC,
    "工商企业代表": EvaluatorGroup.ENTERPRISES,
    "企业代表": EvaluatorGroup.ENTERPRISES,
    "特邀监督员": EvaluatorGroup.SUPERVISORS,
    "监督员": EvaluatorGroup.SUPERVISORS,
    "特邀纪检监察员": EvaluatorGroup.SUPERVISORS,
    "有关专家": EvaluatorGroup.EXPERTS,
    "专家": EvaluatorGroup.EXPERTS,
    "群众代表": EvaluatorGroup.RESIDENTS,
    "相关部门人员": EvaluatorGroup.DEPARTMENTS,
    "部门人员": EvaluatorGroup.DEPARTMENTS,
} | {group.value: group for group in EvaluatorGroup}


@dataclass(slots=True)
class EvaluatorRow:
    """One person of a table. `place` counts the rows of the file from 1, the header included."""

    place: int
    group: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    messages: list[str] = field(default_factory=list)


def read_rows(table: Sequence[Sequence[str]]) -> list[EvaluatorRow]:
    """The people of a table. Raises UnreadableTable without a header that has the group and the name."""
    top, columns = _find_header(table)
    rows = []
    for place, cells in enumerate(table[top + 1 :], top + 2):
        texts = {name: _clean(cells[index]) for name, index in columns.items()}
        if not any(texts.values()) or _key(texts["name"]) in _HEADERS:
            continue
        rows.append(_read(place, texts))
    return rows


def _read(place: int, texts: Mapping[str, str]) -> EvaluatorRow:
    group = _GROUPS.get(_key(texts["group"]))
    email, phone = (unicodedata.normalize("NFKC", texts.get(name, "")) for name in ("email", "phone"))
    row = EvaluatorRow(place, group or "", texts["name"], email, phone)
    if group is None:
        words = {"word": texts["group"][:20], "known": "、".join(str(one.label) for one in EvaluatorGroup)}
        row.messages.append(_("类别“%(word)s”认不出，请写：%(known)s。") % words)
    return row


def _find_header(table: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    for top, cells in enumerate(table[:_HEADER_DEPTH]):
        columns: dict[str, int] = {}
        for index, cell in enumerate(cells):
            if name := _HEADERS.get(_key(_clean(cell))):
                columns.setdefault(name, index)
        if {"group", "name"} <= set(columns):
            return top, columns
    raise UnreadableTable(_("找不到表头。须有“类别”“姓名”两列；“电子邮箱”“联系电话”至少填一项。"))


def _clean(cell: str) -> str:
    return unescape_formula(clean_line(cell.replace("\ufeff", "")))


def _key(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
