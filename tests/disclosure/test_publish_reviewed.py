"""What is approved is what becomes public, at its minute: nothing slips in between."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from disclosure.enums import EditionState, ReviewStep
from disclosure.models import Edition, LogEntry
from disclosure.services import publish
from govportal.models import Agency
from tests.database import guards_off, run
from tests.factories import make_agency, make_attachment
from tests.factories.published import AT, draft_one, reread, sign_through, signer

LATER = AT + timedelta(hours=1)


def standing(edition: Edition) -> list[str]:
    return list(edition.approvals.standing().values_list("step", flat=True))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE disclosure_edition SET body = '<p>换过。</p>' WHERE id = %s",
        "UPDATE disclosure_edition SET expires_on = '2030-01-01' WHERE id = %s",
        "UPDATE disclosure_editionattachment SET title = '另一份' WHERE edition_id = %s",
        "UPDATE disclosure_item SET item_type = 'gazette' "
        "WHERE id = (SELECT item_id FROM disclosure_edition WHERE id = %s)",
        "UPDATE disclosure_approval SET digest = 'a' WHERE edition_id = %s AND step = 'pre'",
        "DELETE FROM disclosure_approval WHERE edition_id = %s AND step = 'pre'",
    ],
)
@pytest.mark.parametrize("is_scheduled", [True, False])
@pytest.mark.django_db(transaction=True)
def test_publish_of_what_is_not_what_was_approved_is_refused(change: str, *, is_scheduled: bool) -> None:
    edition = sign_through(draft_one(attachments=[(make_attachment(), "名单")]))
    approver = signer(ReviewStep.APPROVAL, edition.item.agency)
    if is_scheduled:
        publish.schedule(edition.pk, actor=approver, at=AT, publish_at=LATER)
    with guards_off():
        run(change, edition.pk)

    with pytest.raises(ValidationError, match="文本与审定时的摘要不一致"):
        publish.publish(edition.pk, actor=None if is_scheduled else approver, at=LATER)

    assert not LogEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_publish_of_markup_slipped_in_before_submission_is_refused() -> None:
    """The text is cleaned when it is saved; what was written past that is refused again at the end."""
    edition = draft_one()
    run("UPDATE disclosure_edition SET body = '<p onclick=\"x()\">改</p>' WHERE id = %s", edition.pk)
    edition = sign_through(reread(edition))

    with pytest.raises(ValidationError, match="不允许的内容"):
        publish.publish(edition.pk, actor=signer(ReviewStep.APPROVAL, edition.item.agency), at=AT)


@pytest.mark.django_db
def test_publish_when_the_body_grew_into_a_county_keeps_to_the_steps_of_its_submission() -> None:
    agency = make_agency(level="township")
    edition = sign_through(draft_one(agency=agency))
    Agency.objects.filter(pk=agency.pk).update(level="county")

    publish.publish(edition.pk, actor=signer(ReviewStep.APPROVAL, agency), at=AT)

    assert set(reread(edition).approvals.values_list("step", flat=True)) == {ReviewStep.SECRECY, ReviewStep.APPROVAL}


@pytest.mark.parametrize("moment", [AT, AT - timedelta(minutes=1), AT - timedelta(days=400)])
@pytest.mark.django_db
def test_schedule_in_the_past_is_refused(moment: Any) -> None:
    edition = sign_through(draft_one())

    with pytest.raises(ValidationError, match="时间已经过去"):
        publish.schedule(edition.pk, actor=signer(ReviewStep.APPROVAL, edition.item.agency), at=AT, publish_at=moment)

    assert reread(edition).state == EditionState.APPROVED


@pytest.mark.django_db
def test_schedule_keeps_the_whole_minute_and_unschedule_the_approval() -> None:
    edition = sign_through(draft_one())
    approver = signer(ReviewStep.APPROVAL, edition.item.agency)

    publish.schedule(edition.pk, actor=approver, at=AT, publish_at=LATER.replace(second=41, microsecond=7))

    assert reread(edition).publish_at == LATER
    publish.unschedule(edition.pk, actor=approver, at=AT)
    edition = reread(edition)
    assert (edition.state, edition.publish_at) == (EditionState.APPROVED, None)
    assert standing(edition) == ["secrecy", "pre", "approval"]


@pytest.mark.django_db
def test_publish_by_the_clock_waits_for_the_minute_and_for_a_schedule() -> None:
    edition = sign_through(draft_one())
    with pytest.raises(ValidationError, match="不在定时公开之列"):
        publish.publish(edition.pk, actor=None, at=LATER)
    publish.schedule(edition.pk, actor=signer(ReviewStep.APPROVAL, edition.item.agency), at=AT, publish_at=LATER)

    with pytest.raises(ValidationError, match="还没有到定时公开的时间"):
        publish.publish(edition.pk, actor=None, at=LATER - timedelta(seconds=1))
    entry = publish.publish(edition.pk, actor=None, at=LATER)

    assert entry.actor_name == "定时任务"
