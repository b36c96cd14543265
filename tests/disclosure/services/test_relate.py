"""Relations are stated and taken back by those who draft; what the public has read stays."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from disclosure.enums import EditionAction, RelationKind
from disclosure.models import Relation
from disclosure.services import relate, review
from govportal.models import AuditEvent, PublicRevision
from govportal.permissions import Role
from tests.disclosure.test_projects import make_project
from tests.factories import make_agency, make_item, make_member
from tests.factories.published import AT, draft_one, publish_one

pytestmark = pytest.mark.django_db
REPLACES = RelationKind.REPLACES


def test_unrelate_takes_back_what_a_draft_stated() -> None:
    edition, old = draft_one(), make_item()
    relate.relate(edition.item, REPLACES, old, actor=edition.created_by)
    before = PublicRevision.current()

    relate.unrelate(edition.item, REPLACES, old, actor=edition.created_by)

    event = AuditEvent.objects.get(action="item.unrelate")
    assert not Relation.objects.exists() and PublicRevision.current() != before
    assert (event.before, event.agency_id) == ({"kind": "replaces", "target": old.slug}, edition.item.agency_id)


def test_unrelate_of_what_was_not_stated_changes_nothing() -> None:
    edition, old = draft_one(), make_item()
    relate.relate(edition.item, RelationKind.AMENDS, old, actor=edition.created_by)
    before = PublicRevision.current()

    relate.unrelate(edition.item, REPLACES, old, actor=edition.created_by)

    assert Relation.objects.count() == 1 and PublicRevision.current() == before
    assert not AuditEvent.objects.filter(action="item.unrelate").exists()


def test_unrelate_is_refused_once_the_source_was_published() -> None:
    agency = make_agency()
    author = make_member(Role.PUBLISHER, agency)
    item, old = publish_one(agency=agency, author=author), make_item()
    relate.relate(item, REPLACES, old, actor=author)

    with pytest.raises(ValidationError, match="已经公开过，它的关联不能取消"):
        relate.unrelate(item, REPLACES, old, actor=author)

    assert Relation.objects.count() == 1


@pytest.mark.parametrize("role", [Role.PUBLISHER, Role.APPROVER])
def test_unrelate_is_refused_to_others(role: Role) -> None:
    edition, old = draft_one(), make_item()
    relate.relate(edition.item, REPLACES, old, actor=edition.created_by)
    stranger = make_member(role, old.agency if role == Role.PUBLISHER else edition.item.agency)

    with pytest.raises(PermissionDenied):
        relate.unrelate(edition.item, REPLACES, old, actor=stranger)

    assert Relation.objects.count() == 1


def test_stage_without_its_project_is_not_submitted() -> None:
    extra = {"project_aspect": "bidding"}
    stage = draft_one(item_type="project_stage", content={"extra": extra, "category": "other"})
    notice = make_item()  # no project
    relate.relate(stage.item, RelationKind.BELONGS_TO, notice, actor=stage.created_by)

    without = review.reasons_against(stage, EditionAction.SUBMIT, stage.created_by, at=AT)
    relate.relate(stage.item, RelationKind.BELONGS_TO, make_project(), actor=stage.created_by)
    afterwards = review.reasons_against(stage, EditionAction.SUBMIT, stage.created_by, at=AT)

    assert without == ["分阶段信息须选定所属项目。"] and afterwards == []
