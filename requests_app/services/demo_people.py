"""Whom the chapters on complaints and feedback need in the demo county, each with an address for reminders.

The demo's own accounts where there is one; else people who cannot log in.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.contrib.auth.hashers import make_password

from disclosure.enums import ReviewStep
from disclosure.models import Edition, Item
from disclosure.services import publish, review
from disclosure.workflow import ACTION_OF
from govportal.contributions import DemoCounty
from govportal.models import Membership, User
from govportal.permissions import Role

type People = Mapping[tuple[str, str], User]  # by (agency code, role)

# Who is reminded and told when a day has come or passed.
HEADS = (Role.OFFICE_HEAD, Role.AGENCY_HEAD)
_SIGNERS = {
    ReviewStep.SECRECY: Role.SECRECY_REVIEWER,
    ReviewStep.PRE: Role.PRE_REVIEWER,
    ReviewStep.SECOND: Role.SECOND_REVIEWER,
    ReviewStep.APPROVAL: Role.APPROVER,
}


def appoint(county: DemoCounty, wanted: Iterable[tuple[str, Role]]) -> People:
    """Everybody of the county, and somebody for each (agency code, role) that is wanted, with an e-mail address."""
    memberships = Membership.objects.select_related("user", "agency").order_by("-pk")
    people: dict[tuple[str, str], User] = {(held.agency.code, held.role): held.user for held in memberships}
    for code, role in sorted(set(wanted)):
        if (code, role) not in people:
            people[code, role] = hire(county, code, role)
        user = people[code, role]
        if not user.email:
            user.email = _address(user.username)
            user.save(update_fields=["email"])
    return people


def hire(county: DemoCounty, code: str, role: Role) -> User:
    """Somebody with this role who cannot log in."""
    agency, username = county.agencies[code], f"{code.lower()}-{role}"
    user = User.objects.create(
        username=username,
        full_name=f"{agency.display_name}{role.label}",
        email=_address(username),
        password=make_password(None),
    )
    Membership.objects.create(user=user, agency=agency, role=role)
    return user


def _address(username: str) -> str:
    return f"{username}@chengming.example"


def sign_and_publish(item: Item, people: People, at: datetime) -> None:
    """A draft through every signature of its agency, as any other text."""
    edition, code = Edition.objects.get(item=item), item.agency.code
    review.submit(edition.pk, actor=people[code, Role.PUBLISHER], at=at)
    for step in edition.steps:
        review.review(edition.pk, ACTION_OF[step], actor=people[code, _SIGNERS[step]], at=at)
    publish.publish(edition.pk, actor=people[code, Role.APPROVER], at=at)
