"""Drafting, publishing and closing: one transaction, no shortcut, numbers without races."""

from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from disclosure.enums import (
    Audience,
    EditionAction,
    EditionState,
    ItemAction,
    ItemState,
    LogKind,
    RelationKind,
    ReviewStep,
)
from disclosure.models import Edition, Item, LogEntry, Relation
from disclosure.search import search
from disclosure.services import close, draft, publish, relate, review
from disclosure.services.index_number import allocate, slug_for, validate_pattern
from disclosure.services.verify_log import verify
from govportal.models import Agency, AuditEvent, PublicRevision, SiteProfile, User
from govportal.permissions import Role
from tests.factories import make_agency, make_item, make_member, make_user
from tests.factories.published import AT, publish_edition, publish_one, sign_through, signer
from tests.threads import at_once


def make_draft(agency: Agency, author: User | None = None, **content: object) -> Item:
    values = {"title": "关于公布村级公益事业的通知", "body": "<p>正文。</p>", "formed_on": date(2026, 2, 27)} | content
    return draft.create_item(
        draft.Content(**values),  # type: ignore[arg-type]
        agency=agency,
        item_type="general",
        author=author or make_member(Role.PUBLISHER, agency),
        at=AT,
    )


def edition_of(item: Item) -> Edition:
    return item.editions.select_related("item__agency").latest("number")


@pytest.mark.django_db
def test_publish_seals_logs_indexes_and_raises_the_revision_together() -> None:
    agency = make_agency(level="township")
    edition = sign_through(edition_of(make_draft(agency)))
    before = PublicRevision.objects.count()

    entry = publish.publish(edition.pk, actor=signer(ReviewStep.APPROVAL, agency), at=AT)

    item = Item.objects.get(pk=edition.item_id)
    assert (item.state, item.title, item.year, item.level) == (
        ItemState.LIVE,
        "关于公布村级公益事业的通知",
        2026,
        "township",
    )
    assert (entry.kind, entry.content_digest) == (LogKind.PUBLISH, Edition.objects.get(pk=edition.pk).digest)
    assert list(search("村级公益事业", Item.objects.all())) == [item]
    assert PublicRevision.objects.count() > before
    assert AuditEvent.objects.filter(action="item.publish", subject_id=str(item.pk)).count() == 1


@pytest.mark.django_db
def test_publish_by_the_author_of_what_others_approved_passes() -> None:
    """The publisher carries out what was decided: pressing the button is no decision."""
    agency = make_agency()
    author = make_member(Role.PUBLISHER, agency)
    edition = sign_through(edition_of(make_draft(agency, author)))

    entry = publish.publish(edition.pk, actor=author, at=AT)

    assert entry.kind == LogKind.PUBLISH


@pytest.mark.django_db
def test_publish_by_the_author_without_approval_is_refused_whatever_roles_he_holds() -> None:
    agency = make_agency()
    both = make_member(Role.APPROVER, agency, user=make_member(Role.PUBLISHER, agency))
    item = make_draft(agency, both)

    with pytest.raises(ValidationError, match="不能立即公开"):
        publish.publish(edition_of(item).pk, actor=both, at=AT)

    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("is_superuser", [False, True])
@pytest.mark.django_db
def test_publish_without_the_role_is_refused_superuser_included(*, is_superuser: bool) -> None:
    edition = sign_through(edition_of(make_draft(make_agency())))

    with pytest.raises(ValidationError, match="没有“立即公开”的角色"):
        publish.publish(edition.pk, actor=make_user(is_superuser=is_superuser), at=AT)

    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("role", [Role.APPROVER, Role.PUBLISHER])
@pytest.mark.django_db
def test_publish_by_somebody_of_another_agency_is_refused(role: Role) -> None:
    edition = sign_through(edition_of(make_draft(make_agency())))

    with pytest.raises(ValidationError, match="没有“立即公开”的角色"):
        publish.publish(edition.pk, actor=make_member(role), at=AT)


