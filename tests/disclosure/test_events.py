"""Events: what happened falls due from its day, and a draft makes its own."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from disclosure.enums import ObligationKind, WithholdingGround, WithholdingState
from disclosure.models import CatalogueEntry, DisclosureEvent, Edition, Obligation, Withholding
from disclosure.services import draft, events, oblige, withhold
from disclosure.services.draft import Source
from govportal.models import Agency, AuditEvent, PublicRevision, User
from govportal.permissions import Role
from tests.factories import make_agency, make_member, make_user
from tests.factories.obligations import make_entry, noon
from tests.factories.published import draft_one, publish_edition
from tests.threads import at_once

TODAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
def agency(db: None) -> Agency:
    return make_agency()


@pytest.fixture
def entry(agency: Agency) -> CatalogueEntry:
    return make_entry("信息形成或者变更之日起20个工作日内", agency)


@pytest.fixture
def publisher(agency: Agency) -> User:
    return make_member(Role.PUBLISHER, agency)


def record(entry: CatalogueEntry, agency: Agency, actor: User | None, **values: object) -> DisclosureEvent:
    values = {"title": "县政府常务会议", "occurred_on": TODAY, "at": AT} | values
    return events.record(entry=entry, agency=agency, actor=actor, **values)  # type: ignore[arg-type]


def test_record_makes_its_obligation_from_the_day_it_happened(
    entry: CatalogueEntry, agency: Agency, publisher: User
) -> None:
    before = PublicRevision.objects.count()

    event = record(entry, agency, publisher)

    row = event.obligations.get()
    assert (row.kind, row.period_start, row.due_on) == (ObligationKind.EVENT, TODAY, date(2026, 3, 30))
    assert PublicRevision.objects.count() == before + 1
    trail = AuditEvent.objects.get(action="event.record")
    assert trail.subject_name == f"{entry.code} 2026-03-02"


@pytest.mark.parametrize(
    ("text", "values", "reason"),
    [
        ("每月10日前", {}, "公开时限不从事由起算"),
        ("20个工作日内", {"is_active": False}, "公开事项已停用"),
        ("20个工作日内", {"in_force_on": date(2026, 3, 3)}, "启用（2026-03-03）以前"),
        ("同上", {}, "公开时限没有识别"),
    ],
)
def test_record_refused_with_the_reason(
    agency: Agency, publisher: User, text: str, values: dict[str, object], reason: str
) -> None:
    entry = make_entry(text, agency, **values)  # type: ignore[arg-type]

    with pytest.raises(ValidationError, match=reason):
        record(entry, agency, publisher)

    assert not DisclosureEvent.objects.exists()


def test_record_by_others_or_for_others_or_tomorrow_every_reason(entry: CatalogueEntry, publisher: User) -> None:
    other = make_agency(name="县民政局")

    with pytest.raises(ValidationError) as refused:
        record(entry, other, publisher, occurred_on=date(2026, 3, 3))

    assert refused.value.messages == [
        "县民政局不是这一事项的公开主体。",
        "发生日期不能晚于今天。",
        "您不是本单位的承办人。",
    ]


def test_record_title_too_long_is_refused(entry: CatalogueEntry, agency: Agency, publisher: User) -> None:
    with pytest.raises(ValidationError):
        record(entry, agency, publisher, title="长" * 301)


def test_record_meeting_to_come_due_before_it(agency: Agency, publisher: User) -> None:
    event = record(make_entry("提前7日", agency), agency, publisher, occurred_on=date(2026, 3, 20))

    assert event.obligations.get().due_on == date(2026, 3, 13)


def test_record_by_an_upper_app_once_for_each_source(entry: CatalogueEntry, agency: Agency) -> None:
    first = record(entry, agency, None, source="request:2026-00151")
    second = record(entry, agency, None, source="request:2026-00151")

    assert first == second
    assert Obligation.objects.count() == 1


def test_event_constraint_refuses_a_source_twice(entry: CatalogueEntry, agency: Agency) -> None:
    event = record(entry, agency, None, source="request:1")
    event.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        event.save(force_insert=True)


def test_cancel_takes_out_its_open_obligation(entry: CatalogueEntry, agency: Agency, publisher: User) -> None:
    event = record(entry, agency, publisher)

    events.cancel(event.pk, actor=make_member(Role.APPROVER, agency), at=AT, reason="登记重复")

    row = event.obligations.get()
    assert (row.cancelled_at, row.cancel_reason) == (AT, "登记重复")
    assert not Obligation.objects.open().exists()


def test_cancel_by_a_publisher_without_reason_twice_refused(
    entry: CatalogueEntry, agency: Agency, publisher: User
) -> None:
    event = record(entry, agency, publisher)
    with pytest.raises(ValidationError) as refused:
        events.cancel(event.pk, actor=publisher, at=AT, reason=" ")
    assert refused.value.messages == ["取消事由须由本单位审定人进行。", "须写明取消原因。"]
    approver = make_member(Role.APPROVER, agency)
    events.cancel(event.pk, actor=approver, at=AT, reason="登记重复")

    with pytest.raises(ValidationError, match="已取消"):
        events.cancel(event.pk, actor=approver, at=AT, reason="登记重复")


def test_cancel_after_it_was_met_refused(entry: CatalogueEntry, agency: Agency) -> None:
    edition = draft_one(agency=agency, catalogue_entry=entry)
    publish_edition(edition)
    event = DisclosureEvent.objects.get(item=edition.item)

    with pytest.raises(ValidationError, match="已经履行"):
        events.cancel(event.pk, actor=make_member(Role.APPROVER, agency), at=AT, reason="登记重复")


def test_draft_makes_its_event_from_its_formed_on_day(entry: CatalogueEntry, agency: Agency) -> None:
    edition = draft_one(agency=agency, catalogue_entry=entry)

    event = DisclosureEvent.objects.get(item=edition.item)
    assert (event.occurred_on, event.obligations.get().due_on) == (date(2026, 2, 27), date(2026, 3, 26))


def test_draft_moved_to_another_day_moves_what_is_due(entry: CatalogueEntry, agency: Agency) -> None:
    edition = draft_one(agency=agency, catalogue_entry=entry)
    content = draft.Content(title="公示办法", body="<p>改</p>", formed_on=date(2026, 3, 2))

    draft.edit(edition.pk, content, actor=edition.created_by, at=AT, lock_version=edition.lock_version)

    event = DisclosureEvent.objects.get(item=edition.item)
    assert (event.occurred_on, event.obligations.get().due_on) == (date(2026, 3, 2), date(2026, 3, 30))
    assert AuditEvent.objects.filter(action="event.move").count() == 1


def test_draft_saved_on_the_same_day_moves_nothing(entry: CatalogueEntry, agency: Agency) -> None:
    edition = draft_one(agency=agency, catalogue_entry=entry)
    content = draft.Content(title="公示办法", body="<p>改</p>", formed_on=date(2026, 2, 27))

    draft.edit(edition.pk, content, actor=edition.created_by, at=AT, lock_version=edition.lock_version)

    assert not AuditEvent.objects.filter(action="event.move").exists()


def test_draft_without_a_day_then_with_one_makes_its_event(entry: CatalogueEntry, agency: Agency) -> None:
    edition = draft_one(agency=agency, catalogue_entry=entry, content={"formed_on": None})
    assert not DisclosureEvent.objects.exists()
    content = draft.Content(title="公示办法", body="<p>改</p>", formed_on=date(2026, 3, 2))

    draft.edit(edition.pk, content, actor=edition.created_by, at=AT, lock_version=edition.lock_version)

    assert DisclosureEvent.objects.get().item == edition.item


def test_draft_takes_over_what_an_officer_recorded_for_its_day(
    entry: CatalogueEntry, agency: Agency, publisher: User
) -> None:
    event = record(entry, agency, publisher, occurred_on=date(2026, 2, 27))

    edition = draft_one(agency=agency, catalogue_entry=entry)

    event.refresh_from_db()
    assert event.item == edition.item
    assert Obligation.objects.count() == 1


def test_draft_of_an_agency_that_owes_nothing_or_of_old_makes_no_event(entry: CatalogueEntry) -> None:
    draft_one(catalogue_entry=entry)
    draft_one(agency=entry.agencies.get(), catalogue_entry=entry, content={"formed_on": date(2025, 12, 31)})

    assert not DisclosureEvent.objects.exists()


def test_draft_taken_over_from_an_archive_makes_no_event(
    entry: CatalogueEntry, agency: Agency, publisher: User
) -> None:
    draft_one(agency=agency, catalogue_entry=entry, source=Source("旧系统", "1"))

    assert not DisclosureEvent.objects.exists()


def test_draft_of_a_second_edition_makes_no_event(entry: CatalogueEntry, agency: Agency) -> None:
    edition = draft_one(agency=agency, catalogue_entry=entry, content={"formed_on": None})
    publish_edition(edition)
    content = draft.Content(title="公示办法", body="<p>改</p>", formed_on=date(2026, 3, 2), change_note="改")
    item = type(edition.item).objects.get(pk=edition.item_id)

    second = draft.add_edition(item, content, author=edition.created_by, at=AT)
    draft.edit(second.pk, content, actor=edition.created_by, at=AT, lock_version=0)

    assert not DisclosureEvent.objects.exists()


def test_draft_of_a_penalty_is_due_by_the_term_for_penalties(agency: Agency) -> None:
    entry = make_entry("20个工作日内", agency)
    entry.timing_detail = {"others": [{"n": 7, "unit": "working_day", "matter": "行政许可、行政处罚"}]}
    entry.save()
    extra = {"kind": "penalty"}

    edition = draft_one(
        agency=agency,
        catalogue_entry=entry,
        item_type="enforcement",
        content={"title": "关于某公司的决定", "formed_on": TODAY, "extra": extra},
    )

    assert DisclosureEvent.objects.get(item=edition.item).obligations.get().due_on == date(2026, 3, 11)


def test_draft_withheld_owes_nothing_and_released_falls_due_from_that_day(
    entry: CatalogueEntry, agency: Agency
) -> None:
    edition = draft_one(agency=agency, catalogue_entry=entry)
    approver = make_member(Role.APPROVER, agency)
    withholding = Withholding.objects.create(
        agency=agency,
        edition=edition,
        matter="某事项",
        ground=WithholdingGround.DELIBERATIVE,
        reason="尚在讨论",
        basis="条例第十六条",
        review_on=date(2026, 8, 1),
        proposed_by=edition.created_by,
        proposed_at=AT,
    )

    withhold.put_in_force(withholding, actor=approver, at=AT)

    event = DisclosureEvent.objects.get(item=edition.item)
    assert event.cancelled_at and not Obligation.objects.in_force().exists()
    oblige.generate(TODAY)
    assert not event.obligations.in_force().exists()

    withholding.state = WithholdingState.RELEASED
    withholding.save()
    events.follow_withholding(withholding, actor=approver, at=noon(date(2026, 8, 3)))
    content = draft.Content(title="公示办法", body="<p>改</p>", formed_on=date(2026, 2, 27))
    draft.edit(edition.pk, content, actor=edition.created_by, at=AT, lock_version=edition.lock_version)

    released = DisclosureEvent.objects.get(pk=event.pk)
    assert released.cancelled_at is None
    assert released.obligations.open().get().due_on == date(2026, 8, 31)


def test_record_by_nobody_in_particular_needs_a_role(entry: CatalogueEntry, agency: Agency) -> None:
    assert events.reasons_against(entry, agency, TODAY, make_user(), noon(TODAY)) == ["您不是本单位的承办人。"]


# --- the term by what it is about ------------------------------------------------------------------------


@pytest.fixture
def by_matter(agency: Agency) -> CatalogueEntry:
    """Twenty working days, seven for licences and penalties."""
    entry = make_entry("20个工作日内", agency)
    entry.timing_detail = {"others": [{"n": 7, "unit": "working_day", "matter": "行政许可、行政处罚"}]}
    entry.save()
    return entry


def penalty(entry: CatalogueEntry, agency: Agency) -> Edition:
    content = {"title": "关于某公司的决定", "formed_on": TODAY, "extra": {"kind": "penalty"}}
    return draft_one(agency=agency, catalogue_entry=entry, item_type="enforcement", content=content)


def due(edition: Edition) -> date:
    return Obligation.objects.open().get(event__item=edition.item).due_on


def test_term_of_a_penalty_released_from_withholding(by_matter: CatalogueEntry, agency: Agency) -> None:
    edition = penalty(by_matter, agency)
    approver = make_member(Role.APPROVER, agency)
    withholding = Withholding.objects.create(
        agency=agency, edition=edition, matter="某事项", ground=WithholdingGround.DELIBERATIVE, reason="尚在讨论",
        basis="条例第十六条", review_on=date(2026, 8, 1), proposed_by=edition.created_by, proposed_at=AT,
    )  # fmt: skip
    withhold.put_in_force(withholding, actor=approver, at=AT)

    withholding.state = WithholdingState.RELEASED
    withholding.save()
    events.follow_withholding(withholding, actor=approver, at=AT)

    assert due(edition) == date(2026, 3, 11)


def test_term_of_an_event_that_a_penalty_takes_over(by_matter: CatalogueEntry, agency: Agency, publisher: User) -> None:
    event = record(by_matter, agency, publisher, title="某公司的决定")
    assert event.obligations.get().due_on == date(2026, 3, 30)

    edition = penalty(by_matter, agency)

    assert due(edition) == date(2026, 3, 11)


def test_term_of_a_penalty_that_was_recorded_as_one(by_matter: CatalogueEntry, agency: Agency, publisher: User) -> None:
    record(by_matter, agency, publisher, title="行政处罚", occurred_on=date(2026, 2, 27))

    edition = draft_one(agency=agency, catalogue_entry=by_matter)

    assert due(edition) == date(2026, 3, 9)


def test_term_of_a_draft_that_says_it_is_a_penalty_afterwards(by_matter: CatalogueEntry, agency: Agency) -> None:
    edition = draft_one(agency=agency, catalogue_entry=by_matter, content={"formed_on": TODAY})
    content = draft.Content(title="行政处罚决定", body="<p>改</p>", formed_on=TODAY)

    draft.edit(edition.pk, content, actor=edition.created_by, at=AT, lock_version=edition.lock_version)

    assert due(edition) == date(2026, 3, 11)


def test_term_of_a_penalty_whose_rule_was_understood_later(by_matter: CatalogueEntry, agency: Agency) -> None:
    by_matter.agencies.clear()
    edition = penalty(by_matter, agency)
    by_matter.agencies.add(agency)
    DisclosureEvent.objects.create(
        entry=by_matter, agency=agency, title="决定", occurred_on=TODAY, item=edition.item, recorded_at=AT
    )

    oblige.generate(TODAY)

    assert due(edition) == date(2026, 3, 11)


# --- at one moment ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_record_by_threads_at_once_one_event_for_a_source() -> None:
    agency = make_agency()
    entry = make_entry("20个工作日内", agency)

    outcomes = at_once(lambda: record(entry, agency, None, source="request:1"), times=4)

    assert [type(outcome).__name__ for outcome in outcomes] == ["DisclosureEvent"] * 4, outcomes
    assert (DisclosureEvent.objects.count(), Obligation.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_drafts_by_threads_at_once_one_takes_over_the_event_and_no_other_loses_its_own() -> None:
    agency = make_agency()
    entry = make_entry("20个工作日内", agency)
    publisher = make_member(Role.PUBLISHER, agency)
    event = record(entry, agency, publisher, occurred_on=date(2026, 2, 27))

    outcomes = at_once(lambda: draft_one(agency=agency, catalogue_entry=entry, author=publisher), times=4)

    assert [type(outcome).__name__ for outcome in outcomes] == ["Edition"] * 4, outcomes
    assert DisclosureEvent.objects.filter(item=None).count() == 0
    assert DisclosureEvent.objects.values("item").distinct().count() == 4
    assert AuditEvent.objects.filter(action="event.adopt").get().subject_id == str(event.pk)
