"""The one writer of the state of a survey: who may do what when, and each step in the trail.

Whoever is of an agency that is rated has no hand in it (domain §9): nobody counts the votes on himself.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from evaluation.models import Survey, SurveyStep
from evaluation.survey_enums import SurveyAction, SurveyState, SurveyStepKind
from evaluation.survey_rules import BASIS
from evaluation.survey_workflow import SURVEY, next_survey_state
from govportal import access, audit
from govportal.models import PublicRevision, User
from govportal.permissions import Permission


def visible_to(user: Any) -> QuerySet[Survey]:
    """A survey belongs to the whole site: all of them, or none."""
    return Survey.objects.all() if access.holds_for_all(user, Permission.ASSESS) else Survey.objects.none()


def reasons_against(row: Survey, action: SurveyAction, actor: Any) -> list[str]:
    """Why this person cannot do this now, whatever he would write; empty when he can."""
    if next_survey_state(row.state, action) is None:
        words = {"state": row.get_state_display(), "action": SurveyAction(action).label}
        return [_("社会评议的状态是“%(state)s”，不能%(action)s。") % words]
    reasons = reasons_against_role(actor, SURVEY[action].permission)
    return reasons or reasons_against_own(row, actor)


def reasons_against_role(actor: Any, permission: Permission = Permission.ASSESS) -> list[str]:
    return [] if access.holds_for_all(actor, permission) else [_("您没有组织全县社会评议的角色。")]


def reasons_against_own(row: Survey, actor: Any) -> list[str]:
    """Nobody conducts the survey that rates an agency he is of."""
    own = row.agencies.filter(pk__in=access.own_agencies(actor)).order_by("pk").first()
    return [_("%s是评议对象，您是它的人员，不能办理。") % own.display_name] if own else []


def locked(survey_id: int) -> Survey:
    """The row, locked until the transaction ends. Ballots are cast under the same lock."""
    return Survey.objects.select_for_update(no_key=True).get(pk=survey_id)


def move(
    row: Survey,
    action: SurveyAction,
    *,
    actor: User | None,
    fields: Iterable[str] = (),
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    note: str = "",
) -> Survey:
    """Save a locked row with `fields` in its next state, and write that down. `actor` None: the calendar."""
    state, target = row.state, next_survey_state(row.state, action)
    assert target is not None  # reasons_against has looked
    row.state = target
    row.save(update_fields=["state", *fields])
    record(
        row,
        action,
        actor=actor,
        before={"state": state} | (before or {}),
        after={"state": target} | (after or {}),
        note=note,
    )
    return row


def record(
    row: Survey,
    action: str,
    *,
    actor: User | None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    note: str = "",
) -> None:
    """Write down what was done to a survey; pages that show it are made anew."""
    audit.record(actor, f"survey.{action}", row, before=before, after=after, basis=BASIS, note=note)
    if row.state != SurveyState.DRAFT:
        PublicRevision.raise_number()


def reasons_against_undone(row: Survey, steps: Iterable[SurveyStepKind]) -> list[str]:
    """Why nobody goes on: one of these steps was not recorded."""
    undone = row.steps.filter(step__in=steps, done_on=None)
    return [_("程序“%s”还没有完成，请先“登记程序”。") % step.get_step_display() for step in undone]


def finish_step(row: Survey, step: SurveyStepKind, *, actor: User | None, at: datetime, note: str = "") -> SurveyStep:
    """A step that a deed is itself, or that somebody records: done once, and for good."""
    found = SurveyStep.objects.get(survey=row, step=step)
    if found.done_on is None:
        found.done_on, found.done_by, found.note = localdate(at), actor, note
        found.save(update_fields=["done_on", "done_by", "note"])
    return found
