"""Texts that ask more than the least: a budget with its audit record, a policy with its interpretation."""

from datetime import date
from typing import Any

from disclosure.enums import RecordKind, RelationKind
from disclosure.models import Edition, Relation, SupportingRecord
from govportal.models import Agency
from tests.factories.published import draft_one

FORMED_ON = date(2026, 2, 27)


def add_evidence(edition: Edition, kind: RecordKind) -> SupportingRecord:
    titles = {RecordKind.AUDIT: "县审计局审计报告", RecordKind.MEETING: "县政府常务会议纪要"}
    return SupportingRecord.objects.create(
        edition=edition, kind=kind, title=titles[kind], dated_on=FORMED_ON, added_by=edition.created_by
    )


def draft_budget(*, has_audit: bool = True, **values: Any) -> Edition:
    """A budget of a county body: the type that asks for all four signatures and an audit record."""
    content = {"title": "2026年部门预算", "extra": {"fiscal_year": 2026, "kind": "budget"}}
    edition = draft_one(item_type="budget", content=content, **values)
    if has_audit:
        add_evidence(edition, RecordKind.AUDIT)
    return edition


def draft_policy(agency: Agency, *, has_meeting: bool = True, **values: Any) -> Edition:
    """A normative document, complete but for its interpretation."""
    content = {"title": "公示办法", "document_number": "县政〔2026〕1号", "effective_on": date(2026, 4, 1)}
    edition = draft_one(agency=agency, item_type="normative", content=content, **values)
    if has_meeting:
        add_evidence(edition, RecordKind.MEETING)
    return edition


def draft_interpretation(policy: Edition, **values: Any) -> Edition:
    """A draft that interprets the policy, of the same body and by the same author."""
    edition = draft_one(
        agency=policy.item.agency,
        author=policy.created_by,
        item_type="interpretation",
        content={"title": "《公示办法》解读", "extra": {"form": "text"}},
        **values,
    )
    Relation.objects.create(source=edition.item, kind=RelationKind.INTERPRETS, target=policy.item)
    return edition
