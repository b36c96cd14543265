"""What the tests of the desk share: an agency with everybody the review needs, and ways to ask its pages."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from disclosure.models import Edition
from disclosure.services import draft
from govportal.models import Agency, User
from govportal.permissions import Role
from tests.factories import make_agency, make_member
from tests.factories.published import AT, draft_one, publish_edition

BODY = "<p>第一条　公示期不少于五个工作日。</p>"
REVIEW_ROLES = (
    Role.PUBLISHER,
    Role.SECRECY_REVIEWER,
    Role.PRE_REVIEWER,
    Role.SECOND_REVIEWER,
    Role.APPROVER,
)


@dataclass
class Office:
    """An agency with one person a role of the review."""

    agency: Agency = field(default_factory=make_agency)
    people: dict[Role, User] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.people = {role: make_member(role, self.agency) for role in REVIEW_ROLES}

    def draft(self, **values: Any) -> Edition:
        """The open edition of a new item, written by the publisher."""
        return draft_one(agency=self.agency, author=self.people[Role.PUBLISHER], **values)

    def amendment(self) -> Edition:
        """The second edition of a public item, with a number changed."""
        first = self.draft()
        publish_edition(first)
        first.item.refresh_from_db()
        content = draft.Content(title="公示办法", body=BODY.replace("五个", "三个"), change_note="缩短公示期")
        made = draft.add_edition(first.item, content, author=self.people[Role.PUBLISHER], at=AT)
        return Edition.objects.select_related("item__agency").get(pk=made.pk)

    def client(self, role: Role) -> Client:
        return signed_in(self.people[role])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def desk(edition: Edition) -> str:
    return reverse("admin:disclosure_edition_change", args=[edition.pk])


def verb(edition: Edition, key: str) -> str:
    return reverse("admin:disclosure_edition_verb", args=[edition.pk, key])


def shown(edition: Edition, **values: Any) -> dict[str, Any]:
    """What the confirm page sends back: the text that was shown, and what was said."""
    edition = Edition.objects.get(pk=edition.pk)
    return {"lock_version": edition.lock_version, "review_digest": edition.review_digest, "note": ""} | values


def text(response: Any) -> str:
    return str(response.content.decode())
