"""Setting up and composing boards: what is refused and why, and that nothing is written twice or over another's."""

from copy import copy
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from disclosure.enums import Audience, Category, ItemState, SectionSource, SheetState
from disclosure.models import BoardSection, BoardSheet, NoticeBoard, SectionItem, SheetItem
from disclosure.services import compose_board, print_board
from govportal.models import Agency, AuditEvent, PublicRevision, User
from govportal.now import now, today
from govportal.permissions import Role
from tests.factories import make_agency, make_item, make_user
from tests.factories.boards import make_board, make_keeper, make_photo, make_sheet
from tests.factories.published import publish_one

pytestmark = pytest.mark.django_db


def board(agency: Agency, **values: Any) -> NoticeBoard:
    return NoticeBoard(**{"agency": agency, "code": "HDZ", "place": "大门右侧"} | values)


def section(**values: Any) -> BoardSection:
    return BoardSection(**{"heading": "职能职责", "category": Category.DUTIES} | values)


def save(wanted: NoticeBoard, *sections: BoardSection, actor: User, picked: Any = None, seen: str = "") -> NoticeBoard:
    return compose_board.save(wanted, list(sections), picked or {}, actor=actor, at=now(), seen=seen)


def reasons(wanted: NoticeBoard, *sections: BoardSection, actor: User, picked: Any = None) -> list[str]:
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        save(wanted, *sections, actor=actor, picked=picked)
    return refused.value.messages


def deeds() -> list[str]:
    found = AuditEvent.objects.filter(action__startswith="noticeboard").order_by("pk")
    return list(found.values_list("action", flat=True))


def test_board_is_set_up_once_however_often_it_is_sent_and_renews_the_pages() -> None:
    agency = make_agency()
    keeper = make_keeper(agency)
    revision = PublicRevision.current()

    first = save(board(agency), *compose_board.ready_sections(), actor=keeper)
    again = save(board(agency), *compose_board.ready_sections(), actor=keeper)

    assert first == again and first.sections.count() == len(Category)
    assert deeds() == ["noticeboard.set_up"]
    assert PublicRevision.current() != revision
    assert "已经有公开栏使用" in reasons(board(agency, place="别处"), actor=keeper)[0]


def test_trail_tells_how_many_names_and_no_phone() -> None:
    agency = make_agency()
    keeper = make_keeper(agency)
    hidden = section(hidden_names=["沈明远", " "], shown_names=["陈书记"])

    save(board(agency, keeper_phone="13900001234"), hidden, actor=keeper)

    told = str(AuditEvent.objects.get(action="noticeboard.set_up").after)
    assert not [word for word in ("沈明远", "陈书记", "13900001234") if word in told]
    assert "'hidden_names': 1" in told


def test_composition_is_refused_with_every_reason() -> None:
    county = make_agency(name="县政府")
    agency, stranger = make_agency(parent=county), make_agency(name="外县某局")
    keeper = make_keeper(agency)
    gone, inside = make_item(agency=agency), make_item(agency=agency, audience=Audience.INTERNAL)
    type(gone).objects.filter(pk=gone.pk).update(state=ItemState.WITHDRAWN)
    shown_out = make_item(agency=agency, edition={"extra": {"shown_until": "2026-01-01"}})
    by_hand = {"source": SectionSource.PICKED, "category": ""}
    sections = [
        section(agency=stranger), section(heading="空", **by_hand),
        section(heading="手工", **by_hand), section(agency=county), *(section(heading=str(n)) for n in range(9)),
    ]  # fmt: skip

    found = reasons(board(agency), *sections, actor=keeper, picked={2: [gone, inside, shown_out, gone]})

    expected = ("最多 12 个栏目", "栏目不能选外县某局", "“空”：手工选定的，须至少", "“手工”：有的信息选了两次")
    assert len(found) == len(expected) + 3
    assert not [words for words in expected if not any(words in reason for reason in found)]
    assert sum("现在不能张贴" in reason for reason in found) == 3
    assert reasons(board(agency), section(heading=""), actor=keeper)[0].startswith("栏目“1”")
    assert "没有管理公开栏的角色" in reasons(board(agency), actor=make_user())[0]
    assert not NoticeBoard.objects.exists()


