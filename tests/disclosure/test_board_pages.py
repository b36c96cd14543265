"""公开栏 for everybody: the boards, what hangs, every sheet under its number, and nothing of what may not be read."""

import hashlib
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localtime
from pytest_django import DjangoAssertNumQueries

from disclosure import board_record, publication_log
from disclosure.enums import Category, LogKind
from disclosure.models import BoardSheet, Item, LogEntry, NoticeBoard
from disclosure.services import print_board
from disclosure.views import board_parts
from govportal import pagecache
from govportal.models import Agency, Attachment, PublicRevision
from govportal.now import now, today
from govportal.permissions import Role
from tests import paper
from tests.database import guards_off
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_attachment, make_edition, make_item, make_member
from tests.factories.boards import make_board, make_keeper, make_photo, make_plan, make_sheet
from tests.markup import faults

pytestmark = pytest.mark.django_db
BODY = "办公室负责公文运转和值班安排。"


@pytest.fixture(autouse=True)
def fresh_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was just written is seen at once, and not half a second later."""
    monkeypatch.setattr(pagecache, "REVISION_SECONDS", 0)


def publish(agency: Agency, title: str = "机构职能", body: str = BODY, **values: Any) -> Item:
    edition = {"category": Category.DUTIES, "title": title, "body": f"<p>{body}</p>", "published_on": today()}
    item = make_item(agency=agency, edition=edition | values)
    publication_log.append(LogKind.PUBLISH, item, item.current_edition, actor=item.created_by, at=now())
    return item


def make_hanging(board: NoticeBoard) -> BoardSheet:
    keeper = make_keeper(board.agency)
    sheet = make_sheet(board, actor=keeper)
    return print_board.post(sheet.pk, on=today(), photo=make_photo(keeper), actor=keeper, at=now())


@pytest.fixture
def agency() -> Agency:
    return make_agency(name="某县民政局", phone="0399-6612001", complaint_phone="0399-6612002")


@pytest.fixture
def board(agency: Agency) -> NoticeBoard:
    publish(agency)
    return make_board(agency, sections=2, keeper="许青", keeper_phone="0399-6612003", width_mm=2400, height_mm=1200)


def page(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    text = text_of(response)
    assert faults(text) == []
    return text


def doors(sheet: BoardSheet) -> dict[str, str]:
    """Every address at which a sheet is told of."""
    args = [sheet.board_id, sheet.serial]
    names = ("board_sheet", "board_sheet_pdf", "board_sheet_json")
    return {name: reverse(name, args=args) for name in names} | {
        "boards": reverse("boards"),
        "board": reverse("board", args=[sheet.board_id]),
        "board_pdf": reverse("board_pdf", args=[sheet.board_id]),
    }


def told(client: Client, address: str) -> str:
    """What an address says, of a PDF its text."""
    response = client.get(address)
    assert response.status_code == 200, address
    return paper.text(response.content) if response["Content-Type"] == "application/pdf" else text_of(response)


# --- what is shown -------------------------------------------------------------------------------------------------


def test_boards_are_listed_with_what_hangs_and_who_keeps_them(client: Client, board: NoticeBoard) -> None:
    empty = page(client, reverse("board", args=[board.pk]))
    sheet = make_hanging(board)

    text = page(client, reverse("boards"))

    assert "还没有制作过版面" in empty and board.sections.all()[0].heading in empty
    for words in (board.agency.name, board.place, "许青", "0399-6620188", "2400 × 1200 mm", sheet.serial, "张贴中"):
        assert words in text, words
    assert f'href="{board.get_absolute_url()}"' in text
    assert "需要重印" not in text


def test_board_page_has_the_words_of_the_paper_its_photo_and_its_sheets(client: Client, board: NoticeBoard) -> None:
    keeper = make_keeper(board.agency)
    cancelled = make_sheet(board, actor=keeper)
    print_board.cancel(cancelled.pk, reason="印错", actor=keeper, at=now())
    sheet = make_hanging(board)

    text = page(client, board.get_absolute_url())

    for words in ("机构职能", BODY, sheet.serial, cancelled.serial, "已作废", "没有新公开的信息", "张贴时拍摄"):
        assert words in text, words
    assert reverse("board_photo_small", args=[sheet.photo_id]) in text
    assert reverse("complaint_new") + f"?board={board.pk}" in text


def test_sheet_page_lets_anybody_check_the_paper(client: Client, board: NoticeBoard) -> None:
    sheet = make_hanging(board)

    text = page(client, sheet.get_absolute_url())
    record = client.get(doors(sheet)["board_sheet_json"])

    assert text.count("核对一致") == 2 and "对不上" not in text
    assert reverse("log_entry", args=[sheet.log_sequence]) in text
    assert "今天网上仍是同一版" in text
    assert hashlib.sha256(record.content).hexdigest() == sheet.digest
    assert json.loads(record.content)["sections"][0]["items"][0]["digest"] == sheet.items.get().digest


def test_digest_is_the_same_in_whatever_zone_the_sheet_was_made(client: Client, board: NoticeBoard) -> None:
    sheet = print_board.issue(board.pk, make_plan(), actor=make_keeper(board.agency), at=localtime(now()))

    assert "对不上" not in page(client, sheet.get_absolute_url())


def test_page_says_where_log_or_digest_do_not_agree(
    client: Client, board: NoticeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = make_sheet(board)
    monkeypatch.setattr(board_record, "digest_of", lambda *_args: "0" * 64)
    forged = BoardSheet(log_sequence=sheet.log_sequence, log_head="1" * 64)
    monkeypatch.setattr("disclosure.views.boards.witness", lambda _sheet: board_parts.witness(forged))

    text = page(client, sheet.get_absolute_url())

    assert text.count("对不上") == 2 and "核对一致" not in text


def test_pdf_is_the_newest_that_was_not_cancelled_and_answers_304(client: Client, board: NoticeBoard) -> None:
    keeper = make_keeper(board.agency)
    sheet = make_sheet(board, actor=keeper)
    publish(board.agency, "另一条")
    later = make_sheet(board, actor=keeper)
    print_board.cancel(later.pk, reason="印错", actor=keeper, at=now())
    address = doors(sheet)["board_pdf"]

    first = client.get(address)
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    head = client.head(address)

    assert first.content.startswith(b"%PDF") and sheet.serial in paper.text(first.content)
    assert first["Content-Disposition"] == f'inline; filename="{sheet.serial}.pdf"'
    assert (first["X-Content-Type-Options"], again.status_code, head.status_code) == ("nosniff", 304, 200)


# --- what is not there ---------------------------------------------------------------------------------------------


def test_what_is_not_there_is_said_with_what_to_do(client: Client, board: NoticeBoard) -> None:
    unused = make_board(is_active=False)
    sheet = make_sheet(board)
    other = make_board(board.agency)
    missing = [
        "/boards/999999999999999/",
        "/boards/0/sheet.pdf",
        reverse("board", args=[unused.pk]),
        reverse("board_pdf", args=[unused.pk]),
        reverse("board_sheet", args=[board.pk, sheet.serial.lower()]),
        reverse("board_sheet", args=[other.pk, sheet.serial]),
        reverse("board_sheet_pdf", args=[other.pk, sheet.serial]),
        reverse("board_sheet_json", args=[board.pk, "x" * 500]),
        reverse("board_photo_small", args=[999999999999999]),
        "/boards/1%00/",
        f"/boards/{board.pk}/sheets/a%00b/",
        "/boards/9999999999999999/",
    ]

    for address in missing:
        assert client.get(address).status_code == 404, address
    assert "还没有制作过版面" in page(client, reverse("board_pdf", args=[other.pk]), 404)
    assert "0399-6620188" in page(client, reverse("board_pdf", args=[other.pk]), 404)
    assert client.post(reverse("board", args=[board.pk])).status_code == 405
    assert client.get(reverse("board", args=[board.pk]) + "?page=x%00").status_code == 200


def test_cancelled_sheet_says_so_and_has_no_paper(client: Client, board: NoticeBoard) -> None:
    keeper = make_keeper(board.agency)
    sheet = make_sheet(board, actor=keeper)
    print_board.cancel(sheet.pk, reason="日期印错", actor=keeper, at=now())

    text = page(client, sheet.get_absolute_url())

    assert "已经作废" in text and "日期印错" in text and BODY not in text
    for name in ("board_sheet_pdf", "board_sheet_json"):
        assert "已经作废" in page(client, doors(sheet)[name], 410)
    page(client, doors(sheet)["board_pdf"], 404)


def test_board_out_of_use_answers_for_its_papers_and_is_listed_no_more(client: Client, board: NoticeBoard) -> None:
    sheet = make_hanging(board)
    NoticeBoard.objects.filter(pk=board.pk).update(is_active=False)
    PublicRevision.raise_number()

    assert "已经停用" in page(client, board.get_absolute_url())
    assert sheet.serial in page(client, sheet.get_absolute_url())
    assert board.place not in page(client, reverse("boards"))
    assert board.place not in text_of(client.get(reverse("boards_csv")))
    assert board.get_absolute_url() not in text_of(client.get(reverse("sitemap_section", args=["boards"])))


def test_photos_are_of_boards_and_of_posted_sheets_alone(client: Client, board: NoticeBoard) -> None:
    keeper = make_keeper(board.agency)
    of_board, of_nothing, no_picture = make_photo(keeper), make_photo(keeper), make_attachment()
    hidden = make_board(is_active=False, photo=make_photo(keeper))
    NoticeBoard.objects.filter(pk=board.pk).update(photo=of_board)
    make_board(photo=no_picture)
    sheet = make_hanging(board)

    def both(photo: Attachment) -> list[int]:
        return [
            client.get(reverse("board_photo", args=[photo.pk, photo.name])).status_code,
            client.get(reverse("board_photo_small", args=[photo.pk])).status_code,
        ]

    assert sheet.photo and hidden.photo
    assert both(of_board) == both(sheet.photo) == [200, 200]
    assert both(of_nothing) == both(no_picture) == both(hidden.photo) == [404, 404]
    small = client.get(reverse("board_photo_small", args=[of_board.pk]))
    assert small["Content-Type"] == "image/jpeg" and small.content.startswith(b"\xff\xd8")
    assert small["X-Content-Type-Options"] == "nosniff"
    Attachment.objects.get(pk=of_board.pk).file.delete(save=False)
    PublicRevision.raise_number()
    assert client.get(reverse("board_photo_small", args=[of_board.pk]) + "?").status_code in {200, 404}


# --- against today -------------------------------------------------------------------------------------------------


def test_amended_item_is_marked_with_what_was_changed(client: Client, board: NoticeBoard) -> None:
    sheet = make_hanging(board)
    item = sheet.items.get().item
    make_edition(item, title=item.title, body="<p>办公室不再负责值班安排。</p>", category=item.category)
    PublicRevision.raise_number()

    texts = {name: told(client, address) for name, address in doors(sheet).items() if "pdf" not in name}

    difference = reverse("item_diff", args=[item.slug, 2])
    for name in ("board", "board_sheet"):
        assert "张贴的是第 1 版，现在是第 2 版" in texts[name] and difference in texts[name], name
        assert BODY in texts[name], "an older edition stays public"
    for name in ("boards", "board"):
        assert "需要重印" in texts[name], name


def hide(item: Item, how: str) -> None:
    """The row alone, its words left where they are; guards would refuse some of it."""
    with guards_off():
        if how == "redacted":
            entry = LogEntry.objects.filter(item=item).first()
            item.editions.update(redacted_by_entry=entry)
        else:
            Item.objects.filter(pk=item.pk).update(**{"audience" if how == "internal" else "state": how})
    PublicRevision.raise_number()


@pytest.mark.parametrize("how", ["withdrawn", "terminated", "redacted", "internal", "unpublished"])
def test_what_may_not_be_read_leaves_no_word_at_any_door(client: Client, agency: Agency, how: str) -> None:
    item = publish(agency, "门牌标题甲", "门牌内情乙。")
    sheet, staff = make_hanging(make_board(agency)), signed_in(make_member(Role.STAFF, agency))
    before = {name: told(client, address) for name, address in doors(sheet).items()}
    hide(item, how)

    after = {name: told(client, address) for name, address in doors(sheet).items()}
    inside = {f"{name} for staff": told(staff, address) for name, address in doors(sheet).items()}

    assert "门牌内情乙" in before["board_sheet_pdf"] and "门牌内情乙" in before["board_sheet"]
    for name, text in (after | inside).items():
        assert "门牌内情乙" not in text, name
        if how in {"internal", "unpublished"}:
            assert "门牌标题甲" not in text, name
    assert "需要重印" in after["boards"]
    assert hashlib.sha256(after["board_sheet_json"].encode()).hexdigest() == sheet.digest


def test_new_content_is_said_softly_and_named(client: Client, board: NoticeBoard) -> None:
    make_hanging(board)
    publish(board.agency, "较早的一条")
    later = [publish(board.agency, f"更新的一条{number}") for number in "甲乙丙"]
    hide(publish(board.agency, "内部的一条"), "internal")

    text = page(client, reverse("board", args=[board.pk]))

    assert "网上有新内容" in text and "需要重印" not in text
    for item in later:
        assert f'href="{item.get_absolute_url()}"' in text and item.title in text, item.title
    assert "较早的一条" not in text and "内部的一条" not in text


def test_sheet_taken_down_is_told_from_one_that_hangs(client: Client, board: NoticeBoard) -> None:
    sheet = make_hanging(board)
    print_board.remove(sheet.pk, on=today(), actor=make_keeper(board.agency), at=now())
    bare = {name: page(client, doors(sheet)[name]) for name in ("boards", "board", "board_sheet")}
    answer = client.get(doors(sheet)["board_pdf"])
    publish(board.agency, "新的一条")
    later = make_hanging(board)
    told = page(client, sheet.get_absolute_url())

    assert answer.status_code == 200 and sheet.serial in paper.text(answer.content)
    assert "上一张（已撤下）" in bare["boards"] and "已经不在墙上" in bare["board"]
    assert doors(sheet)["board_sheet_pdf"] in bare["board"]
    assert "看现在张贴的" not in bare["board_sheet"] and "现在没有张贴" in bare["board_sheet"]
    assert "看现在张贴的" in told and later.serial not in told


# --- beside other pages --------------------------------------------------------------------------------------------


def test_item_and_agency_say_where_it_hangs(client: Client, board: NoticeBoard) -> None:
    sheet = make_sheet(board, plan=make_plan())
    item = sheet.items.get().item
    waiting = page(client, item.get_absolute_url())
    keeper = make_keeper(board.agency)
    print_board.post(sheet.pk, on=today(), photo=make_photo(keeper), actor=keeper, at=now())

    for address in (item.get_absolute_url(), reverse("agency", args=[board.agency.code])):
        text = page(client, address)
        assert board.get_absolute_url() in text and sheet.serial in text, address
    assert board.get_absolute_url() not in waiting


def test_boards_are_open_data_found_by_search_and_on_the_map(client: Client, board: NoticeBoard) -> None:
    sheet = make_hanging(board)

    table = text_of(client.get(reverse("boards_csv")))

    assert board.code in table and sheet.serial in table and "许青" not in table
    assert reverse("boards_csv") in page(client, reverse("open_data"))
    assert reverse("boards") in page(client, reverse("search") + "?q=公开栏")
    assert board.get_absolute_url() in text_of(client.get(reverse("sitemap_section", args=["boards"])))


@pytest.mark.parametrize("count", [1, 3])
def test_pages_cost_the_same_for_one_board_and_for_three(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _number in range(count):
        agency = make_agency()
        publish(agency)
        sheet = make_hanging(make_board(agency, sections=2))
    client.get(reverse("boards"))

    for name, statements in (("boards", 7), ("boards_csv", 4), ("board", 15), ("board_sheet", 12)):
        PublicRevision.raise_number()
        with django_assert_num_queries(statements):
            b"".join(client.get(doors(sheet).get(name) or reverse(name)))
