"""意见征集: what may be sent to review, what tells its outcome, what its page says, and the facts read from it."""

import hashlib
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from disclosure.consultations import Outcome, Stage, situation
from disclosure.enums import Audience, EditionAction, ItemState, RelationKind
from disclosure.models import Edition, Item, Relation
from disclosure.services import draft, relate, review
from disclosure.services.demo_texts import FOLDER, load_items
from govportal.now import now, today
from govportal.permissions import Role
from tests.disclosure.admin.drafts import NEW, place, signed_in, typed
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_edition, make_item, make_member
from tests.factories.published import AT, draft_one, publish_edition, publish_one, reread
from tests.markup import faults

OUTCOME_OF = RelationKind.OUTCOME_OF


def extra_of(opens_on: date, *, days: int = 30, outcome_after: int = 60) -> dict[str, Any]:
    after = {"opens_on": 0, "closes_on": days, "outcome_by": outcome_after}
    return {key: (opens_on + timedelta(days=n)).isoformat() for key, n in after.items()} | {"way": ["寄到人民路1号"]}


def make_consultation(opened_before: int = 0, **values: Any) -> Item:
    """One of 30 days, begun so many days ago, whose outcome is promised 60 days after its beginning."""
    extra = extra_of(today() - timedelta(days=opened_before))
    edition = {"title": "票价方案", "extra": extra} | values.pop("edition", {})
    return make_item(item_type="consultation", edition=edition, **values)


def answer(consultation: Item, on: date, title: str = "采纳情况", **values: Any) -> Item:
    outcome = make_item(edition={"title": title, "published_on": on}, **values)
    Relation.objects.create(source=outcome, kind=OUTCOME_OF, target=consultation)
    return outcome


def page_of(item: Item) -> str:
    return text_of(Client().get(item.get_absolute_url()))


# --- before review -------------------------------------------------------------------------------------------


def reasons(edition: Edition) -> str:
    return "".join(review.reasons_against(reread(edition), EditionAction.SUBMIT, edition.created_by, at=AT))


@pytest.mark.django_db
def test_submit_asks_for_days_in_order_and_before_they_have_passed() -> None:
    day = AT.date()
    cases = [
        (extra_of(day), ""),
        (extra_of(day, days=29), "少于30日的须写明理由"),
        (extra_of(day, days=29) | {"short_reason": "汛期将至"}, ""),
        (extra_of(day - timedelta(days=31)), "征求意见截止日期 2026-03-01 已经过了"),
        ({"way": ["来信"]}, "缺少必备要素：征求意见开始日期、征求意见截止日期、采纳情况公布期限"),
    ]

    for extra, words in cases:
        edition = draft_one(item_type="consultation", content={"extra": extra})
        found = reasons(edition)
        assert words in found and bool(words) == bool(found), (extra, found)


@pytest.mark.django_db
def test_promise_that_was_not_kept_is_not_put_off() -> None:
    edition = draft_one(item_type="consultation", content={"extra": extra_of(AT.date())})
    publish_edition(edition)
    later = AT + timedelta(days=61)
    words: dict[str, Any] = {"title": "票价方案", "body": "<p>改</p>", "change_note": "改"}
    content = draft.Content(**words, extra=extra_of(AT.date(), outcome_after=90))
    second = draft.add_edition(Item.objects.get(pk=edition.item_id), content, author=edition.created_by, at=later)

    in_time = review.reasons_against(
        reread(second), EditionAction.SUBMIT, edition.created_by, at=AT + timedelta(days=60)
    )
    too_late = review.reasons_against(reread(second), EditionAction.SUBMIT, edition.created_by, at=later)

    assert in_time == [] and too_late == ["采纳情况公布期限 2026-05-01 已经过了，不能再往后改。"]


# --- what tells the outcome ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_only_a_consultation_has_an_outcome() -> None:
    agency = make_agency()
    edition = draft_one(agency=agency)
    other = make_item(agency=agency)
    asked = make_consultation(agency=agency)

    with pytest.raises(ValidationError, match="不是意见征集，不能作为它的采纳情况公布"):
        relate.relate(edition.item, OUTCOME_OF, other, actor=edition.created_by)
    relate.relate(edition.item, OUTCOME_OF, asked, actor=edition.created_by, edition=edition)

    assert list(Relation.objects.values_list("kind", "target")) == [("outcome_of", asked.pk)]


