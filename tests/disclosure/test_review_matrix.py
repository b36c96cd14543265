"""Role × action × state: who may do what to an edition in which state, and that every verb asks the same question."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError

from disclosure.enums import EditionAction, EditionState, ReviewStep
from disclosure.models import Edition
from disclosure.services import draft, procedure, publish, review
from govportal.models import Agency, User
from govportal.permissions import Role
from tests.factories import make_agency, make_member, make_user
from tests.factories.policies import draft_budget
from tests.factories.published import AT, sign_through, signer, submit

A, S, R = EditionAction, EditionState, Role
LATER = AT + timedelta(hours=1)

# Who may do what without having written or signed anything; a budget of a county body asks for every step.
_PUBLISHERS = {R.PUBLISHER, R.APPROVER}
ALLOWED: Mapping[EditionState, Mapping[EditionAction, set[Role]]] = {
    S.DRAFT: {
        A.EDIT: {R.PUBLISHER},
        A.SUBMIT: {R.PUBLISHER},
        A.EMERGENCY_PUBLISH: {R.APPROVER},
        A.DISCARD: {R.PUBLISHER},
    },
    S.SUBMITTED: {
        A.EDIT: {R.PUBLISHER},
        A.SECRECY_REVIEW: {R.SECRECY_REVIEWER},
        A.RETURN: {R.SECRECY_REVIEWER},
        A.EMERGENCY_PUBLISH: {R.APPROVER},
    },
    S.SECRECY_REVIEWED: {
        A.EDIT: {R.PUBLISHER},
        A.PRE_REVIEW: {R.PRE_REVIEWER},
        A.RETURN: {R.PRE_REVIEWER},
        A.EMERGENCY_PUBLISH: {R.APPROVER},
    },
    S.PRE_REVIEWED: {
        A.EDIT: {R.PUBLISHER},
        A.SECOND_REVIEW: {R.SECOND_REVIEWER},
        A.RETURN: {R.SECOND_REVIEWER},
        A.EMERGENCY_PUBLISH: {R.APPROVER},
    },
    S.SECOND_REVIEWED: {
        A.EDIT: {R.PUBLISHER},
        A.APPROVE: {R.APPROVER},
        A.RETURN: {R.APPROVER},
        A.EMERGENCY_PUBLISH: {R.APPROVER},
    },
    S.APPROVED: {A.EDIT: {R.PUBLISHER}, A.RETURN: {R.APPROVER}, A.SCHEDULE: _PUBLISHERS, A.PUBLISH: _PUBLISHERS},
    S.SCHEDULED: {A.EDIT: {R.PUBLISHER}, A.RETURN: {R.APPROVER}, A.UNSCHEDULE: _PUBLISHERS, A.PUBLISH: _PUBLISHERS},
    S.PUBLISHED: {},
    S.DISCARDED: {},
}
SIGNING = {A.SECRECY_REVIEW, A.PRE_REVIEW, A.SECOND_REVIEW, A.APPROVE, A.EMERGENCY_PUBLISH}
_LAST_STEP = {
    S.SECRECY_REVIEWED: ReviewStep.SECRECY,
    S.PRE_REVIEWED: ReviewStep.PRE,
    S.SECOND_REVIEWED: ReviewStep.SECOND,
}


def bring_to(state: EditionState, edition: Edition) -> Edition:
    """Through the services, by as many people as it takes."""
    approver = signer(ReviewStep.APPROVAL, edition.item.agency)
    if state == S.DISCARDED:
        review.discard(edition.pk, actor=edition.created_by, at=AT)
    elif state == S.SUBMITTED:
        submit(edition)
    elif state != S.DRAFT:
        sign_through(edition, until=_LAST_STEP.get(state, ReviewStep.APPROVAL))
    if state == S.SCHEDULED:
        publish.schedule(edition.pk, actor=approver, at=AT, publish_at=LATER)
    elif state == S.PUBLISHED:
        publish.publish(edition.pk, actor=approver, at=AT)
    found = Edition.objects.select_related("item__agency").get(pk=edition.pk)
    assert found.state == state
    return found


def reasons(edition: Edition, action: EditionAction, actor: Any) -> list[str]:
    """What the button of the action asks."""
    if action in {A.PUBLISH, A.SCHEDULE}:
        return publish.reasons_against(edition, action, actor, at=AT)
    if action == A.EMERGENCY_PUBLISH:
        return publish.reasons_against_emergency(edition, actor, at=AT)
    if action in {A.EDIT, A.UNSCHEDULE}:
        return procedure.reasons_against(edition, action, actor)
    return review.reasons_against(edition, action, actor, at=AT)


def may(edition: Edition, actor: Any) -> set[EditionAction]:
    return {action for action in EditionAction if not reasons(edition, action, actor)}


def allowed_to(state: EditionState, *roles: Role) -> set[EditionAction]:
    return {action for action, holders in ALLOWED[state].items() if holders & set(roles)}


def everything(agency: Agency, user: User | None = None) -> User:
    """One person with every role there is, and a superuser on top."""
    user = user or make_user(is_superuser=True)
    for role in Role:
        if not user.memberships.filter(agency=agency, role=role).exists():
            make_member(role, agency, user=user)
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("state", EditionState)
@pytest.mark.django_db
def test_matrix_each_role_at_the_agency_may_do_exactly_what_its_table_says(state: EditionState) -> None:
    agency = make_agency()
    edition = bring_to(state, draft_budget(agency=agency))

    found = {role: may(edition, make_member(role, agency)) for role in Role}

    assert found == {role: allowed_to(state, role) for role in Role}


@pytest.mark.parametrize("state", EditionState)
@pytest.mark.django_db
def test_matrix_nobody_else_may_do_anything(state: EditionState) -> None:
    county = make_agency()
    agency = make_agency(parent=county)
    edition = bring_to(state, draft_budget(agency=agency))
    others = {
        "superuser": make_user(is_superuser=True),
        "administrator of the county": make_member(Role.ADMINISTRATOR, county),
        "all roles one level up": everything(county, make_user()),
        "all roles next door": everything(make_agency(parent=county), make_user()),
        "somebody who left": everything(agency, make_user(is_active=False)),
        "nobody": AnonymousUser(),
    }

    assert {name: may(edition, person) for name, person in others.items()} == {name: set() for name in others}


@pytest.mark.parametrize("state", EditionState)
@pytest.mark.django_db
def test_matrix_writers_with_every_role_sign_nothing(state: EditionState) -> None:
    """The author, the last editor, and whoever edited between them and takes nothing back."""
    agency = make_agency()
    edition = draft_budget(agency=agency)
    content = draft.Content(title="预算", body="<p>改</p>", extra={"fiscal_year": 2026, "kind": "budget"})
    between, editor = (make_member(Role.PUBLISHER, agency) for _number in range(2))
    for version, person in enumerate((between, editor)):
        draft.edit(edition.pk, content, actor=person, at=AT, lock_version=version)
    edition.refresh_from_db()
    edition = bring_to(state, edition)
    of_others = allowed_to(state, *Role) - SIGNING
    expected = set(of_others)
    if state in {S.SUBMITTED, S.SECRECY_REVIEWED, S.PRE_REVIEWED, S.SECOND_REVIEWED, S.APPROVED, S.SCHEDULED}:
        expected |= {A.RECALL}

    found = [may(edition, everything(agency, writer)) for writer in (edition.created_by, editor, between)]

    assert found == [expected, expected, of_others]
    assert not any(edition in Edition.objects.waiting_for(writer) for writer in (edition.created_by, editor, between))


@pytest.mark.parametrize("state", [S.SECRECY_REVIEWED, S.PRE_REVIEWED, S.SECOND_REVIEWED])
@pytest.mark.django_db
def test_matrix_who_has_signed_signs_no_other_step(state: EditionState) -> None:
    agency = make_agency()
    edition = bring_to(state, draft_budget(agency=agency))
    signers = [approval.signer for approval in edition.approvals.all()]

    found = [may(edition, everything(agency, person)) for person in signers]

    assert found == [allowed_to(state, *Role) - SIGNING] * len(signers)


@pytest.mark.parametrize("state", EditionState)
@pytest.mark.django_db
def test_matrix_queue_of_a_person_is_what_he_may_sign_next(state: EditionState) -> None:
    agency = make_agency()
    edition = bring_to(state, draft_budget(agency=agency))
    people = [make_member(role, agency) for role in Role]
    people += [make_user(is_superuser=True), everything(agency, edition.created_by), everything(make_agency())]

    found = [edition in Edition.objects.waiting_for(person) for person in people]

    assert found == [bool(may(edition, person) & (SIGNING - {A.EMERGENCY_PUBLISH})) for person in people]


# The verbs themselves: what their button refuses, they refuse, and leave everything as it was.

_CONTENT = draft.Content(title="改", body="<p>改</p>", change_note="改")
VERBS: Mapping[EditionAction, Callable[[Edition, User], object]] = {
    A.EDIT: lambda e, u: draft.edit(e.pk, _CONTENT, actor=u, at=AT, lock_version=e.lock_version),
    A.SUBMIT: lambda e, u: review.submit(e.pk, actor=u, at=AT),
    A.RECALL: lambda e, u: review.recall(e.pk, actor=u, at=AT),
    A.SECRECY_REVIEW: lambda e, u: review.review(e.pk, A.SECRECY_REVIEW, actor=u, at=AT),
    A.PRE_REVIEW: lambda e, u: review.review(e.pk, A.PRE_REVIEW, actor=u, at=AT),
    A.SECOND_REVIEW: lambda e, u: review.review(e.pk, A.SECOND_REVIEW, actor=u, at=AT),
    A.APPROVE: lambda e, u: review.review(e.pk, A.APPROVE, actor=u, at=AT),
    A.RETURN: lambda e, u: review.send_back(e.pk, actor=u, at=AT, reason="数字有误"),
    A.SCHEDULE: lambda e, u: publish.schedule(e.pk, actor=u, at=AT, publish_at=LATER),
    A.UNSCHEDULE: lambda e, u: publish.unschedule(e.pk, actor=u, at=AT),
    A.PUBLISH: lambda e, u: publish.publish(e.pk, actor=u, at=AT),
    A.EMERGENCY_PUBLISH: lambda e, u: publish.publish_in_emergency(e.pk, actor=u, at=AT, reason="汛情"),
    A.DISCARD: lambda e, u: review.discard(e.pk, actor=u, at=AT),
}


def traces(edition: Edition) -> tuple[Any, ...]:
    row = Edition.objects.values().get(pk=edition.pk)
    return row, list(edition.approvals.values()), edition.events.count(), edition.item.log_entries.count()


@pytest.mark.parametrize("state", EditionState)
@pytest.mark.django_db
def test_every_verb_refuses_a_superuser_in_every_state_and_leaves_no_trace(state: EditionState) -> None:
    edition = bring_to(state, draft_budget())
    root = make_user(is_superuser=True)
    before = traces(edition)

    for action in EditionAction:
        with pytest.raises(ValidationError):
            VERBS[action](edition, root)

    assert traces(edition) == before


@pytest.mark.parametrize("state", EditionState)
@pytest.mark.django_db
def test_every_verb_refuses_with_all_roles_what_the_state_forbids(state: EditionState) -> None:
    agency = make_agency()
    edition = bring_to(state, draft_budget(agency=agency))
    person = everything(agency)
    before = traces(edition)

    for action in set(EditionAction) - allowed_to(state, *Role):
        with pytest.raises(ValidationError):
            VERBS[action](edition, person)

    assert traces(edition) == before


_CASES = [(state, action) for state, actions in ALLOWED.items() for action in actions]


@pytest.mark.parametrize(("state", "action"), _CASES)
@pytest.mark.django_db
def test_every_verb_does_what_its_table_allows_and_says_so_once(state: EditionState, action: EditionAction) -> None:
    agency = make_agency()
    edition = bring_to(state, draft_budget(agency=agency))
    role = next(iter(ALLOWED[state][action]))
    person = make_member(role, agency)
    events = edition.events.count()

    VERBS[action](edition, person)

    event = edition.events.latest("pk")
    assert (edition.events.count(), event.action, event.from_state, event.actor) == (events + 1, action, state, person)
    edition.refresh_from_db()
    assert event.to_state == edition.state
