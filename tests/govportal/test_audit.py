import pytest

from govportal import audit
from govportal.models import AuditEvent
from tests.factories import make_agency, make_notice, make_user

pytestmark = pytest.mark.django_db


def test_event_outlives_its_subject_and_its_actor() -> None:
    actor, agency = make_user(full_name="王五"), make_agency(name="临时机构")
    audit.record(actor, "agency.add", agency, agency=agency, after={"name": "临时机构"}, basis="第四条")

    pk = agency.pk
    agency.delete()
    actor.delete()

    event = AuditEvent.objects.get()
    assert (event.agency_id, event.agency_code) == (pk, agency.code)
    assert (event.actor_name, event.subject_name, event.after, event.basis) == (
        "王五",
        "临时机构",
        {"name": "临时机构"},
        "第四条",
    )


def test_event_without_actor_is_the_systems() -> None:
    event = audit.record(None, "clear", make_agency())

    assert (event.actor_id, event.actor_name) == (None, "system")


def test_texts_longer_than_their_column_are_cut() -> None:
    event = audit.record(None, "x", make_agency(), note="长" * 600, basis="条" * 300)

    event.refresh_from_db()
    assert (len(event.note), len(event.basis)) == (500, 200)


def test_snapshot_holds_no_secret_and_nothing_encrypted() -> None:
    user = make_user(password="open-sesame-42", email="a@example.test", phone="13800000000")

    assert not {"password", "email", "phone"} & set(audit.snapshot(user))
    assert not {"address", "body"} & set(audit.snapshot(make_notice()))


def test_differences_name_only_what_changed() -> None:
    before, after = audit.differences({"name": "甲", "code": "1"}, {"name": "乙", "code": "1"})

    assert (before, after) == ({"name": "甲"}, {"name": "乙"})
