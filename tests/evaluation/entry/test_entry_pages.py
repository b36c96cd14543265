"""The entry pages: what they save, what they keep, whom they let in, and how little they ask."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluation.enums import CheckResult, RoundKind
from evaluation.models import Check, Finding, FindingFile, SampleItem
from evaluation.services import checks
from govportal.now import now
from govportal.permissions import Role
from tests.disclosure.admin.desks import signed_in, text
from tests.factories.disclosure import make_item
from tests.factories.indicators import make_indicator_set
from tests.factories.kernel import make_agency, make_member
from tests.factories.obligations import make_obligation
from tests.factories.rounds import (
    check_all,
    freeze_round,
    make_finding,
    make_inspector,
    make_office,
    make_round,
    open_round,
    share_round,
)

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class Desk:
    """A round of some agencies, its inspector, and the page of the first agency."""

    def __init__(self, agencies: int = 1, **values: Any) -> None:
        office = make_office()
        below = [make_agency(parent=office, code=f"{values.get('slug', 'a')}-{n}") for n in range(agencies)]
        self.row = open_round(*below, office=office, **values)
        self.office = office
        self.client: Client = signed_in(self.row.made_by)
        self.assessment = self.row.assessments.select_related("agency").order_by("pk")[0]

    @property
    def page(self) -> str:
        return reverse("admin:evaluation_entry_agency", args=[self.row.slug, self.assessment.agency.code])

    @property
    def door(self) -> str:
        return reverse("admin:evaluation_entry_save", args=[self.row.slug])

    def line(self, code: str, *, shown: str = "0||", **values: Any) -> dict[str, Any]:
        """What a browser sends of one line."""
        indicator = self.row.indicator_set.indicators.get(code=code)
        prefix = f"{self.assessment.pk}-{indicator.pk}"
        sent = {"shown": shown, "result": "", "note": "", "text": "", "count": "1", "unit": "", "link": "", "item": ""}
        return {f"{prefix}-{name}": value for name, value in (sent | values).items()}

    def save(self, code: str, **values: Any) -> Any:
        line = self.line(code, **values)
        prefix = next(iter(line)).rpartition("-")[0]
        return self.client.post(self.door, line | {"line": prefix})


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_one_button_saves_every_line_that_was_changed(desk: Desk) -> None:
    sent = desk.line("M1", text="指南过期", unit="0.20", count="2") | desk.line("M2", result="clear", note="查过")
    answer = desk.client.post(desk.page, sent | desk.line("M3"), follow=True)

    page = text(answer)
    assert "已保存 2 条" in page and "指南过期" in page and "已查 <b data-done>2</b>/3" in page
    assert Finding.objects.get().deduction == Decimal("0.40")
    assert set(Check.objects.values_list("result", flat=True)) == {CheckResult.FOUND, CheckResult.CLEAR}
    desk.client.post(desk.page, sent)  # sent again by the browser
    assert Finding.objects.count() == 1 and Check.objects.count() == 2


def test_page_with_every_fault_keeps_everything_and_saves_the_rest(desk: Desk) -> None:
    """Whatever is typed: never an error of ours, and what was typed stands there again."""
    faults: list[tuple[dict[str, Any], str]] = [
        ({"text": "问题甲", "unit": "-1", "count": "-5"}, "次数"),
        ({"text": "问题乙", "unit": "1e9"}, "每次扣分"),
        ({"text": "问题丙", "unit": "0.2.2", "count": "三"}, "每次扣分"),
        ({"text": "长" * 501, "unit": "0.20"}, "问题"),
        ({"text": "问题\x00丁", "unit": "0.20"}, "问题"),
        ({"text": "问题戊", "unit": "0.30"}, "请从中选一个"),
        ({"text": "问题己", "unit": "NaN"}, "每次扣分"),
        ({"text": "问题庚", "unit": "0.20", "link": "javascript:alert(1)"}, "网址"),
        ({"text": "问题辛", "unit": "0.20", "item": "没有这个号"}, "没有索引号为"),
        ({"text": "问题壬", "unit": "0.20", "result": "clear"}, "改成“发现问题”"),
        ({"link": "https://example.test/只有网址", "unit": "0.20"}, "请写明发现的问题"),
        ({"result": "found"}, "请写明问题"),
        ({"result": "perfect"}, "结果"),
        ({"note": "只有说明"}, "请选择查阅结果"),
        ({"result": "clear", "note": "长" * 501}, "说明"),
        ({"result": "clear", "note": "\x00"}, "说明"),
    ]
    for values, words in faults:
        answer = desk.client.post(desk.page, desk.line("M1", **values) | desk.line("M3", result="clear", shown="9||"))
        page = text(answer)
        assert answer.status_code == 200 and "错误：" in page and words in page, values
        for typed in (values.get(name, "") for name in ("text", "note", "link", "item", "count")):
            assert typed.replace("\x00", "") in page.replace("\x00", ""), typed
    assert Check.objects.get().indicator.code == "M3" and not Finding.objects.exists()


def test_stale_line_says_who_and_saving_again_is_knowing(desk: Desk) -> None:
    other = make_inspector(desk.office, full_name="丁一平")
    desk.row.refresh_from_db()
    indicator = desk.row.indicator_set.indicators.get(code="M1")
    checks.save_check(
        desk.assessment.pk, indicator.pk, result="clear", note="", seen=0, actor=other, at=now()
    )  # fmt: skip

    page = text(desk.client.post(desk.page, desk.line("M1", result="not_applicable", note="没有此项职能")))
    assert "丁一平在" in page and "没有此项职能" in page and 'value="1|clear|"' in page
    desk.client.post(desk.page, desk.line("M1", result="not_applicable", shown="1|clear|"))
    assert Check.objects.get().result == CheckResult.NOT_APPLICABLE


def test_door_of_the_script_saves_one_line_and_answers_in_words(desk: Desk) -> None:
    saved = desk.save("M1", text="指南过期", unit="0.50")
    assert saved.status_code == 200
    answer = saved.json()
    assert (answer["points"], answer["total"], answer["result"]) == ("19.50", "99.50", "found")
    assert "指南过期" in answer["found"] and answer["shown"] == "1|found|"
    assert desk.save("M1", result="clear").status_code == 409
    assert desk.save("M1", result="clear", shown=answer["shown"]).json()["errors"][0].startswith("已登记 1 个问题")
    refused: list[dict[str, str]] = [{}, {"line": "x"}, {"line": "1-\x00"}, {"line": "s-9"}, {"line": "9" * 30 + "-1"}]
    for sent in refused:
        assert desk.client.post(desk.door, sent).status_code == 403, sent
    automatic = desk.row.indicator_set.indicators.get(code="COV").pk
    assert desk.client.post(desk.door, {"line": f"{desk.assessment.pk}-{automatic}"}).status_code == 403
    assert desk.client.get(desk.door).status_code == 405


def test_evidence_comes_with_its_line_and_a_disguised_file_does_not(desk: Desk) -> None:
    file = SimpleUploadedFile("截图.pdf", PDF)
    wrong = SimpleUploadedFile("截图.png", PDF)
    prefix = next(iter(desk.line("M2"))).rpartition("-")[0]
    words = {"text": "没有培训记录", "unit": "1.00"}

    page = text(desk.client.post(desk.page, desk.line("M2", **words) | {f"{prefix}-file": wrong}))
    assert "不是图片" in page and "请重新选择" in page and not FindingFile.objects.exists()
    desk.client.post(desk.page, desk.line("M2", **words, is_public="on") | {f"{prefix}-file": file})
    kept = FindingFile.objects.select_related("file").get()
    assert kept.is_public and kept.title == "截图.pdf"
    address = reverse("admin:evaluation_finding_file", args=[kept.finding_id, kept.pk])
    assert desk.client.get(address).status_code == 200


def test_samples_are_saved_with_the_lines(desk: Desk) -> None:
    item = make_item(agency=desk.assessment.agency)
    sample = SampleItem.objects.create(assessment=desk.assessment, item=item, position=1)
    shown = {f"s-{sample.pk}-shown": "||", f"s-{sample.pk}-result": "found"}

    page = text(desk.client.post(desk.page, shown))
    assert "请写明问题" in page
    desk.client.post(desk.page, shown | {f"s-{sample.pk}-note": "附件打不开"})
    sample.refresh_from_db()
    assert (sample.result, sample.note) == (CheckResult.FOUND, "附件打不开")
    again = {"line": f"s-{sample.pk}", **shown, f"s-{sample.pk}-result": "clear"}
    assert desk.client.post(desk.door, again).status_code == 409


def test_filter_neighbours_and_read_only_after_the_round_was_told() -> None:
    desk = Desk(agencies=2, slug="two")
    after = desk.row.assessments.order_by("pk")[1].agency
    assert f'rel="next" href="{desk.page.replace("two-0", after.code)}"' in text(desk.client.get(desk.page))
    desk.save("M3", result="clear")
    assert text(desk.client.get(f"{desk.page}?only=unchecked")).count("data-line=") == 2
    share_round(desk.row)
    page = text(desk.client.get(desk.page))
    assert "disabled" in page and "征求异议" in page and "全部保存" not in page
    late = text(desk.client.post(desk.page, desk.line("M1", result="clear", note="迟到")))
    assert "迟到" in late and "没有保存" in late
    assert not Check.objects.filter(note="迟到").exists()


def test_rest_is_asked_once_more(desk: Desk) -> None:
    address = reverse("admin:evaluation_entry_rest", args=[desk.row.slug, desk.assessment.agency.code])
    assert "还有 3 条没有查阅" in text(desk.client.get(address))
    desk.client.post(address)
    assert Check.objects.count() == 3
    assert "没有还没查阅" in text(desk.client.post(address))


def test_clause_page_takes_one_clause_through_all_agencies() -> None:
    desk = Desk(agencies=3)
    address = reverse("admin:evaluation_entry_clause", args=[desk.row.slug, "M1"])
    sent: dict[str, Any] = {}
    for one in desk.row.assessments.all():
        desk.assessment = one
        sent |= desk.line("M1", result="clear")

    page = text(desk.client.post(address, sent, follow=True))

    assert "已保存 3 条" in page and "已查 <b data-done>3</b>/3" in page and page.count("data-line=") == 3


def test_cases_behind_an_automatic_indicator() -> None:
    office = make_office()
    agency = make_agency(parent=office, code="late")
    for met_on in ("2026-03-20", "2026-03-01"):
        make_obligation(agency=agency, due_on="2026-03-10", met_on=met_on)
    row = open_round(agency, office=office)
    client = signed_in(row.made_by)

    page = text(client.get(reverse("admin:evaluation_entry_agency", args=[row.slug, "late"])))
    cases = text(client.get(reverse("admin:evaluation_entry_cases", args=[row.slug, "late", "TIM"])))

    assert "19.50 / 20.00" in page and "1/2" in page
    assert cases.index("2026-03-20") < cases.index("2026-03-01")
    for code in ("M1", "NONE"):
        assert client.get(reverse("admin:evaluation_entry_cases", args=[row.slug, "late", code])).status_code == 404


def test_overview_divides_the_work_and_shows_the_grid() -> None:
    desk = Desk(agencies=3)
    other = make_inspector(desk.office, full_name="丁一平")
    address = reverse("admin:evaluation_entry_round", args=[desk.row.slug])
    ids = [str(one.agency_id) for one in desk.row.assessments.all()]
    make_finding(desk.assessment)
    desk.save("M3", result="clear")

    assert "请勾选" in text(desk.client.post(address, {"inspector": other.pk}))
    assert "请选择单位，并选择考核人" in text(desk.client.post(address, {"agencies": ids}))
    assert desk.client.post(address, {"agencies": ["\x00", "x"], "inspector": "1e9"}).status_code == 200
    page = text(desk.client.post(address, {"agencies": ids, "inspector": other.pk}, follow=True))
    assert "已分派 3 个单位" in page and page.count("丁一平") >= 3 and "1/3" in page
    grid = text(desk.client.get(f"{address}?grid=1"))
    assert "✓" in grid and "未查" in grid and "M3" in grid
    assert "没有分给您的单位" in text(desk.client.get(f"{address}?mine=1"))
    assert text(signed_in(other).get(f"{address}?mine=1")).count("entry-progress") == 4


def test_carrying_over_is_asked_and_reported(desk: Desk) -> None:
    address = reverse("admin:evaluation_entry_carry", args=[desk.row.slug])

    assert "没有已定分的平时检查" in text(desk.client.get(address))
    assert desk.client.post(address).status_code == 200
    below = make_inspector(desk.assessment.agency)
    assert signed_in(below).get(address).status_code == 403


def test_carrying_over_is_offered_while_something_is_left() -> None:
    agency = make_agency(parent=(office := make_office()))
    spot = open_round(agency, office=office)
    make_finding(spot.assessments.get(), text="有条目的")
    make_finding(spot.assessments.get(), spot.indicator_set.indicators.get(code="M3"), text="没有条目的")
    check_all(spot)
    freeze_round(share_round(spot))
    same: dict[str, Any] = {"office": office, "actor": spot.made_by}
    groups = {"组": (100, ({"code": "M1", "full_marks": Decimal(100), "deductions": ["0.20"]},))}
    year = open_round(
        agency, slug="2026", kind=RoundKind.YEAR_END, period_end=date(2026, 12, 31),
        indicator_set=make_indicator_set(groups=groups), **same,
    )  # fmt: skip
    draft = make_round(agency, slug="draft", name="还在准备的检查", **same)
    client, address = signed_in(spot.made_by), reverse("admin:evaluation_entry_carry", args=[year.slug])

    before = text(client.get(address))
    report = text(client.post(address))
    after = text(client.get(address))

    assert spot.name in before and draft.name not in before and 'value="转入"' in before
    assert "已转入 1 个问题" in report and 'value="转入"' not in report + after
    assert "都已转入" in after and "都已转入" not in before
    assert all("没有条目的" in page for page in (before, report, after))


def test_rounds_page_leads_to_the_only_round_at_work(desk: Desk) -> None:
    address = reverse("admin:evaluation_entry")
    assert desk.client.get(address).status_code == 302
    assert desk.row.name in text(desk.client.get(f"{address}?all=1"))


def _doors(desk: Desk) -> list[str]:
    code = desk.assessment.agency.code
    return [
        reverse("admin:evaluation_entry_round", args=[desk.row.slug]),
        desk.page,
        reverse("admin:evaluation_entry_clause", args=[desk.row.slug, "M1"]),
        reverse("admin:evaluation_entry_rest", args=[desk.row.slug, code]),
        reverse("admin:evaluation_entry_cases", args=[desk.row.slug, code, "COV"]),
        reverse("admin:evaluation_entry_carry", args=[desk.row.slug]),
    ]


def test_nobody_else_finds_the_pages(desk: Desk) -> None:
    """Every role at the office, and inspectors of elsewhere and of the very agency."""
    others = [make_member(role, desk.office) for role in Role if role != Role.INSPECTOR]
    others += [make_member(Role.INSPECTOR, desk.assessment.agency), make_inspector(make_agency(parent=desk.office))]
    others.append(make_member(Role.SUPERVISOR, desk.assessment.agency))
    line = desk.line("M1", result="clear")
    prefix = next(iter(line)).rpartition("-")[0]
    for user in others:
        client = signed_in(user)
        for address in _doors(desk):
            assert client.get(address).status_code in {403, 404}, f"{user.memberships.get().role} {address}"
            assert client.post(address, line).status_code in {403, 404, 405}
        assert client.post(desk.door, line | {"line": prefix}).status_code == 403
    assert Client().get(desk.page).status_code == 302
    assert not Check.objects.exists()


def test_pages_ask_as_much_for_three_as_for_one() -> None:
    """Literal: one clause, one agency, no finding; then three of each with findings."""
    asked = {"agency": 12, "clause": 12, "round": 16, "grid": 18}
    for count in (1, 3):
        clauses = [{"code": f"N{n}", "full_marks": 100 if count == 1 else (50, 30, 20)[n]} for n in range(count)]
        sets = make_indicator_set(groups={"组": (100, clauses)})
        desk = Desk(agencies=count, slug=f"r{count}", indicator_set=sets)
        for one in desk.row.assessments.all():
            for indicator in desk.row.indicator_set.indicators.all() if count > 1 else ():
                make_finding(one, indicator)
            SampleItem.objects.create(assessment=one, item=make_item(agency=one.agency), position=1)
        of_round = reverse("admin:evaluation_entry_round", args=[desk.row.slug])
        clause = reverse("admin:evaluation_entry_clause", args=[desk.row.slug, "N0"])
        pages = {"agency": desk.page, "clause": clause, "round": of_round, "grid": f"{of_round}?grid=1"}
        found = {}
        for name, address in pages.items():
            with CaptureQueriesContext(connection) as queries:
                assert desk.client.get(address).status_code == 200, address
            found[name] = len(queries)
        assert found == asked, count
