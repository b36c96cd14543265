"""Triggers, measures and procedure as data: whole, and as the source has them."""

from collections import Counter
from datetime import date
from itertools import product

from evaluation.accountability_enums import (
    AGENCY_MEASURES,
    REFERRING_MEASURES,
    CaseAction,
    CaseState,
    Measure,
    MeasureForm,
    Part,
    TriggerGroup,
)
from evaluation.accountability_rules import (
    CLAUSES,
    FORMS,
    MEASURES,
    Clause,
    clauses_on,
    correction_days,
    person_words,
)
from evaluation.accountability_standing import Standing, poor_both_years, standings_from
from evaluation.accountability_workflow import next_case_state

A, S = CaseAction, CaseState
# By state what can be done; "" where it stays.
TABLE = {
    S.OPENED: {
        A.AMEND: "", A.NAME: "", A.STRIKE: "", A.NOTIFY: "", A.HEAR: "", A.WAIVE: "", A.DIVIDE: "", A.WITHDRAW: "",
        A.DELIVER: "", A.CONCLUDE: S.HEARD, A.DROP: S.DROPPED,
    },
    S.HEARD: {
        A.DIVIDE: "", A.DELIVER: "", A.WITHDRAW: S.OPENED, A.REOPEN: S.OPENED, A.DECIDE: S.DECIDED,
        A.DROP: S.DROPPED,
    },
    S.DECIDED: {
        A.ORDER: "", A.REFER: "", A.DELIVER: "", A.SUMMARISE: "", A.REPORT: S.CORRECTED, A.RECEIVE: S.CORRECTED,
    },
    S.CORRECTED: {A.REFER: "", A.DELIVER: "", A.SUMMARISE: "", A.RETURN: S.DECIDED, A.VERIFY: S.CLOSED},
    S.CLOSED: {A.DELIVER: "", A.SUMMARISE: ""},
    S.DROPPED: {A.DELIVER: ""},
}  # fmt: skip


def test_every_action_leads_from_every_state_where_the_table_says() -> None:
    for state, action in product(CaseState, CaseAction):
        expected = TABLE[state].get(action)
        assert next_case_state(state, action) == (state if expected == "" else expected), (state, action)


def test_clauses_are_those_of_articles_five_to_nine() -> None:
    counted = Counter(clause.group for clause in CLAUSES.values())

    assert [counted[group] for group in TriggerGroup] == [4, 4, 3, 2, 5]
    assert [clause.article for clause in CLAUSES.values() if clause.group == TriggerGroup.NOT_REPORTED] == [
        "第八条第（一）项", "第八条第（二）项",
    ]  # fmt: skip
    assert len({clause.article for clause in CLAUSES.values()}) == 18
    assert all(clause.words and len(clause.words) <= 200 and len(clause.basis) <= 120 for clause in CLAUSES.values())
    assert clauses_on(date(2026, 11, 30)) == list(CLAUSES.values())


def test_a_clause_holds_on_its_days_alone() -> None:
    clause = Clause(
        key="a.b", group=TriggerGroup.DEFECTIVE, article="第一条", words="甲", document="《新办法》",
        from_on=date(2027, 1, 1), until_on=date(2027, 12, 31),
    )  # fmt: skip

    days = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 12, 31), date(2028, 1, 1)]
    assert [clause.applies(day) for day in days] == [False, True, True, False]
    assert clause.basis == "《新办法》第一条"


def test_measures_say_what_they_mean_for_whom() -> None:
    assert set(MEASURES) == set(Measure)
    assert {one for one, rule in MEASURES.items() if rule.agency_part} == set(AGENCY_MEASURES)
    assert {one for one, rule in MEASURES.items() if rule.refers_to} == set(REFERRING_MEASURES)
    assert [one for one, rule in MEASURES.items() if rule.bars_agency] == [Measure.CIRCULAR]
    # Of persons the article says so in 第（二）项 alone.
    assert {one for one, rule in MEASURES.items() if rule.bars_person} == {Measure.CRITICISM}
    assert all("评优" in rule.person_part for rule in MEASURES.values() if rule.bars_person)
    # Of two things named in one sentence the decision says which.
    assert {one for one, rule in MEASURES.items() if "或者" in rule.person_part} == set(FORMS)
    assert [form for forms in FORMS.values() for form in forms] == list(MeasureForm)
    assert all("或者" not in words for rule in MEASURES.values() for words in rule.forms.values())
    assert person_words("circular", "training") == "离岗培训3个月" and person_words("circular", "").count("或者") == 1
    assert Part.UNDERTAKER not in MEASURES[Measure.TALK].parts
    assert [one for one, rule in MEASURES.items() if not rule.is_verified] == [Measure.TALK]
    assert [correction_days(one) for one in ("", *AGENCY_MEASURES)] == [10, 10, 15, 20]


def test_two_years_in_a_row_are_flagged_and_one_bars() -> None:
    poor = [(1, 2025), (1, 2026), (2, 2024), (2, 2026), (3, 2025)]

    assert poor_both_years(poor, 2026) == {1}
    assert poor_both_years(poor, 2025) == set()
    assert standings_from(poor, [(4, "责任追究〔2026〕2号"), (1, "责任追究〔2026〕1号")], 2026) == {
        1: Standing(True, True, ("责任追究〔2026〕1号",)),
        2: Standing(False, True),
        4: Standing(False, False, ("责任追究〔2026〕2号",)),
    }
