import pytest
from django.core.exceptions import ValidationError

from govportal.models import Agency, AuditEvent, PublicRevision
from govportal.services.agencies import initials_of, save_agency

pytestmark = pytest.mark.django_db


def saved(code: str, name: str, parent: Agency | None = None) -> Agency:
    return save_agency(Agency(code=code, name=name, parent=parent))


@pytest.mark.parametrize(("name", "initials"), [("民政局", "mzj"), ("A市局", "asj"), ("", "")])
def test_initials_of_name(name: str, initials: str) -> None:
    assert initials_of(name) == initials


def test_save_agency_takes_initials_of_short_name() -> None:
    agency = save_agency(Agency(code="A", name="澄明县民政局", short_name="民政局"))

    assert agency.initials == "mzj"


def test_move_takes_those_below_along() -> None:
    a, b = saved("A", "甲"), saved("B", "乙")
    c = saved("C", "丙", a)
    d = saved("D", "丁", c)

    c.parent = b
    save_agency(c)

    d.refresh_from_db()
    assert c.path == f"/{b.pk}/"
    assert d.path == f"/{b.pk}/{c.pk}/"


def test_move_leaves_agencies_with_a_similar_path_alone() -> None:
    a, b = saved("A", "甲"), saved("B", "乙")
    sibling = saved("S", "旁支", b)

    a.parent = b
    save_agency(a)

    sibling.refresh_from_db()
    assert sibling.path == f"/{b.pk}/"


def test_move_below_itself_is_refused() -> None:
    a = saved("A", "甲")
    b = saved("B", "乙", a)

    a.parent = b
    with pytest.raises(ValidationError):
        save_agency(a)


def test_save_agency_is_audited_and_renews_pages() -> None:
    before = PublicRevision.objects.count()

    agency = saved("A", "甲")
    agency.phone, agency.first_responsible = "0999-1234567", "张三"
    save_agency(agency)

    added, change = AuditEvent.objects.order_by("id")
    assert (added.action, added.before, added.after["name"]) == ("agency.add", {}, "甲")
    assert (change.action, change.agency_id) == ("agency.change", agency.pk)
    assert change.before == {"phone": "", "first_responsible": ""}
    assert change.after == {"phone": "0999-1234567", "first_responsible": "张三"}
    assert PublicRevision.objects.count() == before + 2


def test_save_agency_without_a_change_leaves_no_event() -> None:
    agency = saved("A", "甲")

    save_agency(agency)

    assert AuditEvent.objects.count() == 1
