"""Queues of reviewers at many agencies: the same editions as the service lets them sign, by a short statement."""

import pytest
from django.db.models import QuerySet

from disclosure.enums import ReviewStep
from disclosure.models import Edition
from disclosure.services import publish, review
from disclosure.workflow import ACTION_OF
from govportal.models import Agency, User
from govportal.permissions import Role
from tests.factories import make_agency, make_member, make_user
from tests.factories.policies import draft_budget
from tests.factories.published import AT, draft_one, reread, sign_through, signer, submit

pytestmark = pytest.mark.django_db

REVIEWERS = (Role.SECRECY_REVIEWER, Role.PRE_REVIEWER, Role.SECOND_REVIEWER, Role.APPROVER)


def member_everywhere(agencies: list[Agency], *roles: Role) -> User:
    user = make_user()
    for agency in agencies:
        for role in roles:
            make_member(role, agency, user=user)
    return User.objects.get(pk=user.pk)


def size(rows: "QuerySet[Edition]") -> tuple[int, int]:
    """How many parameters the statement has, and how many alternatives."""
    sql, parameters = rows.query.sql_with_params()
    return len(parameters), sql.count(" OR ")


def under_review(agency: Agency) -> list[Edition]:
    """One edition in every state of the review, of a plain type and of one that is looked at twice."""
    found = []
    for begin in (draft_one, draft_budget):
        found.append(submit(begin(agency=agency)))
        steps = begin(agency=agency).steps
        found += [sign_through(begin(agency=agency), until=step) for step in steps if step != ReviewStep.APPROVAL]
    return found


@pytest.mark.parametrize("level", ["county", "township"])
def test_waiting_for_is_what_the_service_lets_each_person_sign(level: str) -> None:
    agencies = [make_agency(level=level), make_agency(level="county")]
    editions = [edition for agency in agencies for edition in under_review(agency)]
    people = [member_everywhere(agencies, role) for role in REVIEWERS]
    people += [
        member_everywhere(agencies[:1], *REVIEWERS),
        editions[0].created_by,
        editions[-1].approvals.all()[0].signer,
    ]

    for person in people:
        allowed = {
            edition.pk
            for edition in editions
            for action in ACTION_OF.values()
            if action in review.REVIEWS and not review.reasons_against(edition, action, person, at=AT)
        }
        assert set(Edition.objects.waiting_for(person).values_list("pk", flat=True)) == allowed


@pytest.mark.parametrize("level", ["county", "township"])
def test_owing_to_is_what_the_service_lets_each_person_sign_afterwards(level: str) -> None:
    agencies = [make_agency(level=level), make_agency(level="county")]
    editions = []
    for edition in (begin(agency=agency) for agency in agencies for begin in (draft_one, draft_budget)):
        approver = signer(ReviewStep.APPROVAL, edition.item.agency)
        publish.publish_in_emergency(edition.pk, actor=approver, at=AT, reason="汛情")
        editions.append(reread(edition))
    secrecy = member_everywhere(agencies, Role.SECRECY_REVIEWER)
    people = [member_everywhere(agencies, role) for role in REVIEWERS]

    for _step in range(2):
        for person in [*people, secrecy]:
            allowed = {edition.pk for edition in editions if not review.reasons_against_afterwards(edition, person)}
            assert set(Edition.objects.owing_to(person).values_list("pk", flat=True)) == allowed
        for edition in editions:
            review.sign_afterwards(edition.pk, actor=secrecy, at=AT) if _step == 0 else None


def test_queues_of_a_reviewer_at_twelve_agencies_are_short_statements() -> None:
    person = member_everywhere([make_agency() for _number in range(12)], *REVIEWERS)

    waiting, owing = size(Edition.objects.waiting_for(person)), size(Edition.objects.owing_to(person))

    assert waiting[0] < 300 and waiting[1] < 20
    assert owing[0] < 300 and owing[1] < 20
