"""规范率、栏目更新、解读同步、应急公开补审、意见征集反馈: what published texts themselves tell."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from disclosure.enums import Audience, ItemState, RecordKind, RelationKind, ReviewStep
from disclosure.models import Edition, Item, Relation
from disclosure.services import draft, publish, review
from disclosure.types import ITEM_TYPES, missing_elements
from evaluation.indicators import AUTOMATIC_INDICATORS
from evaluation.indicators.terms import midnight
from govportal.models import Agency
from govportal.permissions import Role
from tests.evaluation.indicators.reading import AS_OF, EVE, FIRST, HALF_YEAR, LAST, MORROW, days, of
from tests.factories import make_agency, make_edition, make_item, make_member
from tests.factories.obligations import noon
from tests.factories.policies import add_evidence, draft_policy
from tests.factories.published import draft_one, publish_edition, sign_through, signer

pytestmark = pytest.mark.django_db


def publish_on(agency: Agency, day: date, *, edition: dict[str, Any] | None = None, **values: Any) -> Item:
    return make_item(
        agency=agency, edition={"published_on": day, "published_at": noon(day)} | (edition or {}), **values
    )


# --- 规范率 ---------------------------------------------------------------------------------------------------------


def test_items_of_the_period_lack_nothing_or_say_what() -> None:
    agency = make_agency()
    whole = publish_on(agency, FIRST)
    lacking = publish_on(agency, LAST, item_type="normative", edition={"body": "", "formed_on": LAST})
    for day in (EVE, MORROW):
        publish_on(agency, day)
    publish_on(agency, LAST, audience=Audience.INTERNAL)
    publish_on(agency, LAST, state=ItemState.WITHDRAWN)
    make_item(agency=agency, state=ItemState.UNPUBLISHED)
    publish_on(make_agency(), LAST)

    cases = of(agency, "standardisation")

    assert [(case.key, case.fault, case.earned) for case in cases] == [
        (whole.slug, "", 1), (lacking.slug, "缺：正文、文号、施行日期", 0),
    ]  # fmt: skip
    assert [(case.title, case.address) for case in cases] == [
        (whole.index_number, whole.get_absolute_url()), (lacking.index_number, lacking.get_absolute_url()),
    ]  # fmt: skip
    assert of(agency, "standardisation", replace(HALF_YEAR, as_of=date(2026, 6, 29))) == cases[:1]


def test_fault_names_what_missing_elements_finds_in_every_type() -> None:
    agency = make_agency()
    for key in ITEM_TYPES:
        publish_on(agency, LAST, item_type=key, edition={"body": ""})

    faults = {case.key: case.fault for case in of(agency, "standardisation")}

    for item in Item.objects.select_related("current_edition"):
        edition = item.current_edition
        assert edition is not None
        values = {name: getattr(edition, name, item.agency_id) for name in item.type.required}
        missing = missing_elements(item.item_type, values, edition.extra)
        words = faults[item.slug].removeprefix("缺：").split("、")
        assert words[0] == "正文" and len(words) == len(missing), item.item_type
        labels = {str(field.label) for field in item.type.extra if f"extra.{field.key}" in missing}
        assert labels <= set(words), item.item_type


# --- 栏目更新 -------------------------------------------------------------------------------------------------------


def amend(item: Item, day: date) -> None:
    """A second edition, through the review."""
    content = draft.Content(title=item.title, body="<p>改了。</p>", formed_on=FIRST, change_note="更正电话")
    edition = draft.add_edition(item, content, author=make_member(Role.PUBLISHER, item.agency), at=noon(day))
    publish_edition(edition, at=noon(day))


def test_section_is_fresh_by_its_latest_update_when_the_period_ended() -> None:
    agency, stale = make_agency(code="fresh"), make_agency(code="stale")
    publish_on(agency, date(2026, 6, 20), edition={"document_number": "澄府〔2026〕1号"})
    publish_on(agency, MORROW)  # too late for the period
    publish_on(stale, date(2026, 6, 15))
    publish_on(stale, date(2025, 12, 29), item_type="normative")

    assert [(case.key, case.done_on, case.fault) for case in of(agency, "freshness")] == [
        ("home", "2026-06-20", ""), ("notices", "2026-06-20", ""),
    ]  # fmt: skip
    assert [(case.key, case.fault) for case in of(stale, "freshness")] == [
        ("home", "最近更新 2026-06-15，限 14 天，到 6月30日已 15 天"),
        ("news", "最近更新 2026-06-15，限 14 天，到 6月30日已 15 天"),
        ("notices", ""),
        ("documents", "最近更新 2025-12-29，限 6 个月，到 6月30日已 183 天"),
    ]


def test_section_leads_to_the_very_item_that_was_its_last_update() -> None:
    """An amendment as well, one of the same day that came later, and what was taken over by the day of its text."""
    agency = make_agency()
    old = publish_on(agency, date(2026, 2, 1))
    publish_on(agency, LAST, edition={"document_number": "澄府〔2026〕1号"})
    general = publish_on(agency, LAST)
    taken_over = publish_on(agency, date(2026, 3, 1), item_type="interpretation", edition={"published_at": noon(LAST)})
    for day in (date(2026, 2, 28), MORROW):
        publish_on(agency, day, item_type="interpretation")

    assert [(case.title, case.address, case.done_on) for case in of(agency, "freshness")] == [
        (f"首页（{general.index_number}）", general.get_absolute_url(), "2026-06-30"),
        (f"动态要闻（{general.index_number}）", general.get_absolute_url(), "2026-06-30"),
        (f"通知公告（{general.index_number}）", general.get_absolute_url(), "2026-06-30"),
        (f"政策文件（{taken_over.index_number}）", taken_over.get_absolute_url(), "2026-03-01"),
    ]

    amend(old, LAST)

    assert [case.address for case in of(agency, "freshness")] == [
        *[old.get_absolute_url()] * 3, taken_over.get_absolute_url(),
    ]  # fmt: skip


def test_rule_of_sections_names_the_time_of_each() -> None:
    words = str(AUTOMATIC_INDICATORS["freshness"].words)

    assert "首页 14 天、动态要闻 14 天、通知公告 6 个月、政策文件 6 个月" in words


def test_section_is_asked_on_the_day_of_measuring_while_the_period_runs() -> None:
    agency = make_agency()
    publish_on(agency, date(2026, 5, 1))

    for as_of, fault in (
        (date(2026, 5, 15), ""),
        (date(2026, 5, 16), "最近更新 2026-05-01，限 14 天，到 5月16日已 15 天"),
    ):
        case = of(agency, "freshness", replace(HALF_YEAR, as_of=as_of))[0]
        assert (case.fault, case.earned) == (fault, int(not fault))


def test_section_is_updated_by_public_texts_alone_and_by_amendments() -> None:
    agency = make_agency()
    old = publish_on(agency, date(2026, 2, 1))
    for values in ({"audience": Audience.INTERNAL}, {"state": ItemState.WITHDRAWN}):
        publish_on(agency, LAST, **values)
    # Taken over from another system long after it was public.
    publish_on(agency, date(2026, 3, 1), edition={"published_at": noon(LAST)})
    assert {case.done_on for case in of(agency, "freshness")} == {"2026-03-01"}

    amend(old, LAST)
    amend(old, MORROW)

    assert {case.done_on for case in of(agency, "freshness")} == {"2026-06-30"}


# --- 解读同步 -------------------------------------------------------------------------------------------------------


def explain(policy: Item, day: date, **values: Any) -> Relation:
    source = publish_on(policy.agency, day, item_type="interpretation", **values)
    return Relation.objects.create(source=source, kind=RelationKind.INTERPRETS, target=policy)


def state_in_a_draft(relation: Relation) -> None:
    """As it is while nobody has published the edition that says so."""
    relation.since_edition = make_edition(relation.source, is_published=False)
    relation.save()


def test_policies_are_explained_on_the_day_they_are_published() -> None:
    agency = make_agency()
    together, before, late, never, stated = (publish_on(agency, LAST, item_type="normative") for _n in range(5))
    for day in (EVE, MORROW):
        publish_on(agency, day, item_type="normative")
    for values in ({"audience": Audience.INTERNAL}, {"state": ItemState.WITHDRAWN}):
        publish_on(agency, LAST, item_type="normative", **values)
    publish_on(agency, LAST)  # of a type that needs none
    explain(together, MORROW)
    explain(together, LAST)
    state_in_a_draft(explain(together, FIRST))
    explain(before, FIRST)
    explain(late, MORROW)
    for values in ({"audience": Audience.INTERNAL}, {"state": ItemState.WITHDRAWN}):
        explain(never, LAST, **values)
    Relation.objects.create(source=publish_on(agency, LAST), kind=RelationKind.CORRECTS, target=never)
    state_in_a_draft(explain(stated, LAST))

    cases = of(agency, "interpretations_together")

    assert days(cases) == [
        ("06-30", "06-30", 1), ("06-30", "01-01", 1), ("06-30", "07-01", 0), ("06-30", "", 0), ("06-30", "", 0),
    ]  # fmt: skip
    assert cases[0].address == together.get_absolute_url()
    explain(publish_on(agency, FIRST, item_type="normative"), LAST)
    assert days(of(agency, "interpretations_together"))[0] == ("01-01", "06-30", 0)
    assert days(of(agency, "interpretations_together", replace(HALF_YEAR, as_of=FIRST))) == [("01-01", "", 0)]


# --- 应急公开补审 ---------------------------------------------------------------------------------------------------


def emergency(day: date, edition: Edition | None = None, at: datetime | None = None, **values: Any) -> Edition:
    edition = edition or draft_one(content={"title": "暴雨红色预警", "formed_on": EVE}, **values)
    approver = make_member(Role.APPROVER, edition.item.agency)
    publish.publish_in_emergency(edition.pk, actor=approver, at=at or noon(day), reason="汛情紧急，须立即告知群众转移")
    return Edition.objects.select_related("item__agency").get(pk=edition.pk)


def make_good(edition: Edition, day: date) -> None:
    while step := review.step_afterwards(edition):
        review.sign_afterwards(edition.pk, actor=signer(step, edition.item.agency), at=noon(day))


def test_emergencies_are_made_good_in_their_term_or_say_what_is_owed() -> None:
    agency = make_agency()
    good, late, never = (emergency(date(2026, 3, n), agency=agency) for n in (2, 3, 4))
    for day in (EVE, MORROW):
        emergency(day, agency=agency)
    publish_on(agency, LAST)  # with its review beforehand
    emergency(MORROW, agency=agency, at=midnight(MORROW))
    first = emergency(FIRST, agency=agency, at=midnight(FIRST))
    make_good(first, FIRST)
    emergency(LAST, agency=agency, audience=Audience.INTERNAL)
    assert good.review_due_on and late.review_due_on
    make_good(good, good.review_due_on)
    make_good(late, late.review_due_on + timedelta(days=1))

    cases = of(agency, "emergency_reviewed")

    owed = [str(step.label) for step in never.steps if step != ReviewStep.APPROVAL]
    assert [case.fault for case in cases] == ["", "", f"逾期补审：{'、'.join(owed)}", f"未补：{'、'.join(owed)}"]
    assert [case.earned for case in cases] == [1, 1, 0, 0]
    assert (cases[1].title, cases[1].address) == (good.item.index_number, good.item.get_absolute_url())


def test_emergency_whose_term_runs_is_no_case_and_a_withdrawn_one_has_no_address() -> None:
    agency = make_agency()
    edition = emergency(date(2026, 3, 4), agency=agency)
    assert edition.review_due_on
    running = replace(HALF_YEAR, as_of=edition.review_due_on)
    assert of(agency, "emergency_reviewed", running) == []
    make_good(edition, edition.review_due_on + timedelta(days=2))
    [case] = of(agency, "emergency_reviewed", replace(running, as_of=edition.review_due_on + timedelta(days=1)))
    assert case.fault.startswith("未补")
    still_owed = replace(HALF_YEAR, as_of=edition.review_due_on + timedelta(days=2))
    Item.objects.filter(pk=edition.item_id).update(state=ItemState.WITHDRAWN)

    [case] = of(agency, "emergency_reviewed", still_owed)

    assert case.fault.startswith("逾期补审") and case.address == "" and case.title == "应急公开的信息（已撤回）"


def test_signature_that_was_void_before_an_emergency_is_none() -> None:
    agency = make_agency()
    edition = draft_one(content={"title": "暴雨红色预警", "formed_on": EVE}, agency=agency)
    at = noon(date(2026, 3, 3))
    edition = sign_through(edition, until=ReviewStep.SECRECY, at=at)
    review.recall(edition.pk, actor=edition.last_edited_by, at=at)
    emergency(date(2026, 3, 4), edition)

    [case] = of(agency, "emergency_reviewed")
    assert case.fault.startswith("未补：保密审查")


def test_emergency_policy_owes_its_records_and_its_interpretation() -> None:
    agency = make_agency()
    policy = draft_policy(agency, has_meeting=False)
    edition = emergency(date(2026, 3, 4), policy)
    make_good(edition, date(2026, 3, 4))
    assert [case.fault for case in of(agency, "emergency_reviewed")] == ["未补：会议记录、政策解读"]

    add_evidence(edition, RecordKind.MEETING)
    explain(edition.item, AS_OF, audience=Audience.INTERNAL)
    Relation.objects.create(source=publish_on(agency, AS_OF), kind=RelationKind.CORRECTS, target=edition.item)
    state_in_a_draft(explain(edition.item, AS_OF))
    assert [case.fault for case in of(agency, "emergency_reviewed")] == ["未补：政策解读"]
    explain(edition.item, AS_OF)

    assert [case.fault for case in of(agency, "emergency_reviewed")] == [""]


# --- 意见征集反馈 ---------------------------------------------------------------------------------------------------


def consult(agency: Agency, outcome_by: date | str, told_on: date | None = None, **values: Any) -> Item:
    extra = {"opens_on": "2025-11-01", "closes_on": "2025-12-01", "outcome_by": str(outcome_by)}
    edition = {"extra": extra, "title": "关于公交线路的意见征集"}
    item = publish_on(agency, date(2025, 11, 1), item_type="consultation", edition=edition, **values)
    if told_on:
        source = publish_on(agency, told_on)
        Relation.objects.create(source=source, kind=RelationKind.OUTCOME_OF, target=item)
    return item


def test_consultations_tell_their_outcome_by_the_day_they_promised() -> None:
    agency = make_agency()
    first = consult(agency, FIRST, EVE)
    consult(agency, LAST, MORROW)
    consult(agency, LAST)
    consult(agency, EVE, EVE)
    consult(agency, MORROW, LAST)
    consult(agency, "2026-02-30")
    consult(agency, LAST, LAST, state=ItemState.WITHDRAWN)
    consult(agency, LAST, LAST, audience=Audience.INTERNAL)

    cases = of(agency, "consultations_answered")

    assert days(cases) == [("01-01", "12-31", 1), ("06-30", "07-01", 0), ("06-30", "", 0)]
    assert (cases[0].title, cases[0].address) == (first.index_number, first.get_absolute_url())
    assert days(of(agency, "consultations_answered", replace(HALF_YEAR, as_of=LAST))) == [("01-01", "12-31", 1)]
    consult(agency, FIRST, LAST)
    before = replace(HALF_YEAR, as_of=date(2026, 6, 29))
    assert days(of(agency, "consultations_answered", before)) == [("01-01", "12-31", 1), ("01-01", "", 0)]
