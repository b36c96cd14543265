"""What makes a change of a whole edition substantive: metadata, fields of its type, files."""

from datetime import date
from typing import Any

import pytest

from disclosure.models import Edition, EditionAttachment
from disclosure.substance import METADATA, ChangeKind, Finding, agency_names, counted, findings
from tests.disclosure.test_substance import TABLE
from tests.factories import make_agency, make_attachment, make_edition, make_item

pytestmark = pytest.mark.django_db
K = ChangeKind


def edition(**values: Any) -> Edition:
    item_type = values.pop("item_type", "budget")
    return make_edition(make_item(item_type=item_type), is_published=False, **{"title": "预算公开"} | values)


CHANGED = {
    "title": "决算公开",
    "document_number": "澄财〔2026〕2号",
    "issuer": "澄溪县财政局",
    "formed_on": date(2026, 3, 2),
    "effective_on": date(2026, 3, 2),
    "expires_on": date(2026, 3, 2),
    "validity": "amended",
    "category": "finance",
    "aspect": "decision",
    "mode": "on_request",
}


@pytest.mark.parametrize("name", METADATA)
def test_any_metadata_changed_is_substantive(name: str) -> None:
    found = findings(edition(), edition(**{name: CHANGED[name]}))

    label = str(Edition._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    assert [(finding.kind, finding.label) for finding in found] == [(K.METADATA, label)]


# Real amendments whose text said so too, or did not: what a reader before the wall is told otherwise.
SUMMARIES: tuple[tuple[str, str, list[tuple[ChangeKind, str, str]]], ...] = (
    ("1462个充电端口，退还3.18万元。", "1462个充电端口，退还3.46万元。", [(K.AMOUNT, "3.18万元", "3.46万元")]),
    ("公示不少于三十日，每份六元。", "公示不少于30天，每份九元。", [(K.AMOUNT, "六元", "九元")]),
    ("自2026年3月1日起施行。", "自2026年4月1日起施行。", [(K.DATE, "2026年3月1日", "2026年4月1日")]),
    ("由民政局受理。", "由财政局受理。", [(K.NAME, "民政局", "财政局")]),
    ("", "十件实事七件达到进度。", [(K.NUMBER, "", "十件、七件")]),
    ("公租房谁能申请、怎么排队，一并规定，共8条。", "规定公租房的申请和排队等事项，共八条", []),
)


def test_facts_of_the_summary_changed_are_substantive_and_its_wording_is_not() -> None:
    for old, new, expected in SUMMARIES:
        found = findings(edition(summary=old), edition(summary=new))

        assert sorted((one.kind, one.old, one.new) for one in found) == sorted(expected), (old, new)
        assert {one.label for one in found} <= {"内容概述"}


@pytest.mark.parametrize(
    "values", [{"summary": "概述"}, {"keywords": ["预算"]}, {"topic": "财政"}, {"title": "预算公开。"}]
)
def test_words_that_only_help_to_find_are_slight(values: dict[str, Any]) -> None:
    assert findings(edition(), edition(**values)) == []


@pytest.mark.parametrize(
    ("key", "old", "new", "expected"),
    [
        ("income", "120", "1200", Finding(K.AMOUNT, "120", "1200", label="收入总计（万元）")),
        ("fiscal_year", 2025, 2026, Finding(K.NUMBER, "2025", "2026", label="财政年度")),
        ("kind", "budget", "final_account", Finding(K.METADATA, "预算", "决算", label="种类")),
        ("approved_on", "", "2026-02-01", Finding(K.DATE, "", "2026-02-01", label="批准或批复日期")),
        (
            "hospitality",
            [{"item": "公务接待费", "budget": "12"}],
            [{"item": "公务接待费", "budget": "85"}],
            Finding(K.TABLE, "12", "85", label="“三公”经费 公务接待费 · 预算数（万元）"),
        ),
    ],
)
def test_field_of_the_type_changed_is_substantive(key: str, old: Any, new: Any, expected: Finding) -> None:
    assert findings(edition(extra={key: old}), edition(extra={key: new})) == [expected]


@pytest.mark.parametrize(
    ("key", "old", "new", "kind"),
    [
        ("conditions", ["年满18周岁"], ["年满16周岁"], K.NUMBER),
        ("conditions", ["持居住证"], ["持居住证", "无犯罪记录"], K.TEXT),
        ("conditions", ["持居住正"], ["持居住证"], K.METADATA),
        ("phone", "12345", "12346", K.METADATA),
        ("promised_days", 5, 10, K.NUMBER),
    ],
)
def test_lines_of_a_guide_changed_are_substantive(key: str, old: Any, new: Any, kind: ChangeKind) -> None:
    before, after = (edition(item_type="service_guide", extra={key: value}) for value in (old, new))

    assert kind in {finding.kind for finding in findings(before, after)}


def test_files_put_in_taken_out_replaced_and_renamed_are_found() -> None:
    kept, gone, old, new = (make_attachment(f"%PDF {n}".encode()) for n in range(4))
    before, after = edition(), edition()
    for one, files in (
        (before, [(kept, "目录"), (gone, "旧表"), (old, "预算表")]),
        (after, [(new, "预算表"), (kept, "总目录")]),
    ):
        for position, (file, title) in enumerate(files):
            EditionAttachment.objects.create(edition=one, attachment=file, title=title, position=position)

    found = findings(before, after)

    assert {finding.kind for finding in found} == {K.ATTACHMENT}
    assert sorted(finding.label for finding in found) == ["删除", "改名", "替换"]
    assert findings(before, before) == []


def test_file_that_hung_twice_and_hangs_once_is_found() -> None:
    file, before, after = make_attachment(), edition(), edition()
    for one, titles in ((before, ["甲", "乙"]), (after, ["甲"])):
        for position, title in enumerate(titles):
            EditionAttachment.objects.create(edition=one, attachment=file, title=title, position=position)

    assert findings(before, after) == [Finding(K.ATTACHMENT, "乙", "", label="删除")]


def test_names_of_agencies_are_those_long_enough() -> None:
    make_agency(name="澄溪县水利局", short_name="水")

    assert agency_names() == ["澄溪县水利局"]


def test_findings_of_an_edition_and_itself_are_none() -> None:
    one = edition(body="<p>公示5日。</p>" + TABLE, extra={"income": "5", "hospitality": [{"item": "a"}]})

    assert findings(one, one) == []


def test_counted_findings_stand_in_one_order() -> None:
    found = [Finding(K.DATE, "a", "b"), Finding(K.AMOUNT, "1", "2"), Finding(K.DATE, "c", "d")]

    assert counted(found) == [(K.DATE, 2), (K.AMOUNT, 1)]
    assert all(kind.label for kind in ChangeKind)
