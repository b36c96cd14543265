"""verify_log on the right by which a text is public: its procedure, its signatures, and an expired text renewed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from disclosure.enums import ItemAction, ItemState, Procedure, ReviewStep
from disclosure.models import Approval, Edition, Item
from disclosure.services import close, draft, publish, restore
from disclosure.services.verify_log import verify
from govportal.now import today
from tests.database import guards_off, run
from tests.factories import make_agency, make_user
from tests.factories.published import AT, draft_one, publish_edition, publish_one, sign_through, signer

PROCEDURES = "UPDATE disclosure_edition SET procedure = %s WHERE id = %s"


def published() -> Edition:
    """The published edition of a body that asks the least: secrecy review and approval."""
    edition = publish_one(agency=make_agency(level="township")).current_edition
    assert edition is not None
    return edition


def published_in_emergency() -> Edition:
    edition = draft_one(agency=make_agency(level="township"))
    approver = signer(ReviewStep.APPROVAL, edition.item.agency)
    publish.publish_in_emergency(edition.pk, actor=approver, at=AT, reason="汛情紧急")
    return Edition.objects.select_related("item").get(pk=edition.pk)


def migrated() -> Edition:
    edition = draft_one(source=draft.Source("旧站", "1"))
    publish.migrate(
        edition.item_id, actor=make_user(is_superuser=True), at=AT, reason="迁入", published_on=date(2020, 1, 2)
    )
    return Edition.objects.select_related("item").get(pk=edition.pk)


def faults_of(edition: Edition) -> str:
    """What verify says of the edition, by its place in the log."""
    return "\n".join(fault for fault in verify().faults if f"（{edition.item.index_number} 第" in fault)


@pytest.mark.django_db
def test_verify_every_procedure_as_the_services_leave_it_is_intact() -> None:
    published(), published_in_emergency(), migrated()

    assert verify().faults == []


# Procedure against entry.


@pytest.mark.parametrize("claimed", [Procedure.REVIEW, Procedure.EMERGENCY])
@pytest.mark.django_db(transaction=True)
def test_verify_migrated_text_that_claims_a_review_is_named(claimed: Procedure) -> None:
    edition = migrated()
    with guards_off():
        run(PROCEDURES.replace("SET", "SET emergency_reason = 'x', review_due_on = '2026-03-12',"), claimed, edition.pk)

    assert f"公开程序是“{claimed.label}”，登记的却是“迁入”" in faults_of(edition)
    assert "缺少有效的签署" in faults_of(edition)


@pytest.mark.django_db(transaction=True)
def test_verify_reviewed_text_that_claims_a_migration_is_named() -> None:
    edition = published()
    with guards_off():
        run(PROCEDURES, Procedure.MIGRATION, edition.pk)

    assert "公开程序是“存量迁入”，登记的却是“公开”" in faults_of(edition)


@pytest.mark.django_db(transaction=True)
def test_verify_texts_of_the_procedure_of_before_are_exempt_until_the_first_review() -> None:
    before, later = published(), published()
    with guards_off():
        run(PROCEDURES, Procedure.LEGACY, before.pk)
        run("DELETE FROM disclosure_approval WHERE edition_id = %s", before.pk)
        run("UPDATE disclosure_edition SET review_digest = '' WHERE id = %s", before.pk)
    assert verify().faults == []
    last = published()
    with guards_off():
        run(PROCEDURES, Procedure.LEGACY, last.pk)

    assert len(verify().faults) == 1
    assert last.item.index_number in verify().faults[0] and "审查程序启用以后" in verify().faults[0]
    assert faults_of(later) == ""


# Signatures.


@pytest.mark.parametrize(("step", "label"), [("secrecy", "保密审查"), ("approval", "审定")])
@pytest.mark.parametrize(
    "forgery",
    [
        "DELETE FROM disclosure_approval WHERE edition_id = %s AND step = %s",
        "UPDATE disclosure_approval SET voided_at = at WHERE edition_id = %s AND step = %s",
        "UPDATE disclosure_approval SET digest = 'a' WHERE edition_id = %s AND step = %s",
        "UPDATE disclosure_approval SET author_id = (SELECT MAX(id) FROM govportal_user) "
        "WHERE edition_id = %s AND step = %s",
        "UPDATE disclosure_approval SET last_editor_id = (SELECT MAX(id) FROM govportal_user) "
        "WHERE edition_id = %s AND step = %s",
        "UPDATE disclosure_approval SET step = 'pre' WHERE edition_id = %s AND step = %s",
    ],
)
@pytest.mark.django_db(transaction=True)
def test_verify_lacking_or_false_signature_is_named(forgery: str, step: str, label: str) -> None:
    edition, other = published(), published()
    make_user()
    with guards_off():
        run(forgery, edition.pk, step)

    assert faults_of(edition).endswith(f"缺少有效的签署：{label}")
    assert faults_of(other) == ""


@pytest.mark.django_db(transaction=True)
def test_verify_both_signatures_lacking_are_named_in_their_order() -> None:
    edition = published()
    with guards_off():
        run("DELETE FROM disclosure_approval WHERE edition_id = %s", edition.pk)

    assert faults_of(edition).endswith("缺少有效的签署：保密审查、审定")


@pytest.mark.django_db(transaction=True)
def test_verify_author_made_somebody_else_after_he_signed_is_named() -> None:
    """The signer was no author when he signed; then the edition is said to be his."""
    edition = published()
    approver = Approval.objects.get(edition=edition, step=ReviewStep.APPROVAL).signer_id
    with guards_off():
        run("UPDATE disclosure_edition SET created_by_id = %s WHERE id = %s", approver, edition.pk)

    assert "缺少有效的签署：保密审查、审定" in faults_of(edition)


@pytest.mark.django_db(transaction=True)
def test_verify_text_changed_together_with_its_log_digest_is_named_by_the_signatures() -> None:
    """Whoever recomputes the digests of the log still cannot say that this text was signed."""
    edition = published()
    with guards_off():
        run("UPDATE disclosure_edition SET body = '<p>另一文本</p>' WHERE id = %s", edition.pk)

    assert "文本与审查签署的摘要不符" in faults_of(edition)


@pytest.mark.django_db(transaction=True)
def test_verify_review_digest_moved_to_a_changed_text_is_named() -> None:
    edition = published()
    with guards_off():
        run("UPDATE disclosure_edition SET review_digest = %s WHERE id = %s", "d" * 64, edition.pk)

    assert "缺少有效的签署：保密审查、审定" in faults_of(edition)
    assert "文本与审查签署的摘要不符" in faults_of(edition)


@pytest.mark.django_db(transaction=True)
def test_verify_emergency_without_its_one_signature_is_named() -> None:
    edition = published_in_emergency()
    with guards_off():
        run("DELETE FROM disclosure_approval WHERE edition_id = %s", edition.pk)

    assert faults_of(edition).endswith("缺少有效的签署：应急审定")


@pytest.mark.django_db(transaction=True)
def test_verify_emergency_that_claims_the_full_review_is_named() -> None:
    edition = published_in_emergency()
    with guards_off():
        run(PROCEDURES, Procedure.REVIEW, edition.pk)

    assert "缺少有效的签署：保密审查、审定" in faults_of(edition)


@pytest.mark.django_db(transaction=True)
def test_verify_public_item_migrated_a_second_time_is_named() -> None:
    """Else whoever may write to the database could replace a text as if another system had published it."""
    edition = migrated()
    content = draft.Content(title="二", body="<p>改</p>", change_note="改")
    author = edition.created_by
    draft.add_edition(edition.item, content, author=author, at=AT)
    second = sign_through(edition.item.editions.select_related("item__agency").get(number=2))
    publish.publish(second.pk, actor=signer(ReviewStep.APPROVAL, second.item.agency), at=AT)
    with guards_off():
        run(PROCEDURES, Procedure.MIGRATION, second.pk)
        run("UPDATE disclosure_logentry SET kind = 'migrate' WHERE edition_id = %s", second.pk)

    assert any("已公开的信息又作迁入" in fault for fault in verify().faults)


@pytest.mark.parametrize("count", [1, 6])
@pytest.mark.django_db
def test_verify_asks_as_many_questions_for_many_as_for_one(count: int, django_assert_max_num_queries: Any) -> None:
    for _number in range(count):
        published()

    with django_assert_max_num_queries(14):
        assert verify().is_intact


# An expired text that lives again.


def expired() -> Item:
    item = publish_one(content={"expires_on": today() - timedelta(days=1)})
    texts = close.Closing(action=ItemAction.EXPIRE, ground="有效期届满", basis="该文第十条", explanation="自动失效。")
    close.close(item.pk, texts, actor=None, at=AT)
    return Item.objects.get(pk=item.pk)


def renew(item: Item) -> None:
    content = draft.Content(title="公示办法", body="<p>继续执行。</p>", change_note="延长有效期")
    draft.add_edition(item, content, author=item.created_by, at=AT)
    publish_edition(item.editions.select_related("item__agency").get(number=2))


@pytest.mark.django_db
def test_verify_expired_item_renewed_by_an_amendment_is_intact() -> None:
    item = expired()
    assert (item.state, verify().faults) == (ItemState.EXPIRED, [])

    renew(item)

    item.refresh_from_db()
    assert (item.state, item.closing_ground, item.closed_at) == (ItemState.LIVE, "", None)
    assert verify().faults == []


@pytest.mark.parametrize(
    "change",
    [
        {"state": ItemState.EXPIRED},
        {"closing_ground": "有效期届满"},
        {"closing_basis": "该文第十条"},
        {"closing_explanation": "自动失效。"},
        {"closed_at": AT},
    ],
    ids=str,
)
@pytest.mark.parametrize("is_renewed", [True, False])
@pytest.mark.django_db
def test_verify_living_item_that_tells_of_an_end_is_named(change: dict[str, Any], *, is_renewed: bool) -> None:
    if is_renewed:
        item = expired()
        renew(item)
    else:
        item = publish_one()
    Item.objects.filter(pk=item.pk).update(**change)

    assert any(item.index_number in fault for fault in verify().faults)


@pytest.mark.django_db
def test_verify_restored_item_is_intact_and_tells_of_no_end() -> None:
    item = publish_one()
    words: dict[str, Any] = {"ground": "有误", "basis": "条例第六条", "explanation": "重新核对。"}
    approver = signer(ReviewStep.APPROVAL, item.agency)
    close.close(
        item.pk, close.Closing(action=ItemAction.WITHDRAW, **words), actor=approver, asked_by=item.created_by, at=AT
    )

    restore.restore(item.pk, actor=approver, asked_by=item.created_by, at=AT, **words)

    assert verify().faults == []
    Item.objects.filter(pk=item.pk).update(replaced_by=publish_one())
    assert any(item.index_number in fault for fault in verify().faults)


@pytest.mark.django_db
def test_verify_amendment_of_a_partly_void_item_keeps_its_state_and_notice() -> None:
    item = publish_one()
    words: dict[str, Any] = {"ground": "第三条与上位法不符", "basis": "条例第六条", "explanation": "第三条不再执行。"}
    closing = close.Closing(action=ItemAction.PARTLY_VOID, **words)
    close.close(item.pk, closing, actor=signer(ReviewStep.APPROVAL, item.agency), asked_by=item.created_by, at=AT)

    renew(item)

    item.refresh_from_db()
    assert (item.state, item.closing_ground) == (ItemState.PARTLY_VOID, words["ground"])
    assert verify().faults == []


@pytest.mark.django_db(transaction=True)
def test_verify_command_prints_the_forgery_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    edition = published()
    with guards_off():
        run("DELETE FROM disclosure_approval WHERE edition_id = %s", edition.pk)

    with pytest.raises(CommandError, match="1 faults"):
        call_command("verify_log")

    assert "缺少有效的签署" in capsys.readouterr().out
