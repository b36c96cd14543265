"""The catalogue as the official table, columns as in 国办发〔2019〕54号; the importer reads it back unchanged."""

from collections.abc import Iterable, Iterator

from disclosure.enums import Channel, Level, Mode, TargetGroup
from disclosure.models import CatalogueEntry
from govportal.models.agency import AgencyKind

# What the official table has no column for stands behind it.
HEADER = (
    "领域", "序号", "公开事项_一级事项", "公开事项_二级事项", "公开内容（要素）", "公开依据", "公开时限", "公开主体",
    "公开渠道和载体", "公开对象_全社会", "公开对象_特定群体", "公开方式_主动", "公开方式_依申请", "公开层级_县级",
    "公开层级_乡级", "公开层级_市级", "公开层级_村级", "目录编号", "类别", "公开主体代码", "公开主体类别", "信息类型",
    "来源", "备注",
)  # fmt: skip
_TICK = "√"


def table(entries: Iterable[CatalogueEntry]) -> Iterator[list[str]]:
    """Header and lines; the agencies of the entries should be prefetched."""
    yield list(HEADER)
    for number, entry in enumerate(entries, 1):
        yield _line(number, entry)


def _line(number: int, entry: CatalogueEntry) -> list[str]:
    agencies = list(entry.agencies.all())
    levels = [Level.COUNTY, Level.TOWNSHIP, Level.CITY, Level.VILLAGE]
    return [
        entry.domain,
        str(number),
        entry.level1,
        entry.level2,
        entry.elements,
        entry.basis,
        entry.timing_text,
        entry.responsible_text,
        " ".join(f"■{Channel(channel).label}" for channel in entry.channels),
        _TICK if entry.target == TargetGroup.SOCIETY else "",
        _specific(entry),
        _proactive(entry),
        _TICK if entry.mode == Mode.ON_REQUEST else "",
        *(_TICK if level in entry.levels else "" for level in levels),
        entry.code,
        entry.get_category_display(),
        "|".join(agency.code for agency in agencies),
        "|".join(str(AgencyKind(kind).label) for kind in entry.responsible_kinds),
        entry.item_type,
        entry.source,
        entry.note,
    ]


def _specific(entry: CatalogueEntry) -> str:
    if entry.target == TargetGroup.INTERNAL:
        return f"{_TICK}（{TargetGroup.INTERNAL.label}）"
    detail = f"（{entry.target_detail}）" if entry.target_detail else ""
    return _TICK + detail if entry.target == TargetGroup.SPECIFIC or detail else ""


def _proactive(entry: CatalogueEntry) -> str:
    if entry.mode == Mode.NOT_PUBLIC:
        return str(Mode.NOT_PUBLIC.label)
    return _TICK if entry.mode == Mode.PROACTIVE else ""
