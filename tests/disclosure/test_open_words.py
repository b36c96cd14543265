"""The audit trail is read by more people than an internal or withheld text: what was said of it stands elsewhere."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from disclosure.enums import Audience, EditionAction, ItemAction, Mode
from disclosure.models import EditionEvent, Motion
from disclosure.services import motion, publish, rectify, review
from govportal.models import AuditEvent
from govportal.permissions import Role
from tests.factories import make_agency, make_member, make_user
from tests.factories.published import AT, draft_one, publish_one, sign_through, signer, submit

REASON = "涉及张三丰的处分"
pytestmark = pytest.mark.django_db


def trail() -> str:
    return "".join(f"{row.note}{row.basis}{row.before}{row.after}" for row in AuditEvent.objects.all())


@pytest.mark.parametrize(
    ("audience", "mode", "is_told"),
    [
        (Audience.PUBLIC, Mode.PROACTIVE, True),
        (Audience.INTERNAL, Mode.PROACTIVE, False),
        (Audience.PUBLIC, Mode.ON_REQUEST, False),
    ],
)
def test_reason_of_a_return_is_in_the_trail_of_open_texts_alone(audience: str, mode: str, is_told: bool) -> None:
    edition = submit(draft_one(audience=audience, content={"mode": mode}))

    reviewer = signer(edition.steps[0], edition.item.agency)
    review.send_back(edition.pk, actor=reviewer, at=AT, reason=REASON)

    assert (REASON in trail()) is is_told
    assert EditionEvent.objects.get(edition=edition, action=EditionAction.RETURN).note == REASON


@pytest.mark.parametrize(("audience", "is_told"), [(Audience.PUBLIC, True), (Audience.INTERNAL, False)])
def test_words_of_a_motion_are_in_the_trail_of_open_texts_alone(audience: str, is_told: bool) -> None:
    item = publish_one(audience=audience)
    words = {"ground": REASON, "basis": REASON, "explanation": REASON}

    asker = make_member(Role.PUBLISHER, item.agency)
    asked = motion.ask(item.pk, ItemAction.WITHDRAW, actor=asker, at=AT, **words)  # type: ignore[arg-type]
    motion.grant(asked.pk, actor=make_member(Role.APPROVER, item.agency), at=AT, note=REASON)

    assert (REASON in trail()) is is_told
    assert Motion.objects.get().ground == REASON


def test_schedule_more_than_a_year_ahead_is_refused() -> None:
    edition = sign_through(draft_one())

    with pytest.raises(ValidationError, match="一年以后"):
        publish.schedule(
            edition.pk,
            actor=make_member(Role.APPROVER, edition.item.agency),
            at=AT,
            publish_at=AT + timedelta(days=400),
        )


def test_order_with_a_deadline_of_more_than_a_year_is_refused() -> None:
    order = rectify.Order(
        agency=make_agency(), problem="问题", requirement="要求", basis="依据", due_on=AT.date() + timedelta(days=400)
    )

    assert "整改期限不能超过一年。" in rectify.reasons_against_ordering(order, make_user(), AT.date())
