"""The words agencies write in 公开时限, each with the rule it states."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.enums import Recurrence, TimingKind, TimingUnit
from disclosure.rules import Term, TimingRule, from_columns, to_columns
from disclosure.timing_text import parse_timing

W, D, M = TimingUnit.WORKING_DAY, TimingUnit.CALENDAR_DAY, TimingUnit.MONTH
ART_26 = "《政府信息公开条例》第二十六条"
FORMED = "信息形成或者变更"


def after(n: int, unit: TimingUnit, event: str = "", **more: object) -> TimingRule:
    return TimingRule(TimingKind.AFTER_EVENT, n, unit, event=event, **more)  # type: ignore[arg-type]


def recurring(
    recurrence: Recurrence, n: int | None = None, unit: TimingUnit | None = None, **more: object
) -> TimingRule:
    return TimingRule(TimingKind.RECURRING, n, unit, recurrence, **more)  # type: ignore[arg-type]


def displayed(n: int, unit: TimingUnit, event: str, **more: object) -> TimingRule:
    return TimingRule(TimingKind.MINIMUM_DISPLAY, n, unit, event=event, **more)  # type: ignore[arg-type]


def before(n: int, unit: TimingUnit, event: str = "") -> TimingRule:
    return TimingRule(TimingKind.BEFORE_EVENT, n, unit, event=event)


def at_once(**more: object) -> TimingRule:
    return TimingRule(TimingKind.AT_ONCE, 1, D, **more)  # type: ignore[arg-type]


GENERAL = after(20, W, FORMED, basis=ART_26)
FORMED_ONLY = after(20, W, "信息形成", basis=ART_26)
LICENCES = (Term(7, W, "行政许可、行政处罚"),)

RULES: dict[str, TimingRule | None] = {
    # twenty working days, in the many ways they are written
    "信息形成或者变更之日起20个工作日内": GENERAL,
    "信息形成或者变更之日起20个工作日": GENERAL,
    "信息形成或变更之日起20个工作日内": GENERAL,
    "自信息形成或者变更之日起20个工作日内": GENERAL,
    "自该信息形成或者变更之日起20个工作日内": GENERAL,
    "形成或者变更之日起20个工作日内予以公开": GENERAL,
    "信息形成或者变更之日起20个工作日内予以公开": GENERAL,
    "公开事项信息形成或变更之日起20个工作日内公开": GENERAL,
    "信息获取（形成、变更）20个工作日内": GENERAL,
    "信息形成（变更）20个工作日内": GENERAL,
    "20个工作日（自该政府信息形成或者变更之日起）": GENERAL,
    "信息形成或者变更之日起２０个工作日内": GENERAL,
    "信息形成或者变更之日起二十个工作日内": GENERAL,
    "信息形成或者变更之日起20个工作日内。法律、法规对政府信息公开的期限另有规定的，从其规定。": GENERAL,
    "信息形成之日起20个工作日内": FORMED_ONLY,
    "信息形成之后20个工作日内": FORMED_ONLY,
    "信息形成20个工作日内公开": FORMED_ONLY,
    "自制作或获取该信息之日起20个工作日内公开": after(20, W, "制作或获取该信息", basis=ART_26),
    "信息产生、变更之日起20个工作日内公开,保持长期公开（相关政策法规另有规定的应从其规定）": after(
        20, W, FORMED, basis=ART_26, is_permanent=True
    ),
    "行政处罚决定形成之日起20个工作日内": after(20, W, "行政处罚决定形成", basis=ART_26),
    "批后公布应在规划批准后20个工作日内向社会公布": after(20, W, "规划批准"),
    "分配结果确定后20个工作日内": after(20, W, "分配结果确定"),
    "自收到申请之日起20个工作日内": after(20, W, "收到申请", basis="《政府信息公开条例》第三十三条"),
    # other numbers
    "7个工作日": after(7, W),
    "20工作日": after(20, W),
    "制作或获取信息之日起7个工作日内": after(7, W, "制作或获取信息"),
    "信息形成或变更之日起7个工作日内": after(7, W, FORMED),
    "信息形成（变更）5个工作日内": after(5, W, FORMED),
    "作出行政决定之日起7个工作日内，法律法规另有规定的从其规定": after(
        7, W, "作出行政决定", basis="国办发〔2018〕118号"
    ),
    "自该信息形成或者变更之日起30日内予以公开,法律法规另有规定的除外。": after(30, D, FORMED),
    "制定或获取信息之日起10个工作日内": after(10, W, "制定或获取信息"),
    "制定或获取文件之日起10个工作日内": after(10, W, "制定或获取文件"),
    "制定或获取指南之日起10个工作日内": after(10, W, "制定或获取指南"),
    "制定或获取扶持政策措施之日起10个工作日内": after(10, W, "制定或获取扶持政策措施"),
    "制定或获取备案政策之日起10个工作日内": after(10, W, "制定或获取备案政策"),
    "制定或获取扶持补贴政策之日起10个工作日内": after(10, W, "制定或获取扶持补贴政策"),
    "制定或获取补贴政策之日起10个工作日内": after(10, W, "制定或获取补贴政策"),
    "收到征地批准文件之日起10个工作日内公开。": after(10, W, "收到征地批准文件"),
    "拟征收土地现状调查结束后5个工作日内，在村公示栏公开。": after(5, W, "拟征收土地现状调查结束"),
    "3个工作日内；长期公开": after(3, W, is_permanent=True),
    "信息形成之日起一个月内": after(1, M, "信息形成"),
    "一周内": after(7, D),
    # calendar days after approval of a budget
    "本级人民代表大会或其常务委员会批准后20日内": after(
        20, D, "本级人民代表大会或其常务委员会批准", basis="《预算法》第十四条"
    ),
    "本级政府财政部门批复后20日内": after(20, D, "本级政府财政部门批复", basis="《预算法》第十四条"),
    "部门预算经本级财政部门批复后20日内公开": after(20, D, "部门预算经本级财政部门批复", basis="《预算法》第十四条"),
    "部门决算经本级财政部门批复后20日内公开": after(20, D, "部门决算经本级财政部门批复", basis="《预算法》第十四条"),
    "批准后20日内": after(20, D, "批准"),
    # combined
    "制定或获取信息之日起10个工作日内，公示7个工作日": after(10, W, "制定或获取信息", display=Term(7, W, "公示")),
    "20个工作日内，公示7个工作日": after(20, W, display=Term(7, W, "公示")),
    "信息形成或者变更之日起20个工作日内予以公开；征求意见期限不得少于30日（后文截断）": after(
        20, W, FORMED, basis=ART_26, display=Term(30, D, "征求意见")
    ),
    "信息形成20个工作日内公开;其中行政许可、行政处罚事项应自作出行政决定之日起7个工作日内公示": after(
        20, W, "信息形成", basis=ART_26, others=LICENCES
    ),
    "信息形成20个工作日内公开;行政许可、行政处罚自决定之日起7个工作日内公示": after(
        20, W, "信息形成", basis=ART_26, others=LICENCES
    ),
    "及时公开，公告期限为5个工作日": at_once(display=Term(5, W, "公告")),
    "及时公开,公告期限为5个（工作日，后文截断）": at_once(display=Term(5, W, "公告")),
    # displayed at least so long
    "批前公示时间不得少于30日": displayed(30, D, "批前公示", basis="《城乡规划法》第二十六条"),
    "公示7个工作日": displayed(7, W, "公示"),
    "公示不少于七日": displayed(7, D, "公示"),
    "公开征求意见不少于30日": displayed(30, D, "公开征求意见", basis="《重大行政决策程序暂行条例》第十五条"),
    "受理公示10个工作日、拟审批公示5个工作日": displayed(10, W, "受理公示", others=(Term(5, W, "拟审批公示"),)),
    # recurring
    "半年至少更新1次": recurring(Recurrence.HALF_YEARLY),
    "每20个工作日更新": recurring(Recurrence.EVERY_N_DAYS, 20, W),
    "每周更新": recurring(Recurrence.EVERY_N_DAYS, 7, D),
    "每半个月更新1次": recurring(Recurrence.EVERY_N_DAYS, 15, D),
    "每年1月31日前": recurring(Recurrence.YEARLY, due=("01-31",)),
    "1月31日之前公布上一年度报告": recurring(Recurrence.YEARLY, due=("01-31",), basis="《政府信息公开条例》第四十九条"),
    "上半年7月15日前、下半年次年1月15日前": recurring(Recurrence.HALF_YEARLY, due=("07-15", "01-15")),
    "每月5日前": recurring(Recurrence.MONTHLY, due=("05",)),
    "每季度结束后15日内": recurring(Recurrence.QUARTERLY, 15, D),
    "每季度公布1次": recurring(Recurrence.QUARTERLY),
    "每学期开学后30日内": recurring(Recurrence.HALF_YEARLY, 30, D, event="开学"),
    # before
    "提前一周发通知邀请": before(7, D),
    "线路调整提前7日": before(7, D, "线路调整"),
    "采购活动开始前30日": before(30, D, "采购活动开始"),
    "会议召开7日前": before(7, D, "会议召开"),
    "停水提前24小时": before(1, D, "停水"),
    # standing, by stage, at once
    "长期公开": TimingRule(TimingKind.CONTINUOUS, 6, M, is_permanent=True),
    "常年公开，每年至少更新1次": TimingRule(TimingKind.CONTINUOUS, 12, M, is_permanent=True),
    "按进展情况及时公开": TimingRule(TimingKind.BY_STAGE),
    "逐段公开，每季度更新": TimingRule(TimingKind.BY_STAGE, recurrence=Recurrence.QUARTERLY),
    "实时公开": at_once(),
    "及时公开": at_once(),
    "随时公开": at_once(),
    "作出决定后及时公开": at_once(event="作出决定"),
    "在实地启动拟征收土地工作时，在村公示栏公开。": at_once(event="实地启动拟征收土地工作"),
    "实时更新，每年至少复核1次": at_once(recurrence=Recurrence.YEARLY),
    # nothing to go by
    "": None,
    "同上": None,
    "同上（20个工作日/7个工作日）": None,
    "按规定时限公开": None,
    "法律法规另有规定的从其规定": None,
    "第20条规定": None,
    "0个工作日": None,
    "99999个工作日": None,
    "13月45日前": None,
    "2020年12月31日前": None,
}


@pytest.mark.parametrize("text", RULES)
def test_parse_timing_reads_rule(text: str) -> None:
    assert parse_timing(text) == RULES[text]


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule])
def test_rule_stored_in_columns_reads_back_equal(rule: TimingRule) -> None:
    columns = to_columns(rule)

    read_back = from_columns(*columns.values())

    assert read_back == rule


@given(st.text(alphabet="0123456789一二十百半每提前后内日月年个工作公示自起信息形成，。（）同上 a", max_size=60))
def test_parse_timing_never_raises_and_never_gives_zero(text: str) -> None:
    rule = parse_timing(text)

    assert rule is None or rule.n is None or rule.n > 0


def test_every_time_limit_of_real_catalogues_is_in_the_table(portal_data: Path) -> None:
    folder = portal_data / "catalogue"
    texts: set[str] = set()
    for name, column in (("standard_catalogue_rows.csv", "公开时限"), ("standard_catalogue_items.csv", "time_limit")):
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            texts |= {row[column] for row in csv.DictReader(file)}

    missing = texts - RULES.keys()

    assert not missing
