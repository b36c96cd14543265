"""Two people for everything done to a published item: one asks, another decides, and the log has one entry of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from disclosure import workflow
from disclosure.enums import ItemAction, ItemState, MotionState
from disclosure.models import Edition, Item, LogEntry, Motion
from disclosure.services import close, motion
from disclosure.services.verify_log import verify
from govportal.models import AuditEvent, Notice, User
from govportal.permissions import Role
from tests.factories import make_agency, make_member, make_user
from tests.factories.published import publish_one
from tests.threads import at_once

AT = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
WORDS: dict[str, Any] = {"ground": "内容有误", "basis": "《条例》第六条", "explanation": "第三条的日期有误，另行公布。"}
ASKERS = (Role.PUBLISHER, Role.SECRECY_REVIEWER, Role.PRE_REVIEWER, Role.SECOND_REVIEWER, Role.APPROVER)
pytestmark = pytest.mark.django_db


def ready_for(action: ItemAction) -> Item:
    """A published item to which this can be done."""
    item = publish_one()
    if action == ItemAction.RESTORE:
        words = close.Closing(action=ItemAction.WITHDRAW, **WORDS)
        close.close(item.pk, words, actor=make_member(Role.APPROVER, item.agency), asked_by=item.created_by, at=AT)
        item.refresh_from_db()
    return item


def asked(action: ItemAction = ItemAction.WITHDRAW, item: Item | None = None, **values: Any) -> Motion:
    item = item or ready_for(action)
    if action == ItemAction.REDACT:
        values = {"edition": item.current_edition} | values
    author = values.pop("actor", None) or make_member(Role.PUBLISHER, item.agency)
    return motion.ask(item.pk, action, actor=author, at=AT, **(WORDS | values))


def decider(one: Motion) -> User:
    return make_member(Role.APPROVER, one.item.agency)


@pytest.mark.parametrize("action", ItemAction)
def test_grant_does_what_was_asked_with_one_entry(action: ItemAction) -> None:
    one = asked(action)
    before, entries = one.item.state, LogEntry.objects.count()
    actor = decider(one)

    entry = motion.grant(one.pk, actor=actor, at=AT, note="同意")

    one.refresh_from_db()
    item = Item.objects.get(pk=one.item_id)
    assert (one.state, one.decided_by, one.decided_at, one.decision_note) == (MotionState.GRANTED, actor, AT, "同意")
    assert item.state == (workflow.ITEM[action].target or before)
    assert LogEntry.objects.count() == entries + 1
    assert (entry.kind, entry.note, entry.basis) == (workflow.ITEM[action].kind, WORDS["ground"], WORDS["basis"])
    assert AuditEvent.objects.filter(action__in=["motion.ask", "motion.grant", f"item.{entry.kind}"]).count() >= 3
    assert verify().is_intact


@pytest.mark.parametrize("action", ItemAction)
def test_refuse_does_nothing_but_settle(action: ItemAction) -> None:
    one = asked(action)
    before, entries = one.item.state, LogEntry.objects.count()

    motion.refuse(one.pk, actor=decider(one), at=AT, note="理由不足")

    one.refresh_from_db()
    assert (one.state, one.decision_note) == (MotionState.REFUSED, "理由不足")
    assert Item.objects.get(pk=one.item_id).state == before
    assert LogEntry.objects.count() == entries


def test_refuse_without_a_reason_is_refused() -> None:
    one = asked()

    with pytest.raises(ValidationError, match="须写明理由"):
        motion.refuse(one.pk, actor=decider(one), at=AT, note=" ")

    one.refresh_from_db()
    assert one.state == MotionState.ASKED


@pytest.mark.parametrize("role", ASKERS)
def test_whoever_works_on_the_texts_may_ask(role: Role) -> None:
    item = publish_one()

    one = asked(item=item, actor=make_member(role, item.agency))

    assert one.state == MotionState.ASKED


@pytest.mark.parametrize("role", sorted(set(Role) - set(ASKERS)))
def test_ask_without_a_role_at_the_agency_is_refused(role: Role) -> None:
    item = publish_one()

    for nobody in (make_member(role, item.agency), make_member(Role.PUBLISHER), make_user(is_superuser=True)):
        with pytest.raises(ValidationError, match="没有起草、审查或审定的角色"):
            asked(item=item, actor=nobody)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.APPROVER}))
def test_decide_without_the_role_is_refused(role: Role) -> None:
    one = asked()

    for nobody in (make_member(role, one.item.agency), make_member(Role.APPROVER), make_user(is_superuser=True)):
        for verb in (motion.grant, motion.refuse):
            with pytest.raises(ValidationError, match="审定人"):
                verb(one.pk, actor=nobody, at=AT, note="意见")


def test_who_asked_cannot_decide() -> None:
    item = publish_one()
    approver = make_member(Role.APPROVER, item.agency)
    one = asked(item=item, actor=approver)

    for verb in (motion.grant, motion.refuse):
        with pytest.raises(ValidationError, match="申请人不能决定自己的申请"):
            verb(one.pk, actor=approver, at=AT, note="意见")

    with pytest.raises(IntegrityError), transaction.atomic():
        Motion.objects.filter(pk=one.pk).update(decided_by=approver, decided_at=AT, state=MotionState.GRANTED)


def test_second_open_motion_is_refused() -> None:
    one = asked()

    with pytest.raises(ValidationError, match="“撤回”的申请还没有决定"):
        asked(ItemAction.NOTE, one.item)

    with pytest.raises(IntegrityError), transaction.atomic():
        Motion.objects.create(item=one.item, action=ItemAction.NOTE, asked_by=one.asked_by, asked_at=AT, **WORDS)


def test_settled_motion_makes_room_for_the_next() -> None:
    one = asked()
    motion.refuse(one.pk, actor=decider(one), at=AT, note="理由不足")

    assert asked(ItemAction.NOTE, one.item).state == MotionState.ASKED


def test_settled_motion_cannot_be_decided_again() -> None:
    one = asked()
    motion.grant(one.pk, actor=decider(one), at=AT)

    for verb in (motion.grant, motion.refuse):
        with pytest.raises(ValidationError, match="已经决定：已同意"):
            verb(one.pk, actor=decider(one), at=AT, note="意见")


@pytest.mark.parametrize("missing", ["ground", "basis", "explanation"])
@pytest.mark.parametrize("action", sorted(set(ItemAction) - {ItemAction.NOTE}))
def test_ask_without_words_is_refused(action: ItemAction, missing: str) -> None:
    with pytest.raises(ValidationError, match="事由、依据和说明"):
        asked(action, **dict[str, Any]({missing: " "}))


def test_remark_needs_its_text_alone() -> None:
    one = asked(ItemAction.NOTE, basis="", explanation="")

    assert motion.grant(one.pk, actor=decider(one), at=AT).note == WORDS["ground"]
    with pytest.raises(ValidationError, match="附注的内容"):
        asked(ItemAction.NOTE, ground="")


def test_ask_with_too_long_a_text_names_the_field() -> None:
    with pytest.raises(ValidationError) as refusal:
        asked(ground="误" * 201)

    assert list(refusal.value.message_dict) == ["ground"]


def test_redaction_of_no_edition_or_of_another_item_is_refused() -> None:
    for edition in (None, publish_one().current_edition):
        with pytest.raises(ValidationError, match="请选择要删除内容的版本"):
            asked(ItemAction.REDACT, edition=edition)


def test_replacement_that_readers_may_not_read_is_refused() -> None:
    replacement = ready_for(ItemAction.RESTORE)

    with pytest.raises(ValidationError, match="替代信息须是公开范围相同"):
        asked(replacement=replacement)


@pytest.mark.parametrize("action", ItemAction)
@pytest.mark.parametrize("state", ItemState)
def test_ask_in_each_state_is_what_the_table_says(action: ItemAction, state: ItemState) -> None:
    item = publish_one()
    item.state = state

    reasons = motion.reasons_against_asking(item, action, make_member(Role.PUBLISHER, item.agency))

    assert bool(reasons) == (workflow.next_item_state(state, action) is None)


def test_item_that_has_ended_meanwhile_keeps_the_motion_open() -> None:
    one = asked(ItemAction.PARTLY_VOID)
    words = close.Closing(action=ItemAction.EXPIRE, **WORDS)
    close.close(one.item_id, words, actor=None, at=AT)
    actor = decider(one)

    with pytest.raises(ValidationError, match="“失效”，不能宣布部分失效"):
        motion.grant(one.pk, actor=actor, at=AT)

    one.refresh_from_db()
    assert one.state == MotionState.ASKED
    assert motion.reasons_against_granting(one, actor, on=AT.date())
    assert not motion.reasons_against_deciding(one, actor)


def test_deciders_and_then_the_asker_are_told_by_number_alone() -> None:
    agency = make_agency()
    item = publish_one(agency=agency, content={"title": "不能写进邮件的标题"})
    approver = make_member(Role.APPROVER, agency, email="approver@example.test")
    publisher = make_member(Role.PUBLISHER, agency, email="publisher@example.test")
    Notice.objects.all().delete()

    one = asked(item=item, actor=publisher)
    motion.grant(one.pk, actor=approver, at=AT)

    told = list(Notice.objects.order_by("id"))
    assert [notice.address for notice in told] == ["approver@example.test", "publisher@example.test"]
    for notice in told:
        assert item.index_number in notice.subject
        assert "标题" not in notice.subject + notice.body


def test_waiting_motions_are_found_by_their_deciders() -> None:
    one = asked()

    assert list(Motion.objects.waiting_for(decider(one))) == [one]
    assert not Motion.objects.waiting_for(one.asked_by).exists()


@pytest.mark.django_db(transaction=True)
def test_eight_deciders_at_once_have_one_effect() -> None:
    one = asked()
    deciders = [decider(one) for _number in range(8)]
    entries = LogEntry.objects.count()

    outcomes = at_once(*[lambda who=who: motion.grant(one.pk, actor=who, at=AT) for who in deciders])

    assert sum(isinstance(outcome, LogEntry) for outcome in outcomes) == 1
    assert all(isinstance(outcome, LogEntry | ValidationError) for outcome in outcomes), outcomes
    assert LogEntry.objects.count() == entries + 1
    assert Item.objects.get(pk=one.item_id).state == ItemState.WITHDRAWN
    assert verify().is_intact


@pytest.mark.django_db(transaction=True)
def test_eight_askers_at_once_leave_one_open_motion() -> None:
    item = publish_one()
    askers = [make_member(Role.PUBLISHER, item.agency) for _number in range(8)]

    outcomes = at_once(*[lambda who=who: asked(item=item, actor=who) for who in askers])

    assert sum(isinstance(outcome, Motion) for outcome in outcomes) == 1
    assert Motion.objects.asked().count() == 1
    assert connection.is_usable()
    assert Edition.objects.count() == 1
