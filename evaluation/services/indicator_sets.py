"""考核指标体系: drawn up, copied, put in force and retired. The one writer of IndicatorSet.

While it is drawn up anything may change (services/indicators.py); in force nothing does.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from evaluation.enums import RoundState, SetState
from evaluation.indicator_checks import faults
from evaluation.indicator_workflow import SET, SetAction, can_be_done
from evaluation.models import Indicator, IndicatorGroup, IndicatorSet
from evaluation.models.indicator_set import FULL, LEAST_SHARE
from evaluation.services.procedure import check
from govportal import access, audit
from govportal.html import clean_line
from govportal.models import PublicRevision, User
from govportal.permissions import Permission

BASIS = "国办发〔2016〕80号"  # 把政务公开工作纳入政府绩效考核体系，分值权重不低于4%
FIRST_YEAR, LAST_YEAR = 2008, 2100  # the regulation has been in force since 2008
_OVER = (RoundState.FROZEN, RoundState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFacts:
    """What a set says of itself; thresholds in points, `performance_share` in percent."""

    code: str
    year: int
    name: str
    basis: str = ""
    excellent_from: Decimal = Decimal(90)
    good_from: Decimal = Decimal(80)
    fair_from: Decimal = Decimal(60)
    performance_share: Decimal = LEAST_SHARE


# --- reasons --------------------------------------------------------------------------------------------------------


def reasons_against(one: IndicatorSet, action: SetAction, actor: Any) -> list[str]:
    """Why this person cannot do this to the set now; empty when he can."""
    if not can_be_done(one.state, action):
        words = {"state": one.get_state_display(), "action": SetAction(action).label}
        return [_("指标体系的状态是“%(state)s”，不能%(action)s。") % words]
    if reasons := reasons_against_managing(actor, SET[action].permission):
        return reasons
    match action:
        case SetAction.ENFORCE:
            return reasons_against_enforcing(one)
        case SetAction.RETIRE:
            open_rounds = one.rounds.exclude(state__in=_OVER).order_by("pk")
            return [_("考核“%s”还没有定分，不能停用它的指标体系。") % row for row in open_rounds]
        case SetAction.DISCARD:
            return [_("考核“%s”用这套指标体系，不能删除。") % row for row in one.rounds.order_by("pk")]
    return []


def reasons_against_managing(actor: Any, permission: Permission = Permission.MANAGE_INDICATORS) -> list[str]:
    """A set holds for every agency: it is for those whose duty reaches all of them."""
    if access.holds_for_all(actor, permission):
        return []
    return [_("您没有编制考核指标体系的职责。")]


def reasons_against_enforcing(one: IndicatorSet) -> list[str]:
    """What must be put right in the set itself; in two statements."""
    return faults(list(one.groups.order_by("position", "id")), list(one.indicators.all()))


def others_in_force(one: IndicatorSet) -> QuerySet[IndicatorSet]:
    """Those of the same year by which rounds may be measured beside it."""
    rows = IndicatorSet.objects.filter(year=one.year, state=SetState.IN_FORCE)
    return rows.exclude(pk=one.pk).order_by("pk")


# --- verbs ----------------------------------------------------------------------------------------------------------


def locked_set(set_id: int) -> IndicatorSet:
    """The set, locked until the transaction ends: whoever edits it and whoever puts it in force never pass."""
    return IndicatorSet.objects.select_for_update(no_key=True).get(pk=set_id)


@transaction.atomic
def make(facts: SetFacts, *, actor: User, at: datetime, note: str = "") -> IndicatorSet:
    """A set without indicators, to be filled. Raises ValidationError with reasons."""
    check(reasons_against_managing(actor))
    one = IndicatorSet(made_by=actor, made_at=at)
    _fill(one, facts)
    one.save(force_insert=True)
    audit.record(actor, "indicatorset.make", one, after=_plain(facts), basis=BASIS, note=note)
    return one


@transaction.atomic
def edit(set_id: int, facts: SetFacts, *, actor: User) -> IndicatorSet:
    one = locked_set(set_id)
    check(reasons_against(one, SetAction.EDIT, actor))
    before = audit.snapshot(one)
    _fill(one, facts)
    one.save()
    _record(actor, SetAction.EDIT, one, before)
    return one


@transaction.atomic
def copy(set_id: int, *, code: str, year: int, name: str, actor: User, at: datetime) -> IndicatorSet:
    """Everything but the state: thresholds and share, groups, indicators, in their order."""
    source = locked_set(set_id)
    check(reasons_against(source, SetAction.COPY, actor))
    kept = {name: getattr(source, name) for name in ("basis", *_THRESHOLDS, "performance_share")}
    facts = SetFacts(code=code, year=year, name=name, **kept)
    one = IndicatorSet(made_by=actor, made_at=at, copied_from=source)
    _fill(one, facts)
    one.save(force_insert=True)
    groups = {group.pk: _again(group, indicator_set=one) for group in source.groups.all()}
    for group in groups.values():
        group.save(force_insert=True)
    Indicator.objects.bulk_create(
        [_again(each, indicator_set=one, group=groups[each.group_id]) for each in source.indicators.all()]
    )
    after = _plain(facts) | {"copied_from": source.code}
    audit.record(actor, "indicatorset.copy", one, after=after, basis=BASIS)
    return one


def _again[R: (IndicatorGroup, Indicator)](row: R, **values: Any) -> R:
    """The same row for another set."""
    kept = {field.name: getattr(row, field.name) for field in row._meta.concrete_fields if field.name not in _OWN}
    return type(row)(**kept | values)


_OWN = {"id", "indicator_set", "group"}
_THRESHOLDS = ("excellent_from", "good_from", "fair_from")


@transaction.atomic
def enforce(set_id: int, *, actor: User, at: datetime) -> IndicatorSet:
    """施行: rounds may be measured by it, and nothing of it changes from here on."""
    one = locked_set(set_id)
    check(reasons_against(one, SetAction.ENFORCE, actor))
    one.state, one.enforced_at = SetState.IN_FORCE, at
    return _move(one, SetAction.ENFORCE, ("enforced_at",), actor=actor)


@transaction.atomic
def retire(set_id: int, *, actor: User) -> IndicatorSet:
    """停用: no new round takes it; those it has measured stay as they are."""
    one = locked_set(set_id)
    check(reasons_against(one, SetAction.RETIRE, actor))
    one.state = SetState.RETIRED
    return _move(one, SetAction.RETIRE, (), actor=actor)


@transaction.atomic
def discard(set_id: int, *, actor: User) -> None:
    """A draft that nobody needs goes, with its indicators."""
    one = locked_set(set_id)
    check(reasons_against(one, SetAction.DISCARD, actor))
    counts = {"groups": one.groups.count(), "indicators": one.indicators.count()}
    audit.record(actor, "indicatorset.discard", one, before={"code": one.code, "year": one.year} | counts)
    one.delete()


def _move(one: IndicatorSet, action: SetAction, columns: tuple[str, ...], *, actor: User) -> IndicatorSet:
    one.save(update_fields=["state", *columns])
    audit.record(actor, f"indicatorset.{action}", one, after={"state": one.state}, basis=BASIS)
    PublicRevision.raise_number()
    return one


def _fill(one: IndicatorSet, facts: SetFacts) -> None:
    """Raises ValidationError by field."""
    one.code, one.year = facts.code.strip(), facts.year
    one.name, one.basis = clean_line(facts.name), clean_line(facts.basis)
    for name in (*_THRESHOLDS, "performance_share"):
        setattr(one, name, getattr(facts, name))
    one.clean_fields(exclude={"made_by", "made_at", "copied_from", "enforced_at"})
    one.validate_unique()
    if found := fact_faults(facts):
        raise ValidationError(found)
    one.validate_constraints()


def fact_faults(facts: SetFacts) -> dict[str, list[str]]:
    """By field."""
    found: dict[str, list[str]] = {}
    if not FIRST_YEAR <= facts.year <= LAST_YEAR:
        found["year"] = [_("年度须在 %(first)s 至 %(last)s 之间。") % {"first": FIRST_YEAR, "last": LAST_YEAR}]
    if not 0 < facts.fair_from < facts.good_from < facts.excellent_from <= FULL:
        found["excellent_from"] = [_("分数线须依次降低：100 ≥ 优秀 > 良好 > 一般 > 0。")]
    if not LEAST_SHARE <= facts.performance_share <= FULL:
        words = {"least": LEAST_SHARE, "basis": BASIS}
        found["performance_share"] = [_("权重不能低于 %(least)s%%，不能超过 100%%（%(basis)s）。") % words]
    return found


def _plain(facts: SetFacts) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(facts).items()}


def _record(actor: User, action: SetAction, one: IndicatorSet, before: dict[str, Any]) -> None:
    old, new = audit.differences(before, audit.snapshot(one))
    if new:
        audit.record(actor, f"indicatorset.{action}", one, before=old, after=new, basis=BASIS)
