"""特邀评议人员: who is invited, masked before staff, shown with a reason, and forgotten when his part is over.

The trail and every list call a person by the number of the survey and his own.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Count, F, Max, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from evaluation.models import Evaluator, Survey
from evaluation.services.procedure import check
from evaluation.services.survey_procedure import (
    locked,
    reasons_against,
    reasons_against_role,
    record,
    visible_to,
)
from evaluation.survey_enums import EvaluatorGroup, SurveyAction, SurveyState
from evaluation.survey_evaluator_table import read_rows
from evaluation.survey_rules import BASIS, MIN_INVITED, MOST_EVALUATORS, RETENTION_DAYS
from govportal import audit, personal_data
from govportal.crypto import fingerprint
from govportal.html import clean_line
from govportal.imports import ImportResult, Outcome, RowOutcome
from govportal.models import User
from govportal.tables import UnreadableTable, read_table
from requests_app.services.applicants import mask_mail, mask_name, mask_number, reasons_against_reason

LONGEST_LINE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    group: EvaluatorGroup | str
    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """So many of a group were invited, were given a token, and have used it."""

    group: EvaluatorGroup
    invited: int
    issued: int
    used: int


def evaluators_visible_to(user: Any) -> QuerySet[Evaluator]:
    return Evaluator.objects.filter(survey__in=visible_to(user))


def returned(row: Survey) -> list[Returned]:
    """回收情况 by group, in one statement; groups of whom nobody is invited are left out."""
    people = Evaluator.objects.filter(survey=row, voided_on=None).order_by()
    issued, used = (Count("pk", filter=Q(**asked)) for asked in ({"issued_on__isnull": False}, {"is_used": True}))
    counted = people.values_list("group").annotate(invited=Count("pk"), issued=issued, used=used)
    by_group = {group: numbers for group, *numbers in counted}
    return [Returned(group, *by_group[group]) for group in EvaluatorGroup if group in by_group]


# --- adding ------------------------------------------------------------------------------------------------------


def person_key(person: Person) -> str:
    """One invitation a person and survey: the name with the number or, without one, the address."""
    reached = "".join(sign for sign in person.phone if sign.isdigit()) or person.email
    return fingerprint("survey evaluator", f"{person.name}|{reached}")


def reasons_against_person(person: Person) -> list[str]:
    reasons = []
    if person.group not in EvaluatorGroup.values:
        reasons.append(_("请选择类别。"))
    if not any(sign.isalnum() for sign in person.name):
        reasons.append(_("请填写姓名。"))
    if not person.email and not person.phone:
        reasons.append(_("电子邮箱、联系电话至少填一项。"))
    if any(len(line) > LONGEST_LINE for line in (person.name, person.email, person.phone)):
        reasons.append(_("每一项最多 %s 个字。") % LONGEST_LINE)
    elif person.email and not _is_email(person.email):
        reasons.append(_("电子邮箱的格式不对。"))
    if person.phone and not 7 <= sum(sign.isdigit() for sign in person.phone) <= 20:
        reasons.append(_("联系电话的位数不对。"))
    return reasons


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _cleaned(person: Person) -> Person:
    return Person(
        group=person.group,
        name=clean_line(person.name),
        email=clean_line(person.email),
        phone=clean_line(person.phone),
    )


def _reasons_against_room(row: Survey, more: int = 1) -> list[str]:
    full = Evaluator.objects.filter(survey=row).count() + more > MOST_EVALUATORS
    return [_("一次评议最多邀请 %s 人。") % MOST_EVALUATORS] if full else []


def reasons_against_few(row: Survey, *, more: int = 0) -> list[str]:
    """Why the invited, with so many more, are too few to stay unknown."""
    count = Evaluator.objects.filter(survey=row, voided_on=None).count() + more
    reason = _("特邀评议人员须有至少 %s 人（或者一个也不邀请），不然看评议票就知道是谁填的。")
    return [reason % MIN_INVITED] if 0 < count < MIN_INVITED else []


@transaction.atomic
def add(survey_id: int, person: Person, *, actor: User) -> Evaluator:
    """One more evaluator. Raises ValidationError."""
    row = locked(survey_id)
    person = _cleaned(person)
    check(reasons_against(row, SurveyAction.INVITE, actor))
    check([*reasons_against_person(person), *_reasons_against_room(row)])
    if row.state == SurveyState.OPEN:
        check(reasons_against_few(row, more=1))
    if Evaluator.objects.filter(survey=row, person_key=person_key(person)).exists():
        raise ValidationError([_("这个人已经在特邀评议人员里。")])
    found = _write(row, person, _next_number(row))
    record(row, SurveyAction.INVITE, actor=actor, after={"evaluator": str(found), "group": found.group})
    return found


def _next_number(row: Survey) -> int:
    last: int | None = Evaluator.objects.filter(survey=row).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _write(row: Survey, person: Person, number: int) -> Evaluator:
    return Evaluator.objects.create(
        survey=row,
        number=number,
        group=person.group,
        name=person.name,
        email=person.email,
        phone=person.phone,
        person_key=person_key(person),
    )


@transaction.atomic
def import_people(survey_id: int, source: Any, *, actor: User, is_dry_run: bool) -> ImportResult:
    """A table of people, row by row; who is there already stays as he is. Raises UnreadableTable."""
    row = locked(survey_id)
    if reasons := reasons_against(row, SurveyAction.INVITE, actor):
        raise UnreadableTable("".join(reasons))
    rows = read_rows(read_table(source, max_rows=MOST_EVALUATORS + 100))
    known = set(Evaluator.objects.filter(survey=row).values_list("person_key", flat=True))
    if over := _reasons_against_room(row, len(rows)):
        raise UnreadableTable("".join(over))
    number, outcomes, made = _next_number(row), [], 0
    for one in rows:
        person = _cleaned(Person(group=one.group, name=one.name, email=one.email, phone=one.phone))
        faults = one.messages or reasons_against_person(person)
        # The report names nobody in full: it is downloaded and passed on.
        label, key = mask_name(person.name), person_key(person)
        if faults:
            outcomes.append(RowOutcome(one.place, Outcome.PROBLEM, label, tuple(faults)))
        elif key in known:
            outcomes.append(RowOutcome(one.place, Outcome.UNCHANGED, label))
        else:
            known.add(key)
            outcomes.append(RowOutcome(one.place, Outcome.CREATED, label))
            if not is_dry_run:
                _write(row, person, number + made)
            made += 1
    if row.state == SurveyState.OPEN and (few := reasons_against_few(row, more=made if is_dry_run else 0)):
        raise UnreadableTable("".join(few))
    if made and not is_dry_run:
        record(row, "import_evaluators", actor=actor, after={"count": made})
    return ImportResult(tuple(outcomes))


# --- taking back -------------------------------------------------------------------------------------------------


def reasons_against_voiding(person: Evaluator, actor: Any) -> list[str]:
    reasons = reasons_against(person.survey, SurveyAction.INVITE, actor)
    if person.voided_on:
        reasons.append(_("已经取消。"))
    if person.is_used:
        reasons.append(_("评议码已经使用，不能取消。"))
    if person.survey.state == SurveyState.OPEN and not reasons:
        reasons += reasons_against_few(person.survey, more=-1)
    return reasons


@transaction.atomic
def void(evaluator_id: int, *, actor: User, at: datetime, note: str) -> Evaluator:
    """取消邀请: the token opens nothing any more. Raises ValidationError."""
    person = locked_evaluator(evaluator_id)
    check(reasons_against_voiding(person, actor))
    words = clean_line(note)
    check(reasons_against_note(person, words))
    person.token_key, person.voided_on = "", localdate(at)
    person.save(update_fields=["token_key", "voided_on"])
    record(person.survey, "void_evaluator", actor=actor, after={"evaluator": str(person)}, note=words)
    return person


def reasons_against_note(person: Evaluator, note: str) -> list[str]:
    """Why the trail cannot keep these words: it is never purged."""
    return reasons_against_reason(
        note,
        missing=_("请写明理由。"),
        naming=_("理由会记入审计，不要写姓名或者联系方式。"),
        is_named=lambda: personal_data.names(note, [person.name], [person.phone, person.email]),
    )


def locked_evaluator(evaluator_id: int) -> Evaluator:
    """The evaluator, locked after his survey, as a ballot locks them."""
    survey = locked(Evaluator.objects.values_list("survey_id", flat=True).get(pk=evaluator_id))
    person = Evaluator.objects.select_for_update(no_key=True).get(pk=evaluator_id)
    person.survey = survey
    return person


# --- kept apart from the ballots ---------------------------------------------------------------------------------


def mix(row: Survey) -> None:
    """Write each of the invited of a locked survey anew, in an order drawn by lot, once no ballot is cast any more.

    PostgreSQL keeps for good which rows were written together, and in which order: a token would be found beside the
    ballot that was cast with it.
    """
    people = list(Evaluator.objects.filter(survey=row).values_list("pk", flat=True))
    random.SystemRandom().shuffle(people)
    for pk in people:
        Evaluator.objects.filter(pk=pk).update(is_used=F("is_used"))


# --- behind the mask ---------------------------------------------------------------------------------------------


def masked(person: Evaluator) -> list[tuple[str, str]]:
    lines = [
        (_("姓名"), mask_name(person.name)),
        (_("电子邮箱"), mask_mail(person.email)),
        (_("联系电话"), mask_number(person.phone)),
    ]
    return [(label, value) for label, value in lines if value]


def plain(person: Evaluator) -> list[tuple[str, str]]:
    """All of it: for the answer to `unmask` alone."""
    lines = [(_("姓名"), person.name), (_("电子邮箱"), person.email), (_("联系电话"), person.phone)]
    return [(label, value) for label, value in lines if value]


def reasons_against_looking(person: Evaluator, actor: Any) -> list[str]:
    reasons = reasons_against_role(actor)
    if person.purged_on:
        reasons.append(_("姓名和联系方式已按保存期限清除。"))
    return reasons


@transaction.atomic
def unmask(evaluator_id: int, reason: str, *, actor: User) -> Evaluator:
    """Name and contact in full, for this one answer, with the reason in the trail. Raises ValidationError."""
    person = Evaluator.objects.select_related("survey").get(pk=evaluator_id)
    check(reasons_against_looking(person, actor))
    words = clean_line(reason)
    check(reasons_against_note(person, words))
    audit.record(actor, "evaluator.unmask", person, basis=BASIS, note=words)
    return person


# --- forgetting --------------------------------------------------------------------------------------------------


def purge(at: datetime) -> int:
    """Names and contacts of surveys that ended long ago; the numbers by group stay. Safe to repeat."""
    before = at - timedelta(days=RETENTION_DAYS)
    over = Q(survey__state=SurveyState.TALLIED, survey__tallied_at__lt=before)
    over |= Q(survey__state=SurveyState.CANCELLED, survey__closed_at__lt=before)
    over |= Q(survey__state=SurveyState.CANCELLED, survey__closed_at=None, survey__closes_on__lt=localdate(before))
    purged = 0
    for pk in Evaluator.objects.filter(over, purged_on=None).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            person = locked_evaluator(pk)
            if person.purged_on:
                continue
            person.name = person.email = person.phone = ""
            person.person_key, person.purged_on = f"purged-{person.number}", localdate(at)
            if not person.is_used:
                person.token_key = ""
            person.save(update_fields=["name", "email", "phone", "person_key", "purged_on", "token_key"])
            audit.record(None, "evaluator.purge", person)
            purged += 1
    return purged
