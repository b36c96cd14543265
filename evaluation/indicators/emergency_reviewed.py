"""应急公开补审: of what was published in an emergency in the period, what was made good in its term (domain §4.1)."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from disclosure.enums import READABLE_STATES, Audience, RecordKind, RelationKind
from disclosure.models import Edition, Relation, SupportingRecord
from disclosure.public_reviews import Supplement, owed
from disclosure.queries import readable
from evaluation.indicators.addresses import addresses
from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span, iso, judged, official
from evaluation.scoring import NO_FAULT, Case

_RECORDS = {Supplement(kind.value): f"has_{kind.value}" for kind in RecordKind}


def rows(span: Span) -> Iterator[Edition]:
    """An edition for each of its signatures, or once, with `step`, `signed_at` and `voided_at` of that signature and
    whether each of its supplements is there."""
    since, until = span.moments
    published = Edition.objects.emergencies().filter(
        published_at__gte=since, published_at__lt=until, item__audience=Audience.PUBLIC
    )
    records = SupportingRecord.objects.filter(edition=OuterRef("pk"))
    explaining = Relation.objects.in_effect().filter(
        readable("source__"), target=OuterRef("item"), kind=RelationKind.INTERPRETS
    )
    found = published.annotate(
        step=F("approvals__step"),
        signed_at=F("approvals__at"),
        voided_at=F("approvals__voided_at"),
        **{name: Exists(records.filter(kind=kind.value)) for kind, name in _RECORDS.items()},
        has_interpretation=Exists(explaining),
    )
    listed = found.select_related("item__agency").defer("body", "summary", "extra")
    return listed.order_by("published_at", "pk", "approvals__pk").iterator(chunk_size=1_000)


def cases(rows: Iterable[Any], span: Span) -> Iterator[AgencyCase]:
    address = addresses("item")
    for edition, signatures in groupby(rows, key=lambda row: row):
        signed = {row.step: localdate(row.signed_at) for row in signatures if row.step and not row.voided_at}
        fault = _fault(edition, {step: day for step, day in signed.items() if day <= span.as_of}, span)
        if fault is None:
            continue
        item, is_readable = edition.item, edition.item.state in READABLE_STATES
        case = Case(
            f"{item.slug}-{edition.number}",
            item.index_number if is_readable else "应急公开的信息（已撤回）",
            iso(edition.review_due_on),
            fault=fault,
            address=address(item.slug) if is_readable else "",
        )
        yield item.agency_id, judged(case, NO_FAULT)


def _fault(edition: Any, signed: dict[str, date], span: Span) -> str | None:
    """What is owed, or was signed too late, in words; None while the term runs and something is still to come."""
    given = {*signed, *(kind for kind, name in _RECORDS.items() if getattr(edition, name))}
    missing = owed(edition, {*given, *([Supplement.INTERPRETATION] if edition.has_interpretation else [])})
    due_on = edition.review_due_on
    if missing:
        words = "、".join(official(debt.label) for debt in missing)
        return f"未补：{words}" if due_on < span.as_of else None
    late = [step for step in edition.steps if step in signed and signed[step] > due_on]
    return f"逾期补审：{'、'.join(official(step.label) for step in late)}" if late else ""


INDICATOR = AutomaticIndicator(
    "emergency_reviewed",
    _("应急公开补审"),
    _("统计期内应急公开的信息，在补审期限以内补齐审查，并且到取数时材料齐全的占多少；期限未满的不计。"),
    _("《中华人民共和国政府信息公开条例》第十七条；应急公开的补审期限"),
    NO_FAULT,
    rows,
    cases,
    case_word=_("件"),
)
