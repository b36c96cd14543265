"""Every rule of the rows of accountability has a row that breaks it: a valid one, changed in one respect."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F
from django.utils.timezone import localdate

from evaluation import accountability_database
from evaluation.accountability_enums import CaseState, NoticeKind
from evaluation.models import AccountabilityCase, AccountabilityEvent, AccountabilityNotice, Respondent
from tests.database import run
from tests.factories import make_user
from tests.factories.accountability import (
    day_after,
    make_case,
    make_notice,
    make_overseen,
    make_signed_paper,
    name_person,
    open_case,
)
from tests.factories.complaints import make_complaint
from tests.factories.obligations import make_obligation

pytestmark = pytest.mark.django_db
MODELS = (AccountabilityCase, Respondent, AccountabilityNotice, AccountabilityEvent)
S = CaseState

type Break = Callable[[], object]


def change(make: Callable[[], models.Model], **values: Any) -> Break:
    """A row that is valid, with these columns changed behind the back of the services."""

    def broken() -> object:
        row = make()
        resolved = {name: value() if callable(value) else value for name, value in values.items()}
        return type(row)._default_manager.filter(pk=row.pk).update(**resolved)

    return broken


def at(state: CaseState) -> Callable[[], AccountabilityCase]:
    return lambda: make_case(state)


def person() -> Respondent:
    return name_person(open_case())


def heard() -> Respondent:
    return make_case(S.HEARD).respondents.get()


def event() -> AccountabilityEvent:
    return open_case().events.get()


def agency_notice() -> AccountabilityNotice:
    return make_notice(NoticeKind.AGENCY_DECISION)


def twice(*same: str) -> Break:
    """A second paper that repeats these columns of the first."""

    def broken() -> object:
        first, second = (agency_notice(), agency_notice()) if same == ("case",) else (make_notice(), make_notice())
        values = {name: getattr(first, name) for name in same}
        return AccountabilityNotice.objects.filter(pk=second.pk).update(**values)

    return broken


def taken_up_twice() -> object:
    agency = make_overseen()
    complaint = make_complaint(agency=agency)
    rows = [open_case(agency) for _number in range(2)]
    return AccountabilityCase.objects.filter(pk__in=[row.pk for row in rows]).update(complaint=complaint)


def of_two_sources() -> object:
    row = open_case()
    values = {"complaint": make_complaint(), "obligation": make_obligation(agency=row.agency)}
    return AccountabilityCase.objects.filter(pk=row.pk).update(**values)


SIGNED: dict[str, Any] = {"decided_by": make_user, "decided_on": localdate}
BREAKS: Mapping[str, list[Break]] = {
    "accountabilitycase_state": [change(at(S.OPENED), state="lost", heard_on=localdate)],
    "accountabilitycase_agency_measure": [
        change(at(S.DECIDED), agency_measure="exile"), change(at(S.DECIDED), agency_measure="talk"),
    ],
    "accountabilitycase_one_source": [of_two_sources],
    "accountabilitycase_not_by_itself": [change(at(S.OPENED), office=F("agency"))],
    "accountabilitycase_two_people": [change(at(S.DECIDED), decided_by=F("opened_by"))],
    "accountabilitycase_heard_before_decided": [
        change(at(S.OPENED), heard_on=localdate), change(at(S.HEARD), heard_on=None),
        change(at(S.DECIDED), heard_on=None),
    ],
    "accountabilitycase_decided_is_signed": [
        change(at(S.OPENED), **SIGNED), change(at(S.DECIDED), decided_by=None), change(at(S.DROPPED), decided_by=None),
    ],
    "accountabilitycase_ruled_has_deadline": [
        change(at(S.DECIDED), correction_due_on=None), change(at(S.DECIDED), correction_due_on="2020-01-01"),
        change(at(S.HEARD), correction_due_on=localdate), change(at(S.DROPPED), agency_measure="oral"),
    ],
    "accountabilitycase_corrected_is_signed": [
        change(at(S.CORRECTED), corrected_by=None), change(at(S.CORRECTED), corrected_on=None),
        change(at(S.DECIDED), corrected_by=make_user),
    ],
    "accountabilitycase_closed_is_verified": [
        change(at(S.CLOSED), verified_by=None), change(at(S.CLOSED), verified_on=None),
    ],
    "accountabilitycase_ended_has_day": [
        change(at(S.CLOSED), closed_on=None), change(at(S.DROPPED), closed_on=None),
        change(at(S.CORRECTED), closed_on=localdate),
    ],
    "respondent_part": [change(person, part="lost")],
    "respondent_circumstance": [change(person, circumstance="lost")],
    "respondent_responsibility": [change(person, responsibility="lost")],
    "respondent_measure": [change(heard, measure="exile")],
    "respondent_form_of_measure": [
        change(heard, measure="oral", measure_form="transfer"),
        change(heard, measure="circular", measure_form="admonition"),
    ],
    "respondent_dissent_of_members": [change(person, dissent_on_record=True)],
    "respondent_heard_or_waived": [
        change(heard, waived_on=localdate), change(heard, heard_by=None), change(person, heard_by=make_user),
    ],
    "respondent_heard_before_measure": [change(person, measure="oral")],
    "respondent_measure_is_borne": [change(heard, measure="oral", responsibility="none")],
    "respondent_referred_by_measure": [
        change(heard, referred_on=localdate), change(heard, measure="oral", referred_on=localdate),
    ],
    "accountabilitynotice_kind": [change(partial(make_notice, NoticeKind.PERSON_DECISION), kind="lost")],
    "accountabilitynotice_addressee": [change(make_notice, respondent=None), change(agency_notice, respondent=person)],
    "accountabilitynotice_once_a_person": [twice("respondent", "kind")],
    "accountabilitynotice_once_an_agency": [twice("case")],
    "accountabilitynotice_hearing_says_the_charge": [
        change(make_notice, responsibility=""), change(make_notice, part="lost"),
        change(agency_notice, responsibility="whole"),
    ],
    "accountabilitynotice_answer_of_withdrawn": [
        change(make_notice, waived_on=localdate), change(make_notice, withdrawn_on=localdate, heard_on=localdate),
        change(make_notice, withdrawn_on=localdate, heard_on=localdate, heard_by=make_user, waived_on=localdate),
    ],
    "accountabilitynotice_hearing_is_withdrawn": [change(agency_notice, withdrawn_on=localdate)],
    "accountabilitynotice_arrives_after_issued": [change(make_notice, delivered_on=lambda: day_after(-1))],
    "accountabilityevent_action": [change(event, action="lost")],
    "accountabilityevent_from_state": [change(event, from_state="lost")],
    "accountabilityevent_to_state": [change(event, to_state="lost")],
    "accountabilityevent_part": [change(event, part="lost")],
}  # fmt: skip


def rules() -> dict[str, models.BaseConstraint]:
    found = [rule for model in MODELS for rule in model._meta.constraints]
    return {rule.name.removeprefix("evaluation_"): rule for rule in found}


def test_every_rule_of_the_rows_is_broken_here() -> None:
    assert set(rules()) == set(BREAKS)


def test_database_refuses_what_breaks_a_rule() -> None:
    """The triggers that keep rows as they were speak before the rules do; the rollback puts them back."""
    for guard in accountability_database.guards():
        for statement in guard.drop[connection.vendor]:
            run(statement)
    for name, breaks in BREAKS.items():
        for number, broken in enumerate(breaks):
            with pytest.raises(IntegrityError) as caught, transaction.atomic():
                broken()
            words = str(caught.value)
            is_unique = isinstance(rules()[name], models.UniqueConstraint)
            assert name in words or (is_unique and "UNIQUE constraint failed" in words), (name, number, words)


def test_complaint_number_and_papers_belong_to_one_row() -> None:
    for guard in accountability_database.guards():
        for statement in guard.drop[connection.vendor]:
            run(statement)
    first, second = open_case(), open_case()
    paper = make_signed_paper()
    paper.save()
    people = [name_person(first), name_person(second)]
    with pytest.raises(IntegrityError), transaction.atomic():
        taken_up_twice()
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountabilityCase.objects.filter(pk=second.pk).update(number=first.number)
    with pytest.raises(IntegrityError), transaction.atomic():
        Respondent.objects.filter(pk__in=[who.pk for who in people]).update(paper=paper)
