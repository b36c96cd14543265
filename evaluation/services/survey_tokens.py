"""发放评议码: one-time tokens, in clear only while they are mailed or printed.

A mail holds its token in the encrypted outbox until it is pruned; a slip holds it on paper. Whoever gets another one
finds the old one void.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from evaluation.models import Evaluator, Survey
from evaluation.services.procedure import check
from evaluation.services.survey_ballots import token_key
from evaluation.services.survey_procedure import locked, reasons_against, record
from evaluation.survey_enums import EvaluatorGroup, InvitationWay, SurveyAction
from evaluation.survey_rules import MOST_SLIPS
from evaluation.survey_words import INVITED_SECRECY
from govportal import notices
from govportal.models import User
from govportal.site import absolute_url, site_profile

# Read off a slip and typed: nothing that is taken for something else. A fingerprint folds case anyway.
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH, _GROUP = 24, 4  # signs: 118 bits


@dataclass(frozen=True, slots=True)
class Slip:
    """What is printed for one person, who is called by his number alone on the slip itself. `before`: the key of the
    token he had; `name` and `phone`: for the list by which many slips are handed out."""

    evaluator: int
    before: str
    number: int
    group: str
    token: str
    name: str = ""
    phone: str = ""

    @property
    def address(self) -> str:
        return address_of(self.token)

    @property
    def door(self) -> str:
        """The address up to the token."""
        return self.address.removesuffix(f"{self.token}/")


def new_token() -> str:
    """abcd-efgh-…, so that it can be read off paper."""
    signs = "".join(secrets.choice(_SIGNS) for _sign in range(_LENGTH))
    return "-".join(signs[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def address_of(token: str) -> str:
    """Chinese whatever language is active: paper and mail are."""
    with translation.override(settings.LANGUAGE_CODE):
        return absolute_url(reverse("survey_invited", args=[token]))


# --- who gets one ------------------------------------------------------------------------------------------------


def waiting(row: Survey, way: InvitationWay) -> QuerySet[Evaluator]:
    """Who has none yet: by mail those with an address; printed are those without one."""
    people = Evaluator.objects.filter(survey=row, issued_on=None, voided_on=None, purged_on=None)
    # Encrypted columns are empty or hold a token of the cipher: emptiness can be asked.
    people = people.exclude(email="") if way == InvitationWay.MAIL else people.filter(email="")
    return people.order_by("number")


def reasons_against_issuing(row: Survey, people: Sequence[Evaluator], way: InvitationWay, actor: Any) -> list[str]:
    reasons = reasons_against(row, SurveyAction.ISSUE, actor)
    if reasons:
        return reasons
    if not people:
        reasons.append(_("没有要发放的人员：有电子邮箱的用邮件，没有的印纸质评议码；发过的可以逐个重发。"))
    if way == InvitationWay.SLIP and len(people) > MOST_SLIPS:
        reasons.append(_("一次最多印 %s 张，请按类别分批。") % MOST_SLIPS)
    for person in people:
        words = {"number": person.number}
        if person.is_used:
            reasons.append(_("%(number)s 号已经评议，不能再发。") % words)
        elif person.voided_on or person.purged_on:
            reasons.append(_("%(number)s 号已经取消，不能再发。") % words)
        elif way == InvitationWay.MAIL and not person.email:
            reasons.append(_("%(number)s 号没有电子邮箱。") % words)
    return reasons


# --- by mail -----------------------------------------------------------------------------------------------------


@transaction.atomic
def mail(survey_id: int, *, actor: User, at: datetime, only: Iterable[int] | None = None) -> int:
    """邮件发放 to all who wait for it, or to `only` these (ids), anew where they had one. Answers how many.

    Raises ValidationError.
    """
    row = locked(survey_id)
    people = _chosen(row, InvitationWay.MAIL, only)
    check(reasons_against_issuing(row, people, InvitationWay.MAIL, actor))
    for person in people:
        token = new_token()
        _give(person, token, InvitationWay.MAIL, at)
        notices.enqueue(
            key=f"survey-token:{person.pk}:{person.token_key[:16]}",
            address=person.email,
            subject=_subject(row),
            body=_body(row, token),
            is_confidential=True,
        )
    record(row, "mail_tokens", actor=actor, after=_told(people))
    return len(people)


def _subject(row: Survey) -> str:
    return f"邀请您参加{row.title}"


def _body(row: Survey, token: str) -> str:
    days = f"{row.opens_on.year}年{row.opens_on.month}月{row.opens_on.day}日至" + (
        f"{row.closes_on.year}年{row.closes_on.month}月{row.closes_on.day}日"
    )
    return (
        f"您受邀参加{row.title}。请在{days}打开下面的地址填写测评表，不用登录：\n\n{address_of(token)}\n\n"
        f"这个地址只能提交一次，请不要转给别人。\n\n{_secrecy()}\n\n{_organiser()}\n"
    )


def _secrecy() -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return str(INVITED_SECRECY)


def _organiser() -> str:
    site = site_profile()
    return "　".join(part for part in (site.undertaker or site.host, site.phone and f"电话：{site.phone}") if part)


# --- printed -----------------------------------------------------------------------------------------------------


def prepare_slips(
    row: Survey,
    *,
    actor: User,
    group: EvaluatorGroup | str = "",
    only: Iterable[int] | None = None,
    is_again: bool = False,
) -> list[Slip]:
    """What would be printed, with new tokens that open nothing before `issue_slips`: for one group or all, for `only`
    these, or `is_again` for whoever had a slip that he has not used. Raises ValidationError.

    Slips of `only` these bear no names for the list: a name of one person is shown with a reason, on his page.
    """
    is_listed = only is None
    only = _unused_slips(row) if is_again else only
    people = _chosen(row, InvitationWay.SLIP, only, group)
    check(reasons_against_issuing(row, people, InvitationWay.SLIP, actor))
    return [
        Slip(
            one.pk,
            one.token_key,
            one.number,
            _group_words(one.group),
            new_token(),
            *((one.name, one.phone) if is_listed else ()),
        )
        for one in people
    ]


def _unused_slips(row: Survey) -> list[int]:
    """With those who wait for their first."""
    people = Evaluator.objects.filter(survey=row, is_used=False, voided_on=None, purged_on=None)
    mine = Q(way=InvitationWay.SLIP) | Q(pk__in=waiting(row, InvitationWay.SLIP).order_by().values("pk"))
    return list(people.filter(mine).values_list("pk", flat=True))


def _group_words(group: str) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return str(EvaluatorGroup(group).label)


@transaction.atomic
def issue_slips(survey_id: int, slips: Sequence[Slip], *, actor: User, at: datetime) -> None:
    """The tokens of slips that have been set: from now on they open the form. Raises ValidationError."""
    row = locked(survey_id)
    people = _chosen(row, InvitationWay.SLIP, [slip.evaluator for slip in slips])
    check(reasons_against_issuing(row, people, InvitationWay.SLIP, actor))
    tokens, before = ({slip.evaluator: getattr(slip, name) for slip in slips} for name in ("token", "before"))
    # Somebody else may have given one out while these were set: of two papers one would be void, and nobody knew.
    check([_("%s 号刚刚由别人发过，请重新打印。") % one.number for one in people if one.token_key != before[one.pk]])
    for person in people:
        _give(person, tokens[person.pk], InvitationWay.SLIP, at)
    shown = {"shown": "姓名、联系电话"} if any(slip.name for slip in slips) else {}  # in the list that goes with them
    record(row, "print_tokens", actor=actor, after=_told(people) | shown)


def _chosen(
    row: Survey, way: InvitationWay, only: Iterable[int] | None, group: EvaluatorGroup | str = ""
) -> list[Evaluator]:
    people = waiting(row, way) if only is None else Evaluator.objects.filter(survey=row, pk__in=list(only))
    if group:
        people = people.filter(group=group)
    return list(people.order_by("number"))


def _give(person: Evaluator, token: str, way: InvitationWay, at: datetime) -> None:
    person.token_key, person.way, person.issued_on = token_key(token), way, localdate(at)
    person.save(update_fields=["token_key", "way", "issued_on"])


def _told(people: Sequence[Evaluator]) -> dict[str, Any]:
    """By number, so that whoever says he got none can be looked up."""
    return {"count": len(people), "evaluators": [person.number for person in people[:50]]}
