"""Drafting, publishing and closing: one transaction, no shortcut, numbers without races."""

from datetime import UTC, date, datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from disclosure.enums import Audience, EditionState, ItemState, LogKind, RelationKind
from disclosure.models import Item, LogEntry, Relation
from disclosure.search import search
from disclosure.services import close, draft, publish, relate
from disclosure.services.index_number import allocate, slug_for, validate_pattern
from disclosure.services.verify_log import verify
from govportal.models import Agency, AuditEvent, PublicRevision, SiteProfile, User
from govportal.permissions import Role
from tests.factories import make_agency, make_item, make_member, make_user

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def make_draft(agency: Agency, author: User | None = None, **content: object) -> Item:
    values = {"title": "关于公布村级公益事业的通知", "body": "<p>正文。</p>", "formed_on": date(2026, 2, 27)} | content
    return draft.create_item(
        draft.Content(**values),  # type: ignore[arg-type]
        agency=agency,
        item_type="general",
        author=author or make_member(Role.PUBLISHER, agency),
        at=AT,
    )


@pytest.mark.django_db
def test_publish_seals_logs_indexes_and_raises_the_revision_together() -> None:
    agency = make_agency(level="township")
    item = make_draft(agency)
    before = PublicRevision.objects.filter(pk=1).values_list("number", flat=True).first() or 0

    entry = publish.publish(item.pk, actor=make_member(Role.APPROVER, agency), at=AT)

    item.refresh_from_db()
    assert (item.state, item.title, item.year, item.level) == (
        ItemState.LIVE,
        "关于公布村级公益事业的通知",
        2026,
        "township",
    )
    assert entry.kind == LogKind.PUBLISH
    assert list(search("村级公益事业", Item.objects.all())) == [item]
    assert PublicRevision.objects.get(pk=1).number > before
    assert AuditEvent.objects.filter(action="item.publish", subject_id=str(item.pk)).count() == 1


@pytest.mark.django_db
def test_publish_by_the_author_is_refused_whatever_roles_he_holds() -> None:
    agency = make_agency()
    both = make_member(Role.APPROVER, agency, user=make_member(Role.PUBLISHER, agency))
    item = make_draft(agency, both)

    with pytest.raises(ValidationError, match="不能审定自己的文本"):
        publish.publish(item.pk, actor=both, at=AT)

    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("is_superuser", [False, True])
@pytest.mark.django_db
def test_publish_without_the_role_is_refused_superuser_included(*, is_superuser: bool) -> None:
    agency = make_agency()
    item = make_draft(agency)

    with pytest.raises(ValidationError, match="审定人"):
        publish.publish(item.pk, actor=make_user(is_superuser=is_superuser), at=AT)


@pytest.mark.django_db
def test_publish_by_the_approver_of_another_agency_is_refused() -> None:
    item = make_draft(make_agency())

    with pytest.raises(ValidationError, match="审定人"):
        publish.publish(item.pk, actor=make_member(Role.APPROVER), at=AT)


@pytest.mark.django_db
def test_publish_empty_body_is_refused_with_its_reason() -> None:
    agency = make_agency()
    item = make_draft(agency, body="<p> </p>")

    with pytest.raises(ValidationError, match="标题和正文"):
        publish.publish(item.pk, actor=make_member(Role.APPROVER, agency), at=AT)


@pytest.mark.django_db
def test_migrate_without_reason_or_right_is_refused() -> None:
    item = make_draft(make_agency())

    with pytest.raises(PermissionDenied):
        publish.migrate(item.pk, actor=make_user(), at=AT, reason="迁入", published_on=date(2020, 1, 2))
    with pytest.raises(ValidationError, match="理由"):
        publish.migrate(item.pk, actor=make_user(is_superuser=True), at=AT, reason=" ", published_on=date(2020, 1, 2))


@pytest.mark.django_db
def test_add_edition_needs_a_change_note_and_amends_in_the_log() -> None:
    agency = make_agency()
    author, approver = make_member(Role.PUBLISHER, agency), make_member(Role.APPROVER, agency)
    item = make_draft(agency, author)
    publish.publish(item.pk, actor=approver, at=AT)
    changed = draft.Content(title="通知", body="<p>公示期由五个工作日延长为七个工作日。</p>")

    with pytest.raises(ValidationError, match="修改说明"):
        draft.add_edition(item, changed, author=author, at=AT)
    draft.add_edition(item, draft.Content(title="通知", body="<p>七</p>", change_note="延长"), author=author, at=AT)
    entry = publish.publish(item.pk, actor=approver, at=AT)

    assert (entry.kind, entry.edition_number) == (LogKind.AMEND, 2)
    assert [edition.number for edition in item.editions.all()] == [1, 2]
    assert list(search("五个工作日", Item.objects.all())) == []