@pytest.mark.django_db
def test_submit_and_emergency_publish_of_an_empty_body_are_refused_with_their_reason() -> None:
    agency = make_agency()
    item = make_draft(agency, body="<p> </p>")
    edition = edition_of(item)

    with pytest.raises(ValidationError, match="缺少必备要素：正文"):
        review.submit(edition.pk, actor=item.created_by, at=AT)
    with pytest.raises(ValidationError, match="缺少必备要素：正文"):
        publish.publish_in_emergency(edition.pk, actor=make_member(Role.APPROVER, agency), at=AT, reason="汛情")


@pytest.mark.django_db
def test_migrate_without_reason_or_right_is_refused() -> None:
    item = make_draft(make_agency())

    with pytest.raises(PermissionDenied):
        publish.migrate(item.pk, actor=make_user(), at=AT, reason="迁入", published_on=date(2020, 1, 2))
    with pytest.raises(ValidationError, match="理由"):
        publish.migrate(item.pk, actor=make_user(is_superuser=True), at=AT, reason=" ", published_on=date(2020, 1, 2))


@pytest.mark.django_db
def test_migrate_of_a_second_edition_is_refused() -> None:
    """The archive is taken over once; what changes here goes through the review."""
    item = publish_one()
    content = draft.Content(title="二", body="<p>二</p>", change_note="改")
    draft.add_edition(item, content, author=item.created_by, at=AT)
    root = make_user(is_superuser=True)

    with pytest.raises(ValidationError, match="已经公开过"):
        publish.migrate(item.pk, actor=root, at=AT, reason="迁入", published_on=date(2020, 1, 2))

    assert LogEntry.objects.count() == 1


@pytest.mark.django_db
def test_add_edition_needs_a_change_note_and_amends_in_the_log() -> None:
    agency = make_agency()
    author = make_member(Role.PUBLISHER, agency)
    item = publish_one(agency=agency, author=author)
    changed = draft.Content(title="通知", body="<p>公示期由五个工作日延长为七个工作日。</p>")

    with pytest.raises(ValidationError, match="修改说明"):
        draft.add_edition(item, changed, author=author, at=AT)
    draft.add_edition(item, draft.Content(title="通知", body="<p>七</p>", change_note="延长"), author=author, at=AT)
    entry = publish_edition(edition_of(item))

    assert (entry.kind, entry.edition_number) == (LogKind.AMEND, 2)
    assert [edition.number for edition in item.editions.all()] == [1, 2]
    assert list(search("五个工作日", Item.objects.all())) == []


@pytest.mark.django_db
def test_add_edition_while_one_is_open_is_refused() -> None:
    agency = make_agency()
    item = make_draft(agency)

    with pytest.raises(ValidationError, match="未公开的版本"):
        draft.add_edition(item, draft.Content(title="二", change_note="改"), author=item.created_by, at=AT)


def closing(action: ItemAction, **values: object) -> close.Closing:
    texts = {"ground": "内容有误", "basis": "条例第六条", "explanation": "重新核对后另行公开。"} | values
    return close.Closing(action=action, **texts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("action", "state", "kind", "is_found"),
    [
        (ItemAction.WITHDRAW, ItemState.WITHDRAWN, LogKind.WITHDRAW, False),
        (ItemAction.TERMINATE, ItemState.TERMINATED, LogKind.TERMINATE, False),
        (ItemAction.VOID, ItemState.VOID, LogKind.VOID, True),
        (ItemAction.EXPIRE, ItemState.EXPIRED, LogKind.EXPIRE, True),
        (ItemAction.PARTLY_VOID, ItemState.PARTLY_VOID, LogKind.PARTLY_VOID, True),
    ],
)
@pytest.mark.django_db
def test_close_appends_one_entry_and_settles_search(
    action: ItemAction, state: ItemState, kind: LogKind, *, is_found: bool
) -> None:
    agency = make_agency()
    item = publish_one(agency=agency, content={"title": "关于公布村级公益事业的通知"})

    close.close(item.pk, closing(action), actor=signer(ReviewStep.APPROVAL, agency), asked_by=item.created_by, at=AT)

    item.refresh_from_db()
    assert item.state == state
    assert [entry.kind for entry in LogEntry.objects.order_by("sequence")] == [LogKind.PUBLISH, kind]
    assert (item in search("公益事业", Item.objects.all())) is is_found
    assert verify().is_intact


