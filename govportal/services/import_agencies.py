"""Import a tree of agencies from a table: read → plan (the preview) → apply in one transaction.

Two shapes: code, name, level, kind, parent (all but code and name optional; parent is a code or a name),
and id, name, level, parent_id, parent_name, where the level may be 部门 or 单位 instead of a level of
government. Kinds that are not given are inferred from level and name.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from govportal.imports import ImportResult, Outcome, RowOutcome
from govportal.models import Agency
from govportal.models.agency import CODE, AgencyKind, AgencyLevel
from govportal.services.agencies import save_agency
from govportal.spreadsheets import unescape_formula
from govportal.tables import UnreadableTable, read_table

MAX_ROWS = 20_000
_HEADERS = {
    "code": ("code", "id", "代码", "编码", "单位代码", "单位编码", "机构代码"),
    "name": ("name", "名称", "单位名称", "机构名称", "单位"),
    "short_name": ("short_name", "简称", "单位简称"),
    "level": ("level", "层级", "级别"),
    "kind": ("kind", "类别", "类型", "单位类别"),
    "parent": ("parent", "parent_id", "上级", "上级单位", "上级代码", "上级单位代码"),
    "parent_name": ("parent_name", "上级名称", "上级单位名称"),
}
_LEVELS = {
    "province": AgencyLevel.PROVINCE, "省": AgencyLevel.PROVINCE,
    "city": AgencyLevel.CITY, "市": AgencyLevel.CITY, "地": AgencyLevel.CITY, "州": AgencyLevel.CITY,
    "county": AgencyLevel.COUNTY, "district": AgencyLevel.COUNTY, "县": AgencyLevel.COUNTY,
    "区": AgencyLevel.COUNTY, "旗": AgencyLevel.COUNTY, "区县": AgencyLevel.COUNTY, "县区": AgencyLevel.COUNTY,
    "township": AgencyLevel.TOWNSHIP, "town": AgencyLevel.TOWNSHIP, "street": AgencyLevel.TOWNSHIP,
    "乡": AgencyLevel.TOWNSHIP, "镇": AgencyLevel.TOWNSHIP, "乡镇": AgencyLevel.TOWNSHIP, "街道": AgencyLevel.TOWNSHIP,
    "village": AgencyLevel.VILLAGE, "村": AgencyLevel.VILLAGE, "社区": AgencyLevel.VILLAGE,
}  # fmt: skip
# Ranks inside a government, which leave the level to the parent.
_DEPARTMENT_WORDS = frozenset({"department", "部门"})
_UNIT_WORDS = frozenset({"unit", "单位"})
_OWN_ACCOUNT = re.compile(r"(本级|本部|机关本级|[（(]本部[）)]|[（(]本级[）)])$")  # 民政局本级: the bureau itself
_KINDS_BY_NAME = (
    (re.compile(r"(村|居)(民委员|委)会|社区$"), AgencyKind.VILLAGE),
    (re.compile(r"街道办事处$|(镇|乡)(人民)?政府$|地区办事处$"), AgencyKind.TOWNSHIP),
    (re.compile(r"(省|市|县|区|旗|州)(人民)?政府$"), AgencyKind.GOVERNMENT),
    (re.compile(r"公司|集团"), AgencyKind.ENTERPRISE),
    (
        re.compile(
            r"(中心|学校|学院|大学|中学|小学|幼儿园|托儿所|医院|卫生院|[馆站院所园校社]|总队|支队|大队|执法队)$"
        ),
        AgencyKind.PUBLIC_INSTITUTION,
    ),
)


@dataclass(slots=True)
class _Row:
    number: int
    code: str
    name: str
    short_name: str
    level: str
    kind: str
    parent: str
    parent_name: str
    messages: list[str] = field(default_factory=list)
    parent_code: str = ""
    is_refused: bool = False

    def refuse(self, message: str) -> None:
        self.messages.append(message)
        self.is_refused = True


def import_agencies(source: "Path | File[Any]", *, actor: Any, is_dry_run: bool = False) -> ImportResult:
    """Write the agencies of a table, or only say what would happen. Idempotent by code.

    Raises UnreadableTable if the file is no table or names neither code nor name.
    """
    rows = _read(read_table(source, max_rows=MAX_ROWS))
    with transaction.atomic():
        outcomes = _apply(rows, actor)
        if is_dry_run:
            transaction.set_rollback(True)
    return ImportResult(tuple(sorted(outcomes, key=lambda outcome: outcome.row)))


def _read(table: Sequence[Sequence[str]]) -> list[_Row]:
    columns = {
        key: index
        for index, header in enumerate(table[0])
        for key, names in _HEADERS.items()
        if _clean(header).lower() in names
    }
    missing = [names[-1] for key, names in (("code", ("代码",)), ("name", ("名称",))) if key not in columns]
    if missing:
        raise UnreadableTable(_("表头缺少：%(columns)s。") % {"columns": "、".join(missing)})

    def cell(row: Sequence[str], key: str) -> str:
        return _clean(row[columns[key]]) if key in columns else ""

    return [
        _Row(
            number=number,
            code=cell(row, "code"),
            name=cell(row, "name"),
            short_name=cell(row, "short_name"),
            level=cell(row, "level"),
            kind=cell(row, "kind"),
            parent=cell(row, "parent"),
            parent_name=cell(row, "parent_name"),
        )
        for number, row in enumerate(table[1:], 2)
        if any(_clean(value) for value in row)
    ]


def _clean(text: str) -> str:
    return unescape_formula(unicodedata.normalize("NFC", text).strip().lstrip("\ufeff"))


def _apply(rows: list[_Row], actor: Any) -> list[RowOutcome]:
    known = {agency.code: agency for agency in Agency.objects.select_related("parent")}
    _check(rows)
    _find_parents(rows, known)
    outcomes = [_refused(row) for row in rows if row.is_refused]
    positions = {row.code: index for index, row in enumerate(rows, 1)}
    placed = _parents_first([row for row in rows if not row.is_refused])
    return outcomes + [
        _refused(row) if row.is_refused else _save(row, known, positions[row.code], actor) for row in placed
    ]


def _check(rows: list[_Row]) -> None:
    """What a row can be refused for by itself, and codes used twice."""
    code_field, name_field = Agency._meta.get_field("code"), Agency._meta.get_field("name")
    first: dict[str, int] = {}
    named: dict[str, int] = {}
    for row in rows:
        if not row.code:
            row.refuse(_("缺少单位代码。"))
        elif not re.fullmatch(CODE, row.code):
            row.refuse(_("单位代码“%(code)s”只能用字母、数字、下划线和连字符。") % {"code": row.code[:40]})
        elif len(row.code) > (code_field.max_length or 0):
            row.refuse(_("单位代码超过 %(limit)s 个字。") % {"limit": code_field.max_length})
        elif row.code in first:
            row.refuse(_("单位代码与第 %(row)s 行重复。") % {"row": first[row.code]})
        if not row.name:
            row.refuse(_("缺少单位名称。"))
        elif len(row.name) > (name_field.max_length or 0):
            row.refuse(_("单位名称超过 %(limit)s 个字。") % {"limit": name_field.max_length})
        if len(row.short_name) > (Agency._meta.get_field("short_name").max_length or 0):
            row.refuse(_("简称过长。"))
        if row.name in named:
            row.messages.append(_("名称与第 %(row)s 行相同，请核对是否同一单位。") % {"row": named[row.name]})
        first.setdefault(row.code, row.number)
        named.setdefault(row.name, row.number)


def _find_parents(rows: list[_Row], known: dict[str, Agency]) -> None:
    codes = {row.code for row in rows if not row.is_refused} | known.keys()
    by_name: dict[str, set[str]] = {}
    for code, name in [(agency.code, agency.name) for agency in known.values()] + [
        (row.code, row.name) for row in rows
    ]:
        by_name.setdefault(name, set()).add(code)
    for row in rows:
        wanted = [text for text in (row.parent, row.parent_name) if text]
        if not wanted or row.is_refused:
            continue
        named = {code for text in wanted for code in by_name.get(text, ()) if code in codes and code != row.code}
        if row.parent in codes:
            row.parent_code = row.parent
        elif len(named) == 1:
            row.parent_code = named.pop()
        elif named:
            row.messages.append(_("上级单位“%(name)s”有同名单位，请改用代码。") % {"name": wanted[-1]})
        else:
            row.messages.append(_("找不到上级单位“%(name)s”，没有改动上级。") % {"name": wanted[-1][:60]})


def _parents_first(rows: list[_Row]) -> list[_Row]:
    """The rows with each parent before its children; those on or under a circle come last, refused."""
    waiting = {row.code: row for row in rows}
    ordered: list[_Row] = []
    while ready := [row for row in waiting.values() if row.parent_code not in waiting]:
        ordered += ready
        for row in ready:
            del waiting[row.code]
    for row in waiting.values():
        row.refuse(_("上级关系成环：%(code)s 最终又归到自己。") % {"code": row.code})
    return ordered + list(waiting.values())


def _save(row: _Row, known: dict[str, Agency], position: int, actor: Any) -> RowOutcome:
    agency = known.get(row.code)
    is_new = agency is None
    agency = agency or Agency(code=row.code, position=position)
    parent = known.get(row.parent_code) if row.parent_code else agency.parent
    kind, level = _kind_and_level(row, agency, parent)
    wanted = {"name": row.name, "kind": kind, "level": level, "parent_id": parent.pk if parent else None}
    if row.short_name:
        wanted["short_name"] = row.short_name
    if not is_new and all(getattr(agency, name) == value for name, value in wanted.items()):
        return RowOutcome(row.number, Outcome.UNCHANGED, row.name, tuple(row.messages))
    if parent and not is_new and (parent.pk == agency.pk or f"/{agency.pk}/" in parent.path):
        row.refuse(_("上级单位不能是本单位或它的下级。"))
        return _refused(row)
    for name, value in wanted.items():
        setattr(agency, name, value)
    agency.parent = parent
    had_path = agency.path
    save_agency(agency, actor=actor, note=_("导入"))
    known[row.code] = agency
    if not is_new and had_path != agency.path:  # those below were moved in the database
        known.update((below.code, below) for below in Agency.objects.select_related("parent"))
    return RowOutcome(row.number, Outcome.CREATED if is_new else Outcome.UPDATED, row.name, tuple(row.messages))


def _kind_and_level(row: _Row, agency: Agency, parent: Agency | None) -> tuple[str, str]:
    """As given; else as it stands; else inferred."""
    level = _LEVELS.get(row.level.lower().removesuffix("级")) or (
        AgencyLevel(row.level) if row.level in AgencyLevel.values else None
    )
    kind = next((kind for kind in AgencyKind if row.kind in {kind.value, str(kind.label)}), None)
    if row.kind and kind is None:
        row.messages.append(_("不认识的类别“%(kind)s”，按名称推断。") % {"kind": row.kind[:30]})
    if row.level and level is None and row.level.lower() not in _DEPARTMENT_WORDS | _UNIT_WORDS:
        row.messages.append(_("不认识的层级“%(level)s”，按上级推断。") % {"level": row.level[:30]})
    if agency.pk:
        kind = kind or (AgencyKind(agency.kind) if not row.level else None)
        level = level or (AgencyLevel(agency.level) if not row.level else None)
    kind = kind or _infer_kind(row, level, parent)
    return kind, level or _infer_level(kind, parent)


def _infer_kind(row: _Row, level: AgencyLevel | None, parent: Agency | None) -> AgencyKind:
    if row.level.lower() in _UNIT_WORDS and parent and (row.name == parent.name or _OWN_ACCOUNT.search(row.name)):
        return AgencyKind(parent.kind)
    named = next((kind for pattern, kind in _KINDS_BY_NAME if pattern.search(row.name)), None)
    if row.level.lower() in _DEPARTMENT_WORDS:
        return named if named == AgencyKind.TOWNSHIP else AgencyKind.DEPARTMENT
    if named is None and level and re.search(r"(省|市|县|区|旗|州)$", row.name):
        return AgencyKind.GOVERNMENT
    return named or AgencyKind.DEPARTMENT


def _infer_level(kind: AgencyKind, parent: Agency | None) -> AgencyLevel:
    if kind == AgencyKind.TOWNSHIP:
        return AgencyLevel.TOWNSHIP
    if kind == AgencyKind.VILLAGE:
        return AgencyLevel.VILLAGE
    return AgencyLevel(parent.level) if parent else AgencyLevel.COUNTY


def _refused(row: _Row) -> RowOutcome:
    return RowOutcome(row.number, Outcome.PROBLEM, row.name or row.code, tuple(row.messages))
