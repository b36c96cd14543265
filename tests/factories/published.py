"""Items taken through the services: reviewed by as many people as it takes, sealed, logged and searchable."""

from datetime import UTC, date, datetime
from typing import Any

from disclosure.enums import Audience, EditionState, ReviewStep
from disclosure.models import Edition, Item, LogEntry
from disclosure.services import draft, publish, review
from disclosure.workflow import ACTION_OF, EDITION
from govportal import access
from govportal.models import Agency, User
from govportal.permissions import Role
from tests.factories.kernel import make_agency, make_member

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SIGNERS = {
    ReviewStep.SECRECY: Role.SECRECY_REVIEWER,
    ReviewStep.PRE: Role.PRE_REVIEWER,
    ReviewStep.SECOND: Role.SECOND_REVIEWER,
    ReviewStep.APPROVAL: Role.APPROVER,
}


def signer(step: ReviewStep, agency: Agency) -> User:
    """Whoever gives this signature at the agency; made when there is nobody."""
    permission = EDITION[ACTION_OF[step]].permission
    assert permission is not None
    return access.holders(permission, agency).first() or make_member(SIGNERS[step], agency)


def submit(edition: Edition, *, at: datetime = AT) -> Edition:
    review.submit(edition.pk, actor=edition.last_edited_by, at=at)
    return reread(edition)


def sign_through(edition: Edition, *, until: ReviewStep = ReviewStep.APPROVAL, at: datetime = AT) -> Edition:
    """Submit, unless it went with its policy, and sign, step by step, up to and with `until`."""
    if reread(edition).state == EditionState.DRAFT:
        submit(edition, at=at)
    for step in edition.steps:
        review.review(edition.pk, ACTION_OF[step], actor=signer(step, edition.item.agency), at=at)
        if step == until:
            break
    return reread(edition)


def publish_edition(edition: Edition, *, at: datetime = AT, note: str = "") -> LogEntry:
    """Through every review and before the public."""
    sign_through(edition, at=at)
    return publish.publish(edition.pk, actor=signer(ReviewStep.APPROVAL, edition.item.agency), at=at, note=note)


def reread(edition: Edition) -> Edition:
    """The edition as the database has it now."""
    return Edition.objects.select_related("item__agency").get(pk=edition.pk)


def draft_one(
    *,
    body: str = "<p>第一条　公示期不少于五个工作日。</p>",
    audience: str = Audience.PUBLIC,
    item_type: str = "general",
    **values: Any,
) -> Edition:
    """The open edition of a new item, by a publisher of its agency."""
    agency = values.pop("agency", None) or make_agency()
    item = draft.create_item(
        draft.Content(
            **{"title": "公示办法", "body": body, "formed_on": date(2026, 2, 27)} | values.pop("content", {})
        ),
        agency=agency,
        item_type=item_type,
        author=values.pop("author", None) or make_member(Role.PUBLISHER, agency),
        at=AT,
        audience=audience,
        **values,
    )
    return Edition.objects.select_related("item__agency").get(item=item)


def publish_one(**values: Any) -> Item:
    edition = draft_one(**values)
    publish_edition(edition)
    return Item.objects.get(pk=edition.item_id)
