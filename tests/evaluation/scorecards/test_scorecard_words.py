"""Numbers in words, and drawings that never leave their frame."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.utils.html import escape
from django.utils.translation import override

from evaluation import scorecard_charts as charts
from evaluation.indicators import AUTOMATIC_INDICATORS
from evaluation.models import Assessment, Finding, Indicator
from evaluation.scorecard_filters import LONGEST_NAME, Asked, asked
from evaluation.scorecard_findings import Found
from evaluation.scorecard_social import no_case, social_of, why_none
from evaluation.scorecard_words import (
    FACTS,
    excused,
    facts,
    fault_of,
    indicator_name,
    marks,
    period_words,
    sampled,
    shown,
    signed,
    standing_of,
    working,
)
from evaluation.scorecards import Place, change_since, safe_url
from evaluation.scoring import COUNTED, NOTHING, Case, Outcome, Rule
from evaluation.templatetags.records import days, in_language
from govportal.models import Agency


def test_what_was_scored_has_two_decimals_and_what_a_set_says_no_idle_noughts() -> None:
    points = {"93.60": "93.6", "100.00": "100", "0.00": "0", "14.77": "14.77"}

    assert {text: shown(Decimal(text)) for text in points} == points
    assert shown(None) == "—"
    assert [signed(Decimal(text)) for text in ("2.20", "-0.10", "0")] == ["+2.20", "\N{MINUS SIGN}0.10", "0"]
    assert [marks(points) for points in (Decimal("92.9"), None)] == ["92.90", "—"]


def test_every_indicator_says_what_it_counts() -> None:
    found = Outcome(63, 64, 1, Decimal("14.77"))

    for key in AUTOMATIC_INDICATORS:
        assert key in FACTS
        assert "64" in facts(key, found)
    assert facts("new", found) == "应评 64 项，达到 63 项"
    assert facts("coverage", Outcome(0, 0, 0, Decimal(15))) == ""


def test_social_score_needs_enough_ballots_and_too_few_are_not_told_as_nothing_due() -> None:
    scored = {"code": "b", "score": "88.50", "ballots": 12, "grade": "good"}
    tally: dict[str, object] = {"least_ballots": 10, "agencies": [{"code": "a", "too_few": True}, scored]}

    assert social_of(tally, "s", "a") is social_of(tally, "s", "c") is social_of(None, "s", "b") is None
    found = social_of(tally, "s", "b")
    assert found is not None
    assert (found.score, found.ballots) == ("88.50", 12)
    assert [why_none(tally, code) for code in "abc"] == [
        "社会评议不足 10 张票，不计", "社会评议结果没有计入", "没有列入本次社会评议",
    ]  # fmt: skip
    assert no_case("social", tally, "a") == "社会评议不足 10 张票，不计，按满分计"
    assert no_case("social", None, "a") == "本期没有社会评议结果，按满分计"
    assert no_case("coverage", tally, "a") == "本期无应评事项，按满分计"


def test_what_a_ruling_excused_is_told_as_no_achievement() -> None:
    cases = [Case("a", earned=1), Case("b", earned=1, excused="7"), Case("c")]
    left_out, found = excused(cases), Outcome(2, 3, 1, Decimal("4.00"))

    assert facts("timeliness", found, left_out) == "到期应公开 3 项，按时公开 1 项，裁定不计 1 例"
    assert facts("requests_corrected", found, left_out) == "审结的复议、诉讼 3 件，被纠正 1 件，裁定不计 1 例"
    share = Rule("automatic", "share", "on_time", Decimal(6), NOTHING, Decimal(6))
    assert working(share, found, NOTHING, left_out) == "（1＋1）÷3×6"
    assert working(share, found, NOTHING) == "2÷3×6"


@pytest.mark.parametrize(
    ("rule", "outcome", "taken", "words"),
    [
        (("automatic", "share", "met", 15, 0, 15), (63, 64, 1), 0, "63÷64×15"),
        (("automatic", "share", "met", 15, 0, 5), (10, 64, 54), 0, "10÷64×15，最多扣 5 分"),
        (("automatic", "share", "met", 15, 0, 15), (0, 0, 0), 0, ""),
        (("automatic", "deduct", "no_fault", 8, 2, 8), (3, 4, 1), 0, "8－2×1"),
        (("automatic", "deduct", "no_fault", 8, 2, 8), (4, 4, 0), 0, "8"),
        (("manual", "deduct", "", 10, 0, 10), (0, 0, 2), "1.80", "10－1.8"),
        (("manual", "deduct", "", 10, 0, 10), (0, 0, 0), 0, ""),
    ],
)
def test_working_is_the_sum_that_makes_the_points(
    rule: tuple[str, str, str, int, int, int], outcome: tuple[int, int, int], taken: str | int, words: str
) -> None:
    mode, formula, judged_by, full, each, cap = rule
    the_rule = Rule(mode, formula, judged_by, Decimal(full), Decimal(each), Decimal(cap))

    assert working(the_rule, Outcome(*outcome, NOTHING), Decimal(taken)) == words


def test_fault_says_why() -> None:
    late = Case("a", due_on="2026-03-10", done_on="2026-03-12")

    assert fault_of(late) == "期限 2026-03-10，2026-03-12 完成"
    assert fault_of(Case("a", due_on="2026-03-10")) == "期限 2026-03-10，取数时没有完成"
    assert fault_of(Case("a", fault="缺：文号")) == "缺：文号"
    assert fault_of(Case("a", earned=40, possible=50), COUNTED) == "得 40，满分 50"
    assert standing_of(Case("a", earned=40, possible=50), COUNTED)[1] == "warn"
    assert [standing_of(case)[1] for case in (late, late._replace(earned=1), late._replace(excused="1"))] == [
        "bad", "ok", "info",
    ]  # fmt: skip


def test_sample_is_told_whether_anything_was_drawn_or_not() -> None:
    assert sampled("ab12", 7, [("未发现问题", 2), ("发现问题", 1)]) == (
        "抽查：本单位统计期内公开 7 件信息，按种子 ab12 抽取 3 件查阅：2 件未发现问题，1 件发现问题。"
    )
    assert sampled("ab12", 7, []) == "抽查：本单位统计期内公开 7 件信息，本期没有抽取。"
    assert "没有公开信息" in sampled("ab12", 0, [])


def test_no_two_indicators_have_one_name() -> None:
    names = {
        ("公开面", 1, "coverage"): "公开面",
        ("公开栏", 1, "notice_board"): "公开栏（上栏率）",
        ("依申请公开", 1, "requests_on_time"): "依申请公开按时答复",
        ("依申请公开", 2, "requests_corrected"): "依申请公开（复议诉讼纠错）",
        ("投诉举报", 1, "complaints_on_time"): "投诉举报按时答复",
        ("投诉举报", 2, "complaints_upheld"): "投诉举报属实",
        ("制度公开", 1, ""): "制度公开",
        ("制度公开", 2, ""): "制度公开（2）",
    }

    with override("en"):
        assert {key: indicator_name(*key) for key in names} == names


def test_finding_is_told_in_a_sentence() -> None:
    made = {"unit_deduction": Decimal("0.50"), "ruled_deduction": None}
    found = [Found(Finding(**{**made, **given}), "", (), (), is_proven=True).sum for given in (
        {"count": 1}, {"count": 2}, {"count": 2, "ruled_deduction": Decimal("0.50")},
    )]  # fmt: skip

    assert found == ["扣 0.5 分", "2 处，每处扣 0.5 分", "2 处，每处扣 0.5 分，裁定后共扣 0.5 分"]


def test_finding_without_anything_to_look_at_says_why() -> None:
    def unseen(url: str, *, is_proven: bool, is_required: bool) -> str:
        finding = Finding(indicator=Indicator(is_evidence_required=is_required))
        return Found(finding, url, (), (), is_proven=is_proven).unseen

    assert unseen("/items/a/", is_proven=True, is_required=False) == ""
    assert unseen("", is_proven=True, is_required=True) == "证据不公开"
    assert unseen("", is_proven=False, is_required=False) == "没有附证据（本项不要求）"
    assert unseen("", is_proven=False, is_required=True) == "没有附证据"


def test_days_in_a_sentence_hold_together_and_nothing_else_is_marked_up() -> None:
    assert days("期限 2026-03-10，<b>2026-3-1") == "期限 <time>2026-03-10</time>，&lt;b&gt;2026-3-1"


def test_english_pages_lead_to_english_pages() -> None:
    addresses = {
        "/catalogue/149/": "/en/catalogue/149/",
        "https://example.test/items/a/": "https://example.test/items/a/",
    }

    assert [in_language(address) for address in addresses] == [*addresses]
    with override("en"):
        assert {address: in_language(address) for address in addresses} == addresses


def test_period_has_the_name_people_use() -> None:
    periods = {
        (date(2026, 1, 1), date(2026, 6, 30)): "2026年上半年",
        (date(2026, 7, 1), date(2026, 12, 31)): "2026年下半年",
        (date(2025, 1, 1), date(2025, 12, 31)): "2025年度",
        (date(2026, 1, 1), date(2026, 3, 31)): "2026.01—2026.03",
        (date(2026, 3, 5), date(2026, 3, 31)): "2026.03",
        (date(2025, 1, 1), date(2026, 6, 30)): "2025.01—2026.06",
    }

    assert {period: period_words(*period) for period in periods} == periods


def test_only_pages_are_led_to() -> None:
    for url in ("javascript:alert(1)", "//elsewhere.example/", "ftp://a.example/b", "data:text/html,x", ""):
        assert safe_url(url) == ""
    for url in ("/items/a/", "https://a.example/b", "http://a.example/"):
        assert safe_url(url) == url


def test_bar_stays_within_its_frame() -> None:
    for value in ("-1", "0", "50", "100", "101"):
        [bar, mark] = ElementTree.fromstring(charts.bar(Decimal(value), mark=Decimal(200)))
        assert 0 <= float(bar.attrib["width"]) <= 100
        assert float(mark.attrib["x"]) <= 99.2
    assert 'width="0"' in charts.bar(Decimal(3), Decimal(0))


def test_curves_keep_within_their_frame_and_say_every_number() -> None:
    for totals in (["0", "100", "0", "100"], ["90", "90"], ["93.6", "93.61", "93.6"]):
        values = [Decimal(text) for text in totals]
        trend = ElementTree.fromstring(charts.trend([(f"第{n}期<b>", one) for n, one in enumerate(values)], "a<b>"))
        spark = ElementTree.fromstring(charts.spark(values, "得分<b>"))
        for circle in (*trend.iter("circle"), *spark.iter("circle")):
            assert 0 < float(circle.attrib["cy"]) < 170
        said = [text.text for text in trend.iter("text")]
        assert said[::2] == [f"{one:.2f}" for one in values]
        assert escape("a<b>") in charts.trend([("x", one) for one in values], "a<b>")
    assert charts.spark([Decimal(1)], "x") == charts.trend([("x", Decimal(1))], "x") == ""


def test_names_are_found_by_their_words_and_those_called_so_come_first() -> None:
    names = ("县人民政府办公室", "河口镇人民政府", "县社会福利院（民政所属）", "县民政局", "县财政局")
    places = [
        Place(Assessment(agency=Agency(name=name, code=f"CM-{n}")), name, name, "department", n, [], None)
        for n, name in enumerate(names, start=1)
    ]

    def found(text: str) -> list[str]:
        return [one.name for one in Asked(name=text).narrow(places)]

    assert found("民政") == [names[2], names[3]]
    assert found("民政局") == found("县民政局") == found("cm-4") == ["县民政局"]
    assert found("人民政府") == list(names[:2])
    assert found("镇人民政") == found("河口 政府") == ["河口镇人民政府"]
    assert found("县财政局") == ["县财政局"]
    called_so = [*places, replace(places[3], name="民政", rank=6)]
    assert [one.rank for one in Asked(name="民政").narrow(called_so)] == [6, 3, 4]


def test_nothing_is_compared_that_was_not_ranked() -> None:
    def since(*ranks: int | None) -> Decimal | None:
        return change_since([Assessment(total=Decimal(90 + n), rank=rank) for n, rank in enumerate(ranks)])

    assert since(1, 1) == 1
    assert since(1) is since(None, 1) is since(1, None) is since(1, None, 1) is None


def test_filters_leave_out_what_means_nothing_and_say_so() -> None:
    wanted = asked({"round": "../..", "kind": "nix", "grade": "\x00", "q": "a\x00 水务" + "长" * 200})

    assert (wanted.round, wanted.kind, wanted.grade) == ("", "", "")
    assert len(wanted.name) == LONGEST_NAME
    assert len(wanted.problems) == 3
    assert asked({"round": "2026-h1", "kind": "township", "grade": "good", "q": "水务"}).problems == []
