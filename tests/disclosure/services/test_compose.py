"""A form is saved whole or not at all; records and proposals come only with an edit."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from disclosure.enums import EditionState, Mode, RecordKind, WithholdingGround, WithholdingState
from disclosure.models import Edition, EditionBuffer, Item, SupportingRecord, Withholding
from disclosure.services import compose, records, withhold
from disclosure.services.draft import Content, StaleForm
from govportal.models import Agency, User
from govportal.permissions import Role
from tests.factories import make_agency, make_member
from tests.factories.published import AT, draft_one, sign_through

pytestmark = pytest.mark.django_db

MEETING = records.Evidence(kind=RecordKind.MEETING, title="常务会议纪要", dated_on=date(2026, 2, 20))


def parts(**values: Any) -> compose.Parts:
    content = Content(title="养犬管理办法", body="<p>正文</p>", mode=values.pop("mode", Mode.PROACTIVE))
    return compose.Parts(content=content, **values)


def matter(**values: Any) -> withhold.Matter:
    given = {"name": "讨论稿", "ground": WithholdingGround.DELIBERATIVE, "reason": "过程稿", "basis": "条例第十六条"}
    return withhold.Matter(**given | {"review_on": AT.date() + timedelta(days=90)} | values)


@pytest.fixture
def agency() -> Agency:
    return make_agency(parent=make_agency())


@pytest.fixture
def author(agency: Agency) -> User:
    return make_member(Role.PUBLISHER, agency)


def create(given: compose.Parts, agency: Agency, author: User) -> Edition:
    place = compose.Place(agency=agency, item_type="normative")
    return compose.create(given, place, author=author, at=AT, form_key="new:one")


def test_create_makes_one_item_for_one_form(agency: Agency, author: User) -> None:
    first, second = (create(parts(evidence=[MEETING]), agency, author) for _click in range(2))

    assert first == second and Item.objects.count() == 1 and SupportingRecord.objects.count() == 1


def test_create_leaves_nothing_when_a_part_is_refused(agency: Agency, author: User) -> None:
    future = records.Evidence(kind=RecordKind.MEETING, title="明年的会", dated_on=date(2027, 1, 1))

    with pytest.raises(ValidationError, match="日期还没有到"):
        create(parts(evidence=[MEETING, future]), agency, author)

    assert not (Item.objects.exists() or SupportingRecord.objects.exists() or EditionBuffer.objects.exists())


def test_create_is_refused_without_the_role(agency: Agency) -> None:
    with pytest.raises(PermissionDenied):
        create(parts(), agency, make_member(Role.APPROVER, agency))


def test_records_are_refused_outside_an_edit(agency: Agency, author: User) -> None:
    edition = draft_one(agency=agency, author=author)
    held = records.add_record(edition, MEETING, actor=author, at=AT)
    signed = sign_through(edition)
    colleague = make_member(Role.PUBLISHER, agency)

    for actor in (author, colleague):
        with pytest.raises(ValidationError):
            records.add_record(signed, MEETING, actor=actor, at=AT)
        with pytest.raises(ValidationError):
            records.remove_record(signed, held.pk, actor=actor)
    with pytest.raises(PermissionDenied):
        records.add_record(edition, MEETING, actor=make_member(Role.STAFF, agency), at=AT)

    assert SupportingRecord.objects.count() == 1


def test_a_record_taken_away_voids_the_signatures(agency: Agency, author: User) -> None:
    edition = draft_one(agency=agency, author=author)
    held = records.add_record(edition, MEETING, actor=author, at=AT)
    sign_through(edition)

    compose.edit(edition.pk, parts(removed_records=[held.pk]), actor=author, at=AT, lock_version=0)

    edition.refresh_from_db()
    assert edition.state == EditionState.DRAFT and not edition.approvals.standing().exists()
    assert not SupportingRecord.objects.exists()


def test_withholding_is_proposed_changed_and_dropped_with_the_text(agency: Agency, author: User) -> None:
    edition = create(parts(mode=Mode.NOT_PUBLIC, matter=matter()), agency, author)
    colleague = make_member(Role.PUBLISHER, agency)

    changed = parts(mode=Mode.NOT_PUBLIC, matter=matter(reason="改过的理由"))
    compose.edit(edition.pk, changed, actor=colleague, at=AT, lock_version=0)
    row = Withholding.objects.get()
    compose.edit(edition.pk, parts(), actor=author, at=AT, lock_version=1)

    assert (row.edition, row.state, row.reason, row.proposed_by) == (
        edition,
        WithholdingState.PROPOSED,
        "改过的理由",
        colleague,
    )
    assert not Withholding.objects.exists()


def test_withholding_in_force_is_not_rewritten_by_an_edit(agency: Agency, author: User) -> None:
    edition = create(parts(mode=Mode.NOT_PUBLIC, matter=matter()), agency, author)
    row = Withholding.objects.get()
    withhold.put_in_force(row, actor=make_member(Role.APPROVER, agency), at=AT)

    compose.edit(edition.pk, parts(mode=Mode.NOT_PUBLIC, matter=matter()), actor=author, at=AT, lock_version=0)
    for refused in (parts(), parts(mode=Mode.NOT_PUBLIC, matter=matter(reason="另说"))):
        with pytest.raises(ValidationError, match="评估解除"):
            compose.edit(edition.pk, refused, actor=author, at=AT, lock_version=1)

    row.refresh_from_db()
    assert (row.state, row.reason) == (WithholdingState.IN_FORCE, "过程稿")


@pytest.mark.parametrize(
    ("deposit", "words"),
    [("own", "不能是本单位"), ("future", "备案日期还没有到")],
)
def test_proposal_with_a_wrong_deposit_is_refused(agency: Agency, author: User, deposit: str, words: str) -> None:
    assert agency.parent is not None
    given = {
        "own": withhold.Deposit(agency=agency, filed_on=AT.date()),
        "future": withhold.Deposit(agency=agency.parent, filed_on=AT.date() + timedelta(days=2)),
    }[deposit]

    with pytest.raises(ValidationError, match=words):
        create(parts(mode=Mode.NOT_PUBLIC, matter=matter(), deposit=given), agency, author)

    assert not Withholding.objects.exists()


def test_amend_without_the_role_is_refused_before_the_text_of_another_is_told(agency: Agency) -> None:
    begun = draft_one(agency=agency)

    with pytest.raises(PermissionDenied):
        compose.amend(begun.item, parts(), actor=make_member(Role.PUBLISHER), at=AT)
    with pytest.raises(StaleForm):
        compose.amend(begun.item, parts(), actor=make_member(Role.PUBLISHER, agency), at=AT)


def test_edit_without_the_role_is_refused_before_the_mode_is_judged(agency: Agency) -> None:
    begun = draft_one(agency=agency)

    with pytest.raises(ValidationError, match=r"没有“.+”的角色"):
        compose.edit(begun.pk, parts(), actor=make_member(Role.PUBLISHER), at=AT, lock_version=begun.lock_version)
