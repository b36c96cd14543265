"""What can be done to an edition, each verb with its service, its refusals and what a person must say to it.

Buttons, the confirm page and the bulk page read this one table; the services decide.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure import workflow
from disclosure.enums import EditionAction, EditionState, Procedure
from disclosure.models import Edition
from disclosure.services import procedure, publish, review
from govportal.models import User

AFTERWARDS = "sign_afterwards"
_ALL = EditionAction
# Verbs with which somebody puts his name under the text.
SIGNING = frozenset({*review.REVIEWS, _ALL.EMERGENCY_PUBLISH, AFTERWARDS})

type Reasons = Callable[[Edition, Any, datetime], list[str]]
type Performance = Callable[[Edition, User, datetime, Mapping[str, Any]], Any]


class Needs(StrEnum):
    """What a verb asks for beside the press of a button."""

    NOTE = "note"  # may stay empty
    REASON = "reason"
    TIME = "time"


class Tone(StrEnum):
    MAIN = "main"
    PLAIN = "plain"
    GRAVE = "grave"


@dataclass(frozen=True, slots=True)
class Verb:
    """`done` is said when it has been done."""

    key: str
    label: Promise | str
    reasons: Reasons
    perform: Performance
    done: Promise | str
    needs: Needs = Needs.NOTE
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Seen:
    """The text a person had before his eyes when he pressed the button."""

    lock_version: int
    review_digest: str


class Outcome(StrEnum):
    DONE = "done"
    ALREADY = "already"  # by the same person: the button was pressed twice
    STALE = "stale"  # the text has changed since it was shown
    REFUSED = "refused"


def _noted(service: Callable[..., Any], name: str = "note") -> Performance:
    """The service with what was said under `name`."""
    return lambda edition, actor, at, said: service(edition.pk, actor=actor, at=at, **{name: said["note"]})


def _signing(action: EditionAction) -> Performance:
    return lambda edition, actor, at, said: review.review(edition.pk, action, actor=actor, at=at, note=said["note"])


def _schedule(edition: Edition, actor: User, at: datetime, said: Mapping[str, Any]) -> Any:
    return publish.schedule(edition.pk, actor=actor, at=at, publish_at=said["publish_at"])


def _verb(
    action: EditionAction,
    reasons: Callable[..., list[str]],
    perform: Performance,
    done: Promise | str,
    **values: Any,
) -> Verb:
    return Verb(
        action.value,
        action.label,
        lambda edition, actor, at: reasons(edition, action, actor, at=at),
        perform,
        done,
        **values,
    )


_SIGNED = _("已签署：%(verb)s。")
_VERBS = (
    _verb(_ALL.SUBMIT, review.reasons_against, _noted(review.submit), _("已送审。"), tone=Tone.MAIN),
    *(_verb(action, review.reasons_against, _signing(action), _SIGNED, tone=Tone.MAIN) for action in review.REVIEWS),
    Verb(
        AFTERWARDS,
        _("补审通过"),
        lambda edition, actor, _at: review.reasons_against_afterwards(edition, actor),
        _noted(review.sign_afterwards),
        _SIGNED,
        tone=Tone.MAIN,
    ),
    _verb(_ALL.PUBLISH, publish.reasons_against, _noted(publish.publish), _("已公开并登记。"), tone=Tone.MAIN),
    _verb(_ALL.SCHEDULE, publish.reasons_against, _schedule, _("已定时，到点自动公开。"), needs=Needs.TIME),
    _verb(
        _ALL.UNSCHEDULE,
        review.reasons_against,
        _noted(publish.unschedule),
        _("已取消定时，审定仍然有效。"),
    ),
    _verb(
        _ALL.RETURN,
        review.reasons_against,
        _noted(review.send_back, "reason"),
        _("已退回起草人。"),
        needs=Needs.REASON,
    ),
    _verb(_ALL.RECALL, review.reasons_against, _noted(review.recall), _("已撤回送审，已有的签署作废。")),
    Verb(
        _ALL.EMERGENCY_PUBLISH.value,
        _ALL.EMERGENCY_PUBLISH.label,
        lambda edition, actor, at: publish.reasons_against_emergency(edition, actor, at=at),
        _noted(publish.publish_in_emergency, "reason"),
        _("已应急公开，请在期限内补审。"),
        needs=Needs.REASON,
        tone=Tone.GRAVE,
    ),
    _verb(_ALL.DISCARD, review.reasons_against, _noted(review.discard), _("已废弃。"), tone=Tone.GRAVE),
)
VERBS: Mapping[str, Verb] = MappingProxyType({verb.key: verb for verb in _VERBS})


def applies(verb: Verb, edition: Edition) -> bool:
    """Whether the state of the edition knows this verb, whoever asks."""
    if verb.key == AFTERWARDS:
        is_emergency = edition.procedure == Procedure.EMERGENCY and edition.state == EditionState.PUBLISHED
        return is_emergency and review.step_afterwards(edition) is not None
    return workflow.next_state(edition.state, EditionAction(verb.key), edition.steps) is not None


def applicable(edition: Edition) -> list[Verb]:
    return [verb for verb in _VERBS if applies(verb, edition)]


def signature_due(edition: Edition) -> Verb | None:
    """The verb that gives the signature this edition waits for."""
    step = workflow.due_step(edition.state, edition.steps)
    return VERBS[workflow.ACTION_OF[step]] if step else None


def seen(edition: Edition) -> Seen:
    return Seen(edition.lock_version, edition.review_digest)


def carry_out(
    verb: Verb, edition_id: int, what: Seen, *, actor: User, at: datetime, said: Mapping[str, Any]
) -> tuple[Outcome, ValidationError | None]:
    """Do it to the text that was seen, or to none: the row is locked before it is compared."""
    try:
        with transaction.atomic():
            edition = procedure.locked(edition_id)
            if not applies(verb, edition) and _did(edition, verb, actor):
                return Outcome.ALREADY, None
            if seen(edition) != what:
                return Outcome.STALE, None
            verb.perform(edition, actor, at, said)
    except ValidationError as error:
        return Outcome.REFUSED, error
    return Outcome.DONE, None


def _did(edition: Edition, verb: Verb, actor: User) -> bool:
    """Whether the last thing that was done to this edition is this very verb by this very person."""
    if verb.key == AFTERWARDS:
        return edition.approvals.standing().filter(signer=actor).exists()
    last = edition.events.order_by("-id").first()
    return last is not None and last.action == verb.key and last.actor_id == actor.pk