@pytest.mark.django_db
def test_outcome_is_stated_while_drafting() -> None:
    agency = make_agency(parent=make_agency())
    client = signed_in(make_member(Role.PUBLISHER, agency))
    asked, rule = make_consultation(agency=agency), make_item(agency=agency, edition={"title": "票价方案实施细则"})
    foreign = make_consultation(edition={"title": "外单位的方案"})

    for way in (asked.index_number, "票价方案"):  # a part of the title of the rule as well, which is not meant
        client.post(NEW, place(agency) | typed(**{"relate-outcome_of": way}))
    wrong = client.post(NEW, place(agency) | typed(**{"relate-outcome_of": rule.title})).content.decode()
    unknown = client.post(NEW, place(agency) | typed(**{"relate-outcome_of": foreign.index_number})).content.decode()
    offered = client.get(NEW, {"item_type": "general", "audience": "public", "entry": ""}).content.decode()

    assert list(Relation.objects.values_list("kind", "target")) == [("outcome_of", asked.pk)] * 2
    assert "不是意见征集" in wrong and 'id="id_relate-outcome_of_error"' in wrong and rule.title in wrong
    assert "没有找到" in unknown
    assert f'<datalist id="consultations"><option value="{asked.index_number} 票价方案"></datalist>' in offered


# --- the pages -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_page_says_how_it_stands() -> None:
    told = {
        -1: "即将征求意见", 0: "正在征求意见", 30: "正在征求意见", 31: "征求意见已经结束，尚未公布采纳情况",
        60: "征求意见已经结束，尚未公布采纳情况", 61: "采纳情况逾期未公布",
    }  # fmt: skip

    for opened_before, words in told.items():
        text = page_of(make_consultation(opened_before))
        assert f"<h2>{words}</h2>" in text, opened_before
        assert ("前公布采纳情况，还没有公布。" in text) == (opened_before == 61) and not faults(text)


@pytest.mark.django_db
def test_outcome_stands_on_both_pages_and_its_lateness_on_the_first() -> None:
    on_time, late = make_consultation(70), make_consultation(70)
    first, second = answer(on_time, today() - timedelta(days=10)), answer(late, today() - timedelta(days=9))

    texts = [page_of(on_time), page_of(late)]

    for text, outcome in zip(texts, (first, second), strict=True):
        assert "<h2>采纳情况已经公布</h2>" in text and "意见采纳情况</h3>" in text
        assert text.count(f'href="{outcome.get_absolute_url()}"') == 2
    assert ["实际公布晚于这一天" in text for text in texts] == [False, True]
    assert "征求意见的公告" in page_of(first) and on_time.get_absolute_url() in page_of(first)


@pytest.mark.django_db
def test_withdrawn_outcome_tells_nothing() -> None:
    asked = make_consultation(70)
    answer(asked, today(), state=ItemState.WITHDRAWN)

    assert "采纳情况逾期未公布" in page_of(asked)


@pytest.mark.django_db
def test_consultation_without_days_says_nothing_of_them() -> None:
    asked = make_consultation(edition={"extra": {"opens_on": "春天", "closes_on": ["2026-01-01"]}})

    text = page_of(asked)

    assert "征求意见的时间" not in text and "春天" in text


# --- the facts that an indicator reads -----------------------------------------------------------------------


