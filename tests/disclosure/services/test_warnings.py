"""What a publisher is asked to look at again before submission."""

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from disclosure.enums import Audience, RecordKind, RelationKind
from disclosure.models import Relation, SupportingRecord
from disclosure.services.warnings import WarningKind, are_alike, normalised, warnings
from tests.factories import make_agency
from tests.factories.policies import add_evidence
from tests.factories.published import draft_one, publish_one

pytestmark = pytest.mark.django_db


def test_personal_data_is_named_by_place_and_masked() -> None:
    edition = draft_one(
        item_type="enforcement",
        body="<table><tr><td>张某</td><td>11010519491231002X</td></tr></table><p>统一社会信用代码91410100MA3X12345T</p>",
        content={
            "title": "处罚决定",
            "summary": "电话0396-5123456，手机13800138000",
            "extra": {"party": "卡号6228480012345678903", "basis": ["周政〔2026〕12号", "13900001111"]},
        },
    )

    found = warnings(edition)

    assert {warning.kind for warning in found} == {WarningKind.PERSONAL_DATA}
    words = "\n".join(warning.message for warning in found)
    assert all(
        masked in words for masked in ("110***********002X", "138****8000", "622************8903", "139****1111")
    )
    assert all(place in words for place in ("正文", "内容概述", "“行政相对人”", "“执法依据”"))
    assert "5123456" not in words and "91410100" not in words and "13800138000" not in words


def test_same_title_is_named_whoever_published_it() -> None:
    other = publish_one(content={"title": "2026年城乡低保标准（试行）"})
    edition = draft_one(content={"title": "2026年 城乡低保标准(试行)"})

    found = warnings(edition)

    assert [(warning.kind, warning.item) for warning in found] == [(WarningKind.DUPLICATE_TITLE, other)]


def test_drafts_and_internal_items_of_others_stay_unnamed() -> None:
    draft_one(content={"title": "城乡低保标准调整方案"})
    publish_one(content={"title": "城乡低保标准调整方案"}, audience=Audience.INTERNAL)

    assert warnings(draft_one(content={"title": "城乡低保标准调整方案"})) == []


def test_alike_title_is_named_within_the_agency() -> None:
    agency = make_agency()
    draft = draft_one(agency=agency, content={"title": "关于调整城乡居民最低生活保障标准的通知"})
    publish_one(content={"title": "关于调整城乡居民最低生活保障标准通知"})

    found = warnings(draft_one(agency=agency, content={"title": "关于调整城乡居民最低生活保障标准的通告"}))

    assert [warning.item for warning in found] == [draft.item]
    assert "相近" in found[0].message


@pytest.mark.parametrize("kind", RelationKind)
@pytest.mark.parametrize("is_source", [True, False])
def test_related_item_is_no_duplicate(kind: RelationKind, *, is_source: bool) -> None:
    other = publish_one(content={"title": "城乡低保标准调整方案"})
    edition = draft_one(content={"title": "城乡低保标准调整方案"})
    ends = (edition.item, other) if is_source else (other, edition.item)
    Relation.objects.create(source=ends[0], kind=kind, target=ends[1])

    assert warnings(edition) == []


def test_effective_before_it_was_made_is_named() -> None:
    day = date(2026, 2, 27)
    early = draft_one(content={"formed_on": day, "effective_on": date(2026, 2, 26)})
    same = draft_one(content={"title": "另一办法", "formed_on": day, "effective_on": day})

    assert [warning.kind for warning in warnings(early)] == [WarningKind.DATES]
    assert "施行日期 2026-02-26 早于成文日期 2026-02-27" in warnings(early)[0].message
    assert warnings(same) == []


@pytest.mark.parametrize(("dated_on", "count"), [(date(2026, 2, 27), 0), (date(2026, 2, 28), 1)])
def test_record_later_than_its_text_is_named(dated_on: date, count: int) -> None:
    edition = draft_one()
    record = add_evidence(edition, RecordKind.MEETING)
    SupportingRecord.objects.filter(pk=record.pk).update(dated_on=dated_on)

    found = warnings(edition)

    assert [warning.kind for warning in found] == [WarningKind.DATES] * count
    assert all("会议记录“县政府常务会议纪要”的日期 2026-02-28 晚于成文日期" in warning.message for warning in found)


@pytest.mark.parametrize("count", [1, 3])
def test_warnings_ask_few_statements(count: int, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    agency = make_agency()
    for number in range(count):
        publish_one(agency=agency, content={"title": f"第{number}号公告"})
    edition = draft_one(agency=agency, content={"title": "第一号公告"})

    with django_assert_max_num_queries(10):
        warnings(edition)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("关于调整低保标准的通知", "关于调整低保标准的通告", True),
        ("2025年部门预算公开情况说明", "2026年部门预算公开情况说明", False),
        ("第一季度城乡低保资金发放情况公示", "第二季度城乡低保资金发放情况公示", False),
        ("上半年政务公开工作情况", "下半年政务公开工作情况", False),
        ("养犬管理办法", "烟花爆竹管理办法", False),
    ],
)
def test_titles_of_a_series_are_not_alike(one: str, other: str, expected: bool) -> None:
    assert are_alike(normalised(one), normalised(other)) is expected
