"""Casting a ballot: one a person and survey, whoever presses how often at one moment.

Secret: a ballot of the public hangs on what a cookie holds, one of an invited evaluator on nothing at all; neither
leaves a line in the audit trail, whose moments would tell them apart. The survey is locked meanwhile, so that closing
waits for who is casting, and two with one cookie or one token for each other.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from evaluation.models import Ballot, BallotAnswer, Evaluator, Survey, SurveyQuestion
from evaluation.services.procedure import check
from evaluation.services.survey_procedure import locked
from evaluation.survey_enums import Level, SurveyState
from evaluation.survey_rules import MOST_AGENCIES
from govportal import throttle
from govportal.crypto import fingerprint
from govportal.models import Agency

# (agency id, question id) -> level, None for 不了解.
type Answers = Mapping[tuple[int, int], int | None]


class Casting(StrEnum):
    CAST = "cast"
    ALREADY = "already"  # this voter has a ballot; nothing was written


class TooMany(Exception):
    """So many ballots came from one network today that no more are taken. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What can be rated: the agencies and questions of a survey, in their order."""

    agencies: Sequence[Agency]
    questions: Sequence[SurveyQuestion]


def sheet_of(row: Survey) -> Sheet:
    agencies = row.agencies.order_by("position", "name", "pk")
    return Sheet(list(agencies), list(row.questions.order_by("position")))


def voter_key(row: Survey, voter: str) -> str:
    """Of one survey alone, so that two surveys tell nothing of each other."""
    return fingerprint("survey voter", f"{row.pk}|{voter}")


def has_voted(row: Survey, voter: str) -> bool:
    return Ballot.objects.filter(survey=row, voter_key=voter_key(row, voter)).exists()


def limit() -> throttle.Limit:
    """Of ballots from one network in a day: many share one."""
    return throttle.Limit("survey ballots", settings.SURVEY_BALLOTS_PER_ADDRESS, timedelta(days=1))


# --- reasons -----------------------------------------------------------------------------------------------------


def reasons_against_time(row: Survey, today: date) -> list[str]:
    """Why nobody can vote today."""
    if row.is_accepting(today):
        return []
    if row.state == SurveyState.CANCELLED:
        return [_("评议已经取消。")]
    if row.opened_at is None:
        return [_("评议还没有开始。")]
    if row.state == SurveyState.OPEN and today < row.opens_on:
        return [_("评议从 %s 开始。") % date_format(row.opens_on)]
    last = min(row.closes_on, localdate(row.closed_at)) if row.closed_at else row.closes_on
    return [_("评议已在 %s 截止。") % date_format(last)]


def reasons_against_public(row: Survey, today: date) -> list[str]:
    """Why nobody of the public can vote today."""
    return reasons_against_time(row, today) or ([] if row.accepts_public else [_("这次评议只由特邀评议人员参加。")])


def reasons_against_answers(sheet: Sheet, answers: Answers, *, most: int | None = None) -> list[str]:
    """What a ballot lacks, or what does not belong to it. Of an agency all that is required is answered, or nothing."""
    agencies, questions = {one.pk: one for one in sheet.agencies}, {one.pk for one in sheet.questions}
    if any(agency not in agencies or question not in questions for agency, question in answers):
        return [_("测评表与这次评议不符，请重新打开。")]
    if any(level is not None and level not in Level.values for level in answers.values()):
        return [_("请从列出的等次里选。")]
    rated = {agency for agency, _question in answers}
    if not rated:
        return [_("请至少评议一个单位。")]
    reasons = []
    if most is not None and len(rated) > most:
        reasons.append(_("一次最多评议 %s 个单位。") % most)
    required = [one for one in sheet.questions if one.is_required]
    for agency in sheet.agencies:
        missing = [one for one in required if agency.pk in rated and (agency.pk, one.pk) not in answers]
        if missing:
            words = {"agency": agency.display_name, "numbers": "、".join(str(one.position) for one in missing)}
            reasons.append(_("%(agency)s：第 %(numbers)s 题还没有答；不清楚的选“不了解”。") % words)
    return reasons


# --- the public --------------------------------------------------------------------------------------------------


@transaction.atomic
def cast(survey_id: int, answers: Answers, *, voter: str, network: str, at: datetime) -> Casting:
    """One ballot of the public. `voter`: what the browser keeps; `network`: where it came from, for counting alone.

    Raises ValidationError with reasons, TooMany; then nothing was counted either.
    """
    row = locked(survey_id)
    key = voter_key(row, voter)
    if Ballot.objects.filter(survey=row, voter_key=key).exists():
        return Casting.ALREADY
    check(reasons_against_public(row, localdate(at)))
    check(reasons_against_answers(sheet_of(row), answers, most=MOST_AGENCIES))
    # Inside, under the lock: what is counted is the ballot, and a second press of one voter has left above.
    if not throttle.take(limit(), f"{row.pk}|{network}", at=at):
        raise TooMany
    _write(row, answers, key=key, is_invited=False, cast_on=localdate(at))
    return Casting.CAST


# --- the invited -------------------------------------------------------------------------------------------------


def token_key(token: str) -> str:
    """However it was typed: with or without its hyphens, in whatever case."""
    return fingerprint("survey token", token.replace("-", ""))


def find_evaluator(token: str) -> Evaluator | None:
    """Whose token this is; None for one that is void, replaced or was never given out."""
    return Evaluator.objects.select_related("survey").filter(token_key=token_key(token)).first() if token else None


@transaction.atomic
def cast_invited(token: str, answers: Answers, *, at: datetime) -> Casting:
    """One ballot for one token. Raises ValidationError, and Evaluator.DoesNotExist for a token of nobody."""
    survey_id = Evaluator.objects.values_list("survey_id", flat=True).get(token_key=token_key(token))
    row = locked(survey_id)  # before the evaluator, as everywhere
    person = Evaluator.objects.select_for_update(no_key=True).get(token_key=token_key(token))
    if person.is_used:
        return Casting.ALREADY
    check(reasons_against_time(row, localdate(at)))
    check(reasons_against_answers(sheet_of(row), answers))
    person.is_used = True
    person.save(update_fields=["is_used"])
    # A key out of nothing: neither from the token nor from the person is there a way to the ballot.
    _write(row, answers, key=fingerprint("survey voter", secrets.token_hex(32)), is_invited=True, cast_on=None)
    return Casting.CAST


def _write(row: Survey, answers: Answers, *, key: str, is_invited: bool, cast_on: date | None) -> None:
    ballot = Ballot.objects.create(survey=row, voter_key=key, is_invited=is_invited, cast_on=cast_on)
    BallotAnswer.objects.bulk_create(
        BallotAnswer(ballot=ballot, agency_id=agency, question_id=question, level=level)
        for (agency, question), level in sorted(answers.items(), key=lambda pair: pair[0])
    )
