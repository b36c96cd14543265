"""Sets of indicators in the admin: listed, shown, filled, moved, imported with a preview, exported, put in force."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from evaluation.enums import SetState
from evaluation.models import Indicator, IndicatorSet
from govportal.models import AuditEvent
from govportal.permissions import Role
from govportal.spreadsheets import csv_bytes
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.doors import text_of
from tests.evaluation.indicator_sets.test_indicator_table import OURS, line
from tests.factories import make_member
from tests.factories.indicators import make_indicator_set

pytestmark = pytest.mark.django_db

LIST = "admin:evaluation_indicatorset_changelist"
IMPORT = "admin:evaluation_indicatorset_import"
NUL = "\x00"


@pytest.fixture
def client() -> Client:
    return signed_in(make_member(Role.INSPECTOR))


def draft(**values: Any) -> IndicatorSet:
    return make_indicator_set(state=SetState.DRAFT, **values)


def page(one: IndicatorSet) -> str:
    return reverse("admin:evaluation_indicatorset_change", args=[one.pk])


def verb(one: IndicatorSet, name: str, chosen: object = None) -> str:
    address = reverse("admin:evaluation_indicatorset_verb", args=[one.pk, name])
    return f"{address}?chosen={chosen}" if chosen else address


def facts(**values: Any) -> dict[str, Any]:
    return {
        "code": "2027", "year": 2027, "name": "新的体系", "excellent_from": "90", "good_from": "80", "fair_from": "60",
        "performance_share": "4",
    } | values  # fmt: skip


def manual(one: IndicatorSet, **values: Any) -> dict[str, Any]:
    return {
        "group": one.groups.get(name="组织领导").pk, "code": "N1", "topic": "值守", "item_no": 1, "full_marks": "1.5",
        "text": "没有人值守的，每发现1次扣分。", "deductions": "0.2、0.5", "cap": "", "frequency": "MONTHLY",
    } | values  # fmt: skip


def test_list_says_state_weight_and_count_in_as_many_statements_for_one_as_for_three(
    client: Client, django_assert_num_queries: Any
) -> None:
    draft(code="first", groups={"甲": (95, [{"full_marks": Decimal(95)}])})
    with django_assert_num_queries(9):
        text = text_of(client.get(reverse(LIST)))
    assert "编制中" in text and ">95<" in text and ">1<" in text
    make_indicator_set(), make_indicator_set(state=SetState.RETIRED)
    with django_assert_num_queries(9):
        text = text_of(client.get(reverse(LIST)))
    assert "施行中" in text and "已停用" in text and ">100<" in text and ">5<" in text


def test_page_shows_every_clause_and_what_stands_against_enforcing(client: Client) -> None:
    one = draft()
    one.indicators.filter(code="M3").update(full_marks=7, deductions=[])

    text = text_of(client.get(page(one)))

    for words in (
        "COV",
        "按比例",
        "0.2、0.5",
        "1，最多 5",
        "由考核人员填写",
        "须附证据",
        "每年",
        "取数规则：",
        "上移 TIM",
    ):
        assert words in text, words
    assert "指标组“组织领导”的权重是 40，各条满分合计 39。" in text
    assert "满分合计 39" in text
    done = text_of(client.get(page(make_indicator_set())))
    assert "COV" in done and "上移 TIM" not in done and "导入表格" not in done


def test_set_is_made_filled_and_put_in_force_on_pages(client: Client) -> None:
    client.post(reverse("admin:evaluation_indicatorset_add"), facts())
    one = IndicatorSet.objects.get()
    client.post(verb(one, "add_group"), {"name": "组织领导", "weight": "60"})
    client.post(verb(one, "add_group"), {"name": "公开情况", "weight": "40"})
    client.post(verb(one, "add_manual"), manual(one, full_marks="60"))
    refused = client.post(verb(one, "enforce"))
    auto = {"measure": "coverage", "group": one.groups.get(name="公开情况").pk, "code": "COV", "item_no": 1,
            "full_marks": "40", "formula": "share", "frequency": "MONTHLY"}  # fmt: skip
    client.post(verb(one, "add_automatic"), auto)
    client.post(verb(one, "enforce"))

    one.refresh_from_db()
    assert "指标组“公开情况”还没有指标" in text_of(refused)
    assert one.state == SetState.IN_FORCE
    row = one.indicators.get(code="COV")
    assert row.topic and row.text and row.deductions == []
    assert one.indicators.get(code="N1").deductions == ["0.20", "0.50"]


def test_clause_and_group_are_changed_moved_and_removed_on_pages(client: Client) -> None:
    one = draft()
    row, group = one.indicators.get(code="M1"), one.groups.get(name="组织领导")

    form = client.get(verb(one, "change_manual", row.pk)).context["form"]
    assert (form["deductions"].value(), form["full_marks"].value(), form["group"].value()) == (
        "0.2、0.5", "20", group.pk,
    )  # fmt: skip
    changed = client.post(verb(one, "change_manual"), manual(one, code="M9", chosen=row.pk, is_evidence_required="on"))
    assert changed.headers["Location"] == f"{page(one)}#indicator-{row.pk}"
    client.post(verb(one, "change_group"), {"chosen": group.pk, "name": "领导", "weight": "41"})
    tim = one.indicators.get(code="TIM")
    auto = client.get(verb(one, "change_automatic", tim.pk)).context["form"]
    assert "coverage" not in dict(auto.fields["measure"].choices) and auto["measure"].value() == "timeliness"
    client.post(reverse("admin:evaluation_indicatorset_move", args=[one.pk]), {"up": tim.pk})
    client.post(reverse("admin:evaluation_indicatorset_move", args=[one.pk]), {"group_up": group.pk})
    client.post(verb(one, "remove_indicator"), {"chosen": one.indicators.get(code="M3").pk})

    row.refresh_from_db()
    assert (row.code, row.is_evidence_required, row.group.name, row.group.weight) == ("M9", True, "领导", 41)
    assert list(one.indicators.values_list("code", flat=True)) == ["M9", "M2", "TIM", "COV"]
    client.post(verb(one, "remove_group"), {"chosen": group.pk})
    assert list(one.indicators.values_list("code", flat=True)) == ["TIM", "COV"]
    assert {"indicator.move", "indicatorgroup.move"} <= {event.action for event in AuditEvent.objects.all()}


def test_set_is_copied_edited_retired_and_discarded_on_pages(client: Client) -> None:
    one = make_indicator_set(code="s-2026", name="2026年指标")
    form = client.get(verb(one, "copy")).context["form"]
    values = {name: form[name].value() for name in ("code", "year", "name")}
    assert values == {"code": "s-2027", "year": 2027, "name": "2027年指标"}

    copied = client.post(verb(one, "copy"), values)
    new = IndicatorSet.objects.get(code="s-2027")
    assert copied.headers["Location"] == page(new)
    wrong = client.post(verb(new, "edit"), facts(good_from="95", performance_share="3"))
    assert "分数线须依次降低" in text_of(wrong) and "权重不能低于 4%" in text_of(wrong)
    client.post(verb(new, "edit"), facts(name="改名"))
    client.post(verb(one, "retire"))
    gone = client.post(verb(new, "discard"), follow=True)

    one.refresh_from_db()
    assert one.state == SetState.RETIRED
    assert gone.status_code == 200 and not IndicatorSet.objects.filter(pk=new.pk).exists()
    assert {"indicatorset.edit", "indicatorset.copy", "indicatorset.retire", "indicatorset.discard"} <= {
        event.action for event in AuditEvent.objects.all()
    }


BAD: dict[str, list[dict[str, Any]]] = {
    "add_manual": [
        {"full_marks": "NaN"}, {"full_marks": "1e30"}, {"full_marks": "1,5"}, {"full_marks": "0.001"}, {"cap": "9"},
        {"deductions": "0.5|x"}, {"deductions": "9"}, {"deductions": NUL}, {"text": "长" * 2001}, {"text": NUL},
        {"code": "M1"}, {"code": "甲"}, {"code": "A" * 41}, {"topic": ""}, {"group": "999999"}, {"group": "x"},
        {"item_no": "-1"}, {"item_no": "1" * 30}, {"frequency": "WEEKLY"}, {"group": NUL},
    ],
    "edit": [
        {"year": "二〇二六"}, {"year": "9" * 40}, {"name": "长" * 121}, {"name": NUL}, {"code": "../x"},
        {"good_from": "NaN"}, {"performance_share": "101"},
    ],
    "add_group": [{"name": "组织领导"}, {"weight": "0"}, {"weight": "-1"}, {"name": "长" * 81}],
}  # fmt: skip


def test_bad_input_is_answered_with_the_form_and_all_that_was_typed(client: Client) -> None:
    one = draft()
    valid = {"add_manual": manual(one), "edit": facts(), "add_group": {"name": "新", "weight": "1"}}
    for name, changes in BAD.items():
        for change in changes:
            answer = client.post(verb(one, name), valid[name] | change)
            assert answer.status_code == 200, f"{name} {change}"
            form = answer.context["form"]
            assert form.errors and "请先改正下面的问题" in text_of(answer), f"{name} {change}"
            kept = {field: form[field].value() for field in valid[name]}
            assert all(str(value) in (str(kept[field]), "") for field, value in change.items()), f"{name} {change}"
    assert one.indicators.count() == 5 and one.groups.count() == 2


def test_address_of_another_set_or_of_nothing_is_no_page(client: Client) -> None:
    one, other = draft(), draft()
    theirs = other.indicators.get(code="M1")
    for chosen in ("", theirs.pk, "x", "9" * 30, NUL, "-1"):
        for name in ("change_manual", "change_automatic", "remove_indicator", "change_group", "remove_group"):
            assert client.get(verb(one, name), {"chosen": chosen}).status_code == 404, f"{name} {chosen!r}"
            assert client.post(verb(one, name), {"chosen": chosen}).status_code == 404, f"{name} {chosen!r}"
    move = reverse("admin:evaluation_indicatorset_move", args=[one.pk])
    for value in (theirs.pk, "x", "9" * 30, NUL):
        assert client.post(move, {"up": value}).status_code == 302
    assert client.get(move).status_code == 403
    assert client.get(reverse("admin:evaluation_indicatorset_export", args=[one.pk, "pdf"])).status_code == 404
    assert client.get(verb(one, "change_automatic", one.indicators.get(code="M1").pk)).status_code == 404
    assert other.indicators.count() == 5
    assert signed_in(make_member(Role.OFFICE_HEAD)).post(move, {"up": 1}).status_code in {302, 403, 404}


def upload(*lines: list[str], name: str = "表.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, csv_bytes([OURS, *lines]))


def test_table_is_previewed_then_imported_or_imported_in_part(client: Client) -> None:
    one = draft(groups={})
    form = client.get(reverse(IMPORT), {"set": one.pk})
    assert form.context["form"]["indicator_set"].value() == str(one.pk)
    good, bad = line(full_marks=""), line(rule_id="A-2", frequency="WEEKLY")

    seen = client.post(reverse(IMPORT), {"indicator_set": one.pk, "file": upload(good, bad)})
    assert "不认识的频次“weekly”" in text_of(seen) and "确认导入" not in text_of(seen).replace("再确认导入", "")
    report = client.post(reverse(IMPORT), {"token": seen.context["token"], "report": "1"})
    assert "第 3 行" not in text_of(report) and "WEEKLY".lower() in text_of(report)
    plain = client.post(reverse(IMPORT), {"token": seen.context["token"]}, follow=True)
    assert "没有导入：表格有不能导入的行" in text_of(plain) and not one.indicators.exists()

    seen = client.post(reverse(IMPORT), {"indicator_set": one.pk, "file": upload(good, bad)})
    part = client.post(reverse(IMPORT), {"token": seen.context["token"], "skip": "1"}, follow=True)
    assert "新增 1" in text_of(part) and one.indicators.get().code == "A-1"
    again = client.post(reverse(IMPORT), {"token": seen.context["token"], "skip": "1"}, follow=True)
    assert "已经导入或清除" in text_of(again)

    whole = client.post(reverse(IMPORT), {"indicator_set": one.pk, "file": upload(line(rule_id="B-1"))})
    assert "还有 1 条不在文件里，导入以后不变：A-1" in text_of(whole)
    done = client.post(reverse(IMPORT), {"token": whole.context["token"]}, follow=True)
    assert "新增 1" in text_of(done) and one.indicators.count() == 2


def test_what_was_left_out_is_said_until_the_whole_table_is_in(client: Client) -> None:
    one = draft(groups={})
    good, bad = line(full_marks=""), line(rule_id="A-2", frequency="WEEKLY", full_marks="")

    seen = client.post(reverse(IMPORT), {"indicator_set": one.pk, "file": upload(good, bad)})
    assert "有 1 行没有导入" in text_of(seen) and "跳过有问题的行" in text_of(seen)
    part = client.post(reverse(IMPORT), {"token": seen.context["token"], "skip": "1"}, follow=True)
    assert "有 1 行没有导入：指标体系缺这些条目" in text_of(part)
    for page in (reverse("admin:evaluation_indicatorset_change", args=[one.pk]), verb(one, "enforce")):
        assert "最近一次导入有 1 行没有导入" in text_of(client.get(page)), page

    mended = upload(good, line(rule_id="A-2", full_marks=""))
    seen = client.post(reverse(IMPORT), {"indicator_set": one.pk, "file": mended})
    client.post(reverse(IMPORT), {"token": seen.context["token"]})
    for page in (reverse("admin:evaluation_indicatorset_change", args=[one.pk]), verb(one, "enforce")):
        assert "行没有导入" not in text_of(client.get(page)), page


def test_button_skips_lines_only_where_there_are_such_and_a_table_needs_no_set_to_be_looked_at(client: Client) -> None:
    one = draft(groups={})
    light = line(section_weight_pct="60", full_marks="60")

    seen = text_of(client.post(reverse(IMPORT), {"indicator_set": one.pk, "file": upload(light)}))
    assert "仍然导入，施行以前改正" in seen and "跳过" not in seen and "没有导入：" not in seen
    for file, sentence in (
        (SimpleUploadedFile("a.csv", "姓名,电话\n甲,1\n".encode()), "找不到表头"),
        (upload(light), "权重合计 60"),
        (upload(line(), line(rule_id="A-2", frequency="WEEKLY")), "未导入 1"),
    ):
        answer = text_of(client.post(reverse(IMPORT), {"file": file}))
        assert sentence in answer and "必填" in answer, sentence


def test_preview_shows_first_what_needs_a_look_and_the_page_leads_to_a_new_set(client: Client) -> None:
    one = draft(groups={})
    lines = [line(rule_id=f"A-{number}", full_marks="10") for number in range(3)]
    lines += [line(rule_id="A-9", full_marks="10", deductions="")]
    lines += [line(rule_id="A-8", frequency="WEEKLY", full_marks="10")]

    assert f'href="{reverse("admin:evaluation_indicatorset_add")}"' in text_of(client.get(reverse(IMPORT)))
    seen = client.post(reverse(IMPORT), {"indicator_set": one.pk, "file": upload(*lines)})

    shown = [(row.row, bool(row.messages)) for row in seen.context["rows"]]
    assert shown[0] == (6, True) and [number for number, _said in shown[-3:]] == [2, 3, 4], shown
    assert [said for _number, said in shown] == sorted((said for _number, said in shown), reverse=True)


def test_second_set_in_force_for_a_year_is_warned_of(client: Client) -> None:
    one = make_indicator_set(year=2030, name="第一套")
    other = draft(year=2030, name="第二套")
    make_indicator_set(year=2031, name="次年")

    assert "同年度另有" not in text_of(client.get(reverse(LIST)))
    asked = text_of(client.get(verb(other, "enforce")))
    assert "2030年已有施行中的指标体系：第一套。" in asked and "都不能再修改" in asked
    client.post(verb(other, "enforce"))
    assert text_of(client.get(reverse(LIST))).count("同年度另有一套施行中") == 2
    client.post(verb(one, "retire"))
    assert "同年度另有" not in text_of(client.get(reverse(LIST)))
    assert "已有施行中" not in text_of(client.get(verb(draft(year=2032), "enforce")))


def test_file_that_is_no_table_and_set_that_is_closed_are_refused_in_words(client: Client) -> None:
    one, closed = draft(groups={}), make_indicator_set()
    files = {
        "空字节": SimpleUploadedFile("a.csv", b"rule_id,section\n\x00,1\n"),
        "找不到表头": SimpleUploadedFile("a.csv", "姓名,电话\n甲,1\n".encode()),
        "表格已损坏": SimpleUploadedFile("a.xlsx", b"\xd0\xcf\x11\xe0" + b"x" * 600),
    }
    for sentence, file in files.items():
        answer = client.post(reverse(IMPORT), {"indicator_set": one.pk, "file": file})
        assert answer.status_code == 200 and sentence in text_of(answer), sentence
    for chosen in (closed.pk, "x", "", NUL):
        answer = client.post(reverse(IMPORT), {"indicator_set": chosen, "file": upload(line())})
        assert answer.status_code == 200 and "请先改正" in text_of(answer)
    assert client.post(reverse(IMPORT), {"token": "made up"}, follow=True).status_code == 200

    seen = client.post(reverse(IMPORT), {"indicator_set": one.pk, "file": upload(line())})
    one.delete()
    late = client.post(reverse(IMPORT), {"token": seen.context["token"]}, follow=True)
    assert "这套指标体系已经删除" in text_of(late)


def test_export_has_the_shape_of_the_file_and_comes_back(client: Client) -> None:
    one, again = make_indicator_set(code="city"), draft(groups={})
    for name in ("csv", "xlsx"):
        answer = client.get(reverse("admin:evaluation_indicatorset_export", args=[one.pk, name]))
        assert f'filename="indicators-city.{name}"' in answer.headers["Content-Disposition"]
        file = SimpleUploadedFile(f"a.{name}", answer.content)
        seen = client.post(reverse(IMPORT), {"indicator_set": again.pk, "file": file})
        assert seen.context["result"].is_whole, text_of(seen)
    client.post(reverse(IMPORT), {"token": seen.context["token"]})
    columns = ("code", "text", "measure", "full_marks", "deductions", "cap", "group__name")
    assert list(again.indicators.values_list(*columns)) == list(
        Indicator.objects.filter(indicator_set=one).values_list(*columns)
    )