def test_withdrawn_item_may_stay_away_but_not_be_picked_again() -> None:
    agency = make_agency()
    keeper = make_keeper(agency)
    item = publish_one(agency=agency)
    by_hand = section(source=SectionSource.PICKED)
    made = save(board(agency), by_hand, actor=keeper, picked={0: [item]})

    assert [one.item for one in made.sections.get().picked.all()] == [item]
    type(item).objects.filter(pk=item.pk).update(state=ItemState.WITHDRAWN)
    changed = copy(made)
    changed.place = "换了地方"
    assert f"{item.index_number} 现在不能张贴" in reasons(changed, copy(by_hand), actor=keeper, picked={0: [item]})[0]


def test_what_is_printed_stays_and_a_board_with_a_sheet_stays_in_use() -> None:
    agency, other = make_agency(), make_agency()
    keeper = make_keeper(agency)
    keeper.memberships.create(agency=other, role=Role.PUBLISHER)
    keeper = User.objects.get(pk=keeper.pk)
    make_item(agency=agency, edition={"category": Category.DUTIES, "published_on": today()})
    made = make_board(agency)
    same = list(made.sections.all())
    moved = copy(made)
    moved.code = "NEW"
    save(moved, *same, actor=keeper)
    sheet = make_sheet(made, actor=keeper)
    wanted = NoticeBoard.objects.get(pk=made.pk)
    wanted.code, wanted.agency, wanted.is_active = "OTHER", other, False

    found = reasons(wanted, *same, actor=keeper)

    expected = ("代号不能修改", "设置单位不能修改", "先登记撤下或者作废")
    assert [any(words in reason for reason in found) for words in expected] == [True] * len(found)
    print_board.post(sheet.pk, on=today(), photo=make_photo(keeper), actor=keeper, at=now())
    print_board.remove(sheet.pk, on=today(), actor=keeper, at=now())
    wanted = NoticeBoard.objects.get(pk=made.pk)
    wanted.is_active = False
    assert not save(wanted, *same, actor=keeper).is_active


def test_stale_composition_is_not_written() -> None:
    agency = make_agency()
    keeper = make_keeper(agency)
    made = make_board(agency, sections=2)
    seen, sections = compose_board.fingerprint(made), list(made.sections.all())
    theirs, mine = copy(made), copy(made)
    theirs.place, mine.place = "别人的", "我的"
    save(theirs, *sections, actor=keeper, seen=seen)

    with pytest.raises(ValidationError) as refused, transaction.atomic():
        save(mine, *sections, actor=keeper, seen=seen)
    unchanged = save(theirs, *sections, actor=keeper, seen=seen)

    assert refused.value.error_list[0].code == compose_board.STALE
    assert unchanged.place == "别人的" and len(deeds()) == 1


def test_constraints_of_compositions_and_sheets_hold_without_the_services() -> None:
    agency = make_agency()
    item = make_item(agency=agency, edition={"category": Category.DUTIES, "published_on": today()})
    made = make_board(agency)
    section = made.sections.get()
    SectionItem.objects.create(section=section, item=item)
    sheet = make_sheet(made)
    yesterday = today() - timedelta(days=1)
    hangs = {"posted_on": today(), "posted_by": sheet.issued_by, "photo": make_photo(sheet.issued_by)}
    broken: list[tuple[Any, dict[str, Any]]] = [
        (NoticeBoard, {"layout": "x"}),
        *((BoardSection, values) for values in ({"source": "x"}, {"span": "x"}, {"detail": "x"}, {"newest": 13})),
        *((BoardSheet, values) for values in (
            {"state": "x"}, {"state": SheetState.POSTED}, {"state": SheetState.CANCELLED},
            {"state": SheetState.REMOVED} | hangs, {"state": SheetState.REMOVED, "removed_on": yesterday} | hangs,
        )),
    ]  # fmt: skip

    for model, values in broken:
        with pytest.raises(IntegrityError), transaction.atomic():
            model._default_manager.all().update(**values)
    days: tuple[dict[str, Any], ...] = (
        {"layout": "x"},
        {"period_end": date(2000, 1, 1)},
        {"post_until": date(2000, 1, 1)},
    )
    for values in days:
        twin = BoardSheet.objects.get()
        twin.pk, twin.serial = None, "X-1"
        for name, value in values.items():
            setattr(twin, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            twin.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        SectionItem.objects.create(section=section, item=item)
    with pytest.raises(IntegrityError), transaction.atomic():
        SheetItem.objects.bulk_create([copy_of(row) for row in sheet.items.all()])


def copy_of(row: SheetItem) -> SheetItem:
    row.pk = None
    return row