@pytest.mark.parametrize("missing", ["ground", "basis", "explanation"])
@pytest.mark.django_db
def test_close_without_ground_basis_or_explanation_is_refused(missing: str) -> None:
    agency = make_agency()
    item = make_item(agency=agency)

    with pytest.raises(ValidationError, match="事由、依据和说明"):
        close.close(
            item.pk,
            closing(ItemAction.WITHDRAW, **{missing: " "}),
            actor=make_member(Role.APPROVER, agency),
            asked_by=item.created_by,
            at=AT,
        )


@pytest.mark.parametrize(
    "values", [{"audience": Audience.INTERNAL}, {"state": ItemState.UNPUBLISHED}, {"state": ItemState.WITHDRAWN}]
)
@pytest.mark.django_db
def test_close_replacement_that_readers_may_not_read_is_refused(values: dict[str, Any]) -> None:
    agency = make_agency()
    item = make_item(agency=agency)

    with pytest.raises(ValidationError, match="替代信息须是"):
        close.close(
            item.pk,
            closing(ItemAction.VOID, replacement=make_item(**values)),
            actor=make_member(Role.APPROVER, agency),
            asked_by=item.created_by,
            at=AT,
        )


@pytest.mark.django_db
def test_draft_and_relate_by_someone_without_the_role_are_refused() -> None:
    agency = make_agency()
    item = make_item(agency=agency)
    stranger = make_member(Role.PUBLISHER)

    with pytest.raises(PermissionDenied):
        make_draft(agency, stranger)
    with pytest.raises(PermissionDenied):
        draft.add_edition(item, draft.Content(title="二", change_note="改"), author=stranger, at=AT)
    with pytest.raises(PermissionDenied):
        relate.relate(item, RelationKind.INTERPRETS, make_item(), actor=stranger)


@pytest.mark.django_db
def test_publish_after_a_discarded_first_edition_is_a_publication_and_verifies() -> None:
    agency = make_agency()
    author = make_member(Role.PUBLISHER, agency)
    item = make_draft(agency, author)
    item.editions.update(state=EditionState.DISCARDED)
    draft.add_edition(item, draft.Content(title="二", body="<p>重写</p>", change_note="重写"), author=author, at=AT)

    entry = publish_edition(edition_of(item))

    assert (entry.kind, entry.edition_number) == (LogKind.PUBLISH, 2)
    assert verify().is_intact


@pytest.mark.django_db
def test_publish_amendment_keeps_the_day_of_publication() -> None:
    author = make_member(Role.PUBLISHER, agency := make_agency())
    item = publish_one(agency=agency, author=author)
    draft.add_edition(item, draft.Content(title="通知", body="<p>七</p>", change_note="延长"), author=author, at=AT)

    publish_edition(edition_of(item), at=datetime(2026, 9, 1, tzinfo=UTC))

    item.refresh_from_db()
    assert (item.published_on, item.updated_at) == (date(2026, 3, 2), datetime(2026, 9, 1, tzinfo=UTC))


@pytest.mark.django_db
def test_publish_note_longer_than_the_log_takes_is_refused_and_publishes_nothing() -> None:
    agency = make_agency()
    edition = sign_through(edition_of(make_draft(agency)))

    with pytest.raises(ValidationError):
        publish.publish(edition.pk, actor=signer(ReviewStep.APPROVAL, agency), at=AT, note="长" * 501)

    edition.refresh_from_db()
    edition.item.refresh_from_db()
    assert (edition.state, edition.item.state) == (EditionState.APPROVED, ItemState.UNPUBLISHED)
    assert not LogEntry.objects.exists()