@pytest.mark.django_db
def test_add_edition_while_one_is_open_is_refused() -> None:
    agency = make_agency()
    item = make_draft(agency)

    with pytest.raises(ValidationError, match="未公开的版本"):
        draft.add_edition(item, draft.Content(title="二", change_note="改"), author=item.created_by, at=AT)


def closing(state: ItemState, **values: object) -> close.Closing:
    texts = {"ground": "内容有误", "basis": "条例第六条", "explanation": "重新核对后另行公开。"} | values
    return close.Closing(state=state, **texts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "kind", "is_found"),
    [
        (ItemState.WITHDRAWN, LogKind.WITHDRAW, False),
        (ItemState.TERMINATED, LogKind.TERMINATE, False),
        (ItemState.VOID, LogKind.VOID, True),
        (ItemState.EXPIRED, LogKind.EXPIRE, True),
        (ItemState.PARTLY_VOID, LogKind.PARTLY_VOID, True),
    ],
)
@pytest.mark.django_db
def test_close_appends_one_entry_and_settles_search(state: ItemState, kind: LogKind, *, is_found: bool) -> None:
    agency = make_agency()
    approver = make_member(Role.APPROVER, agency)
    item = make_draft(agency)
    publish.publish(item.pk, actor=approver, at=AT)

    close.close(item.pk, closing(state), actor=approver, at=AT)

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
            item.pk, closing(ItemState.WITHDRAWN, **{missing: " "}), actor=make_member(Role.APPROVER, agency), at=AT
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
            closing(ItemState.VOID, replacement=make_item(**values)),
            actor=make_member(Role.APPROVER, agency),
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

    entry = publish.publish(item.pk, actor=make_member(Role.APPROVER, agency), at=AT)

    assert (entry.kind, entry.edition_number) == (LogKind.PUBLISH, 2)
    assert verify().is_intact


@pytest.mark.django_db
def test_publish_amendment_keeps_the_day_of_publication() -> None:
    agency = make_agency()
    author, approver = make_member(Role.PUBLISHER, agency), make_member(Role.APPROVER, agency)
    item = make_draft(agency, author)
    publish.publish(item.pk, actor=approver, at=AT)
    draft.add_edition(item, draft.Content(title="通知", body="<p>七</p>", change_note="延长"), author=author, at=AT)

    publish.publish(item.pk, actor=approver, at=datetime(2026, 9, 1, tzinfo=UTC))

    item.refresh_from_db()
    assert (item.published_on, item.updated_at) == (date(2026, 3, 2), datetime(2026, 9, 1, tzinfo=UTC))


@pytest.mark.django_db
def test_publish_note_longer_than_the_log_takes_is_refused_and_publishes_nothing() -> None:
    agency = make_agency()
    item = make_draft(agency)

    with pytest.raises(ValidationError):
        publish.publish(item.pk, actor=make_member(Role.APPROVER, agency), at=AT, note="长" * 501)

    item.refresh_from_db()
    assert (item.state, LogEntry.objects.count()) == (ItemState.UNPUBLISHED, 0)


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
    author, approver = make_member(Role.PUBLISHER, agency), make_member(Role.APPROVER, agency)
    barrier = Barrier(8)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            barrier.wait()
            item = make_draft(agency, author)
            publish.publish(item.pk, actor=approver, at=AT)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=work) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert sorted(Item.objects.values_list("index_number", flat=True)) == [
        f"{agency.code}/2026-{n:05}" for n in range(1, 9)
    ]
    assert LogEntry.objects.count() == 8
    assert verify().is_intact


@pytest.mark.django_db(transaction=True)
def test_publish_by_eight_threads_at_once_has_one_effect() -> None:
    agency = make_agency()
    item = make_draft(agency)
    approvers = [make_member(Role.APPROVER, agency) for _n in range(8)]
    barrier = Barrier(8)
    results: list[str] = []

    def work(approver: User) -> None:
        barrier.wait()
        try:
            publish.publish(item.pk, actor=approver, at=AT)
            results.append("published")
        except ValidationError:
            results.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=work, args=[approver]) for approver in approvers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["published"] + ["refused"] * 7
    assert LogEntry.objects.count() == 1