@pytest.mark.django_db
def test_consultations_carry_what_was_promised_and_what_was_kept(django_assert_num_queries: Any) -> None:
    promised = today() - timedelta(days=10)
    cases = {"none": make_consultation(70), "kept": make_consultation(70), "two": make_consultation(70)}
    cases |= {"withdrawn": make_consultation(70), "inside": make_consultation(70), "drafted": make_consultation(70)}
    answer(cases["kept"], promised)
    answer(cases["two"], today())
    answer(cases["two"], promised + timedelta(days=1))
    answer(cases["withdrawn"], promised, state=ItemState.WITHDRAWN)
    answer(cases["inside"], promised, audience=Audience.INTERNAL)
    drafted = draft_one()
    Relation.objects.create(source=drafted.item, kind=OUTCOME_OF, target=cases["drafted"], since_edition=drafted)
    broken = make_consultation(edition={"extra": {"outcome_by": "2026-02-31"}})
    make_item()

    with django_assert_num_queries(1):
        rows = Item.objects.consultations().values_list("pk", "agency", "slug", "title", "outcome_by", "outcome_on")
        found = {row[0]: row[-2:] for row in rows}

    kept = {"kept": promised, "two": promised + timedelta(days=1)}
    assert found == {one.pk: (promised, kept.get(name)) for name, one in cases.items()} | {broken.pk: (None, None)}
    real = Item.objects.consultations().exclude(pk=broken.pk)
    assert real.filter(outcome_by__lt=today(), outcome_on=None).count() == 4
    assert not real.filter(outcome_by__lt=promised).exists()


@pytest.mark.django_db
def test_outcome_that_a_later_edition_names_counts_from_that_edition() -> None:
    asked = make_consultation(70)
    old = make_item(edition={"published_on": today() - timedelta(days=300)})
    edition = make_edition(old, title="增补采纳情况", change_note="增补", published_at=now())
    Relation.objects.create(source=old, kind=OUTCOME_OF, target=asked, since_edition=edition)

    row = Item.objects.consultations().get()

    assert row.outcome_on == today()
    assert "实际公布晚于这一天" in page_of(asked)


@pytest.mark.django_db
def test_published_outcome_is_found_through_the_services() -> None:
    agency = make_agency()
    asked = publish_one(agency=agency, item_type="consultation", content={"extra": extra_of(AT.date())})
    edition = draft_one(agency=agency, author=make_member(Role.PUBLISHER, agency), content={"title": "采纳情况"})
    relate.relate(edition.item, OUTCOME_OF, asked, actor=edition.created_by, edition=edition)
    before = Item.objects.consultations().get()
    publish_edition(edition, at=AT + timedelta(days=40))

    after = Item.objects.consultations().get()

    days = [(row.outcome_by, row.outcome_on) for row in (before, after)]
    assert days == [(date(2026, 5, 1), None), (date(2026, 5, 1), date(2026, 4, 11))]


# --- the demo ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("on", [date(2026, 11, 5), date(2026, 11, 30)])
def test_demo_has_every_situation_of_a_consultation(on: date) -> None:
    raw = list(load_items(on))
    told = {row["to"]: one for one in raw for row in one.get("relations", []) if row["kind"] == OUTCOME_OF}
    seen: Counter[str] = Counter()
    due = set()
    for one in (one for one in raw if one["type"] == "consultation"):
        outcome = told.get(one["key"])
        edition = Edition(item=Item(item_type="consultation"), extra=one["extra"])
        outcomes = [Outcome(edition.item, outcome["published_on"])] if outcome else []
        at = situation(edition, outcomes, on)
        assert at and at.opens_on >= one["published_on"], one["key"]
        seen[f"{at.stage}{' late' * at.is_late}"] += 1
        seen["short"] += "short_reason" in one["extra"]
        due.add(f"{at.outcome_by.year}-H{1 if at.outcome_by.month < 7 else 2}")
        seen[one["agency"]] += 1

    stages = {Stage.OPEN, Stage.WAITING, Stage.OVERDUE, Stage.ANSWERED, "answered late", "short"}
    assert stages <= set(seen) and seen["short"] and {"2025-H1", "2025-H2", "2026-H1"} <= due
    assert len([key for key in seen if key.startswith("CM-")]) >= 3


def test_demo_has_every_kind_of_result_and_their_digests_are_those_of_the_data() -> None:
    raw = [one for one in load_items(date(2026, 11, 30)) if one["type"] == "evaluation_result"]

    assert {one["extra"]["kind"] for one in raw} == {"score", "survey", "accountability"}
    for one in raw:
        files = [hashlib.sha256((FOLDER / row["file"]).read_bytes()).hexdigest() for row in one.get("attachments", [])]
        assert files == [one["extra"][key] for key in ("digest",) if key in one["extra"]], one["key"]