@pytest.mark.django_db
def test_index_number_of_new_year_night_counts_in_beijing() -> None:
    agency = make_agency(code="a")
    draft_of_night = draft.create_item(
        draft.Content(title="新年"),
        agency=agency,
        item_type="general",
        author=make_member(Role.PUBLISHER, agency),
        at=datetime(2026, 12, 31, 17, 0, tzinfo=UTC),
    )

    assert draft_of_night.index_number == "a/2027-00001"


@pytest.mark.django_db
def test_index_numbers_of_internal_items_leave_no_gap_in_public_ones() -> None:
    agency = make_agency(code="a")

    numbers = [
        allocate(agency, "general", date(2026, 1, 1), audience)
        for audience in (Audience.PUBLIC, Audience.INTERNAL, Audience.PUBLIC)
    ]

    assert numbers == ["a/2026-00001", "NB-a/2026-00001", "a/2026-00002"]


@pytest.mark.django_db
def test_relate_public_with_internal_is_refused() -> None:
    agency = make_agency()
    public, internal = make_item(agency=agency), make_item(agency=agency, audience=Audience.INTERNAL)

    with pytest.raises(ValidationError, match="对内公开"):
        relate.relate(public, RelationKind.INTERPRETS, internal, actor=make_member(Role.PUBLISHER, agency))

    assert not Relation.objects.exists()


# Index numbers.


@pytest.mark.django_db
def test_allocate_follows_the_pattern_and_steps_over_imported_numbers() -> None:
    agency = make_agency(code="CM-MZJ", credit_code="110000000000000001")
    SiteProfile.objects.create(pk=1, index_pattern="{credit}/{year}{month}-{sequence:04}")
    make_item(index_number="110000000000000001/202602-0001", slug="110000000000000001-202602-0001")

    numbers = [allocate(agency, "general", date(2026, 2, 27)) for _n in range(2)]

    assert numbers == ["110000000000000001/202602-0002", "110000000000000001/202602-0003"]


@pytest.mark.parametrize(
    ("number", "slug"),
    [
        ("000014349/2019-00007", "000014349-2019-00007"),
        ("民发 〔2026〕/ 1", "民发-2026-1"),
        ("../../admin?x=1#y", "admin-x-1-y"),
        ("///", "item"),
    ],
)
def test_slug_for_is_safe_in_an_address(number: str, slug: str) -> None:
    assert slug_for(number) == slug


@pytest.mark.parametrize(
    "pattern", ["{agency}", "{nothing}{sequence}", "{sequence}{sequence}", "{sequence", "{0}{sequence}"]
)
def test_validate_pattern_without_one_sequence_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError):
        validate_pattern(pattern)


@pytest.mark.django_db(transaction=True)
def test_create_and_publish_by_eight_threads_gives_distinct_numbers_and_one_chain() -> None:
    agency = make_agency()
    author = make_member(Role.PUBLISHER, agency)
    for step in (ReviewStep.SECRECY, ReviewStep.PRE, ReviewStep.APPROVAL):
        signer(step, agency)

    outcomes = at_once(lambda: publish_edition(edition_of(make_draft(agency, author))), times=8)

    assert [outcome for outcome in outcomes if isinstance(outcome, BaseException)] == []
    assert sorted(Item.objects.values_list("index_number", flat=True)) == [
        f"{agency.code}/2026-{n:05}" for n in range(1, 9)
    ]
    assert LogEntry.objects.count() == 8
    assert verify().is_intact


@pytest.mark.django_db(transaction=True)
def test_publish_by_eight_threads_at_once_has_one_effect() -> None:
    agency = make_agency()
    edition = sign_through(edition_of(make_draft(agency)))
    approvers = [make_member(Role.APPROVER, agency) for _n in range(8)]

    outcomes = at_once(*(partial(publish.publish, edition.pk, actor=person, at=AT) for person in approvers))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LogEntry"] + ["ValidationError"] * 7
    assert LogEntry.objects.count() == 1
    assert edition.events.filter(action=EditionAction.PUBLISH).count() == 1
    assert verify().is_intact
