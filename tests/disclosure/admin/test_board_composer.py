"""A 公开栏 is composed: sections in rows, faults on top, nothing typed is lost, nothing of another overwritten."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from disclosure.enums import Audience, Category, ItemState, SectionSource
from disclosure.forms.board_sections import section_rows
from disclosure.models import Item, NoticeBoard
from govportal.models import Attachment, AuditEvent
from tests.disclosure.admin.board_desks import ADD, Town, as_shown, filled, page, picture, sections_of, verb
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_item
from tests.factories.boards import make_board, make_keeper
from tests.markup import faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return Town()


def test_new_board_comes_with_the_eight_categories(town: Town) -> None:
    client = signed_in(town.keeper)
    shown = client.get(ADD)

    response = client.post(ADD, filled(shown, town.agency, photo=picture(), _save="1"))

    board = NoticeBoard.objects.get()
    assert response.headers["Location"] == page(board)
    assert sections_of(board) == [str(category.label) for category in Category]
    assert board.photo and board.photo.suffix == ".jpg"
    assert AuditEvent.objects.filter(action="noticeboard.set_up", agency_code="hdz").count() == 1
    assert faults(text_of(client.get(page(board)))) == []


def test_impossible_number_of_rows_deletes_no_section(town: Town) -> None:
    board = make_board(town.agency, sections=3)
    client = signed_in(town.keeper)

    for total in ("-1", "100000", "x", ""):
        sent = as_shown(client.get(page(board))) | {"sections-TOTAL_FORMS": total}
        assert client.post(page(board), sent).status_code == 200, total
        assert len(sections_of(board)) == 3, total


def test_empty_photo_is_one_fault(town: Town) -> None:
    client = signed_in(town.keeper)
    sent = filled(client.get(ADD), town.agency, photo=SimpleUploadedFile("IMG_0017.jpg", b""))

    assert [str(fault.words) for fault in client.post(ADD, sent).context["faults"]] == ["文件是空的。"]


def test_page_without_a_change_writes_nothing(town: Town) -> None:
    board = make_board(town.agency, sections=3)
    client = signed_in(town.keeper)

    response = client.post(page(board), as_shown(client.get(page(board))) | {"_preview": "1"})

    assert response.headers["Location"].endswith("/preview/")
    assert not AuditEvent.objects.filter(action__startswith="noticeboard").exists()


def test_sections_are_ordered_removed_and_added_without_a_script(town: Town) -> None:
    board = make_board(town.agency, sections=3)
    item = town.item("招聘公示")
    client = signed_in(town.keeper)
    shown = client.post(page(board), as_shown(client.get(page(board))) | {"add_rows": "sections"})
    assert shown.status_code == 200 and len(shown.context["rows"].forms) == 3 + 2 + 3
    added = {
        "sections-3-heading": "公示", "sections-3-position": "5", "sections-3-source": SectionSource.PICKED,
        "sections-3-picked": f"{item.index_number} {item.title}\nhttps://x.example{item.get_absolute_url()}",
        "sections-3-hidden_names": "沈某某\n\n沈某某", "sections-3-agency": "河东镇", "sections-0-remove": "on",
    }  # fmt: skip

    twice = client.post(page(board), as_shown(shown) | added)
    added["sections-3-picked"] = item.get_absolute_url()
    response = client.post(page(board), as_shown(shown) | added)

    assert [fault.words for fault in twice.context["faults"]] == ["栏目“公示”：有的信息选了两次。"]
    assert response.status_code == 302
    headings = [str(category.label) for category in Category]
    assert sections_of(board) == ["公示", *headings[1:3]]
    section = board.sections.get(heading="公示")
    assert [one.item for one in section.picked.all()] == [item]
    assert (section.hidden_names, section.agency) == (["沈某某"], town.agency)
    trail = AuditEvent.objects.get(action="noticeboard.compose")
    assert "沈某某" not in f"{trail.before}{trail.after}" and trail.after["sections"][0]["hidden_names"] == 1


def test_item_is_picked_by_its_number_its_address_or_the_end_of_it(town: Town) -> None:
    item = town.item("招聘公示")

    for typed in (
        item.index_number,
        f"{item.index_number} 招聘公示",
        item.slug,
        f"https://x.example/items/{item.slug}/",
    ):
        row = section_rows(
            {
                "sections-TOTAL_FORMS": "1",
                "sections-INITIAL_FORMS": "0",
                "sections-0-heading": "公示",
                "sections-0-source": "picked",
                "sections-0-picked": typed,
            },
            (),
            is_checked=True,
        ).forms[0]
        assert not row.errors.get("picked") and row.items == [item], typed


def test_faults_are_said_on_top_and_nothing_typed_is_lost(town: Town) -> None:
    client = signed_in(town.keeper)
    withdrawn = town.item("已撤回的")
    Item.objects.filter(pk=withdrawn.pk).update(state=ItemState.WITHDRAWN)
    inside = make_item(agency=town.agency, audience=Audience.INTERNAL, edition={"title": "内部的"})
    wrong = {
        "code": "河东", "place": "", "width_mm": "9", "photo": picture("GIF", "a.gif"),
        "sections-0-heading": "", "sections-1-newest": "99", "sections-2-agency": "没有这个单位",
        "sections-3-picked": inside.index_number, "sections-3-source": "picked", "sections-4-category": "nonsense",
        "sections-5-hidden_names": "长" * 50, "sections-6-heading": "人\x00事", "keeper": "陈\x00",
    }  # fmt: skip

    shown = text_of(client.post(ADD, filled(client.get(ADD), town.agency, **wrong)))

    for words in ("代号只能用", "这里只接受", "没有找到“没有这个单位”", f"没有找到“{inside.index_number}”", "不像姓名"):
        assert words in shown, words
    assert "错误：" in shown and "内部的" not in shown
    assert 'value="河东"' in shown and 'value="没有这个单位"' in shown and inside.index_number in shown
    assert not NoticeBoard.objects.exists() and faults(shown) == []


def test_section_is_closed_and_told_in_a_line_until_something_in_it_is_wrong(town: Town) -> None:
    board = make_board(town.agency, sections=2)
    item = town.item("招聘公示")
    client = signed_in(town.keeper)
    shown = client.get(page(board))
    first = [row.told for row in shown.context["rows"].forms]
    wrong = {"sections-0-newest": "x", "sections-1-source": "picked", "sections-1-picked": f"{item.index_number}\n\n"}

    refused = client.post(page(board), as_shown(shown) | wrong)
    more = client.post(page(board), as_shown(shown) | {"add_rows": "sections"})

    assert first[0] == f"{Category.DUTIES.label}，本期公开的，最多 3 条，标题和摘要"
    assert 'class="section-fields" open' not in text_of(shown)
    assert text_of(refused).count('class="section-fields" open') == 1
    assert [row.is_open for row in refused.context["rows"].forms] == [True, False, False, False]
    assert refused.context["rows"].forms[1].told.startswith("手工选定，1 条")
    assert [row.is_open for row in more.context["rows"].forms] == [False] * 2 + [True] * 5


def test_photo_that_came_with_a_faulty_form_need_not_be_sent_again(town: Town) -> None:
    client = signed_in(town.keeper)
    refused = client.post(ADD, filled(client.get(ADD), town.agency, place="", photo=picture("PNG", "a.png")))
    again = as_shown(refused) | {"place": "镇政府大门右侧"}

    assert "已收到新的照片" in text_of(refused)
    foreign = signed_in(make_keeper(town.agency)).post(ADD, again | {"code": "OTHER"})
    client.post(ADD, again)

    assert foreign.status_code == 302
    assert NoticeBoard.objects.get(code="HDZ").photo and not NoticeBoard.objects.get(code="OTHER").photo


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("a.jpg", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"),
        SimpleUploadedFile("a.jpg", b"\xff\xd8\xff\xe0 no picture"),
        SimpleUploadedFile("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        SimpleUploadedFile("a.jpg", b""),
        picture("PNG", "a.jpg"),
    ],
    ids=["PDF", "broken", "SVG", "empty", "other kind"],
)
def test_what_is_no_photo_is_refused_with_words(town: Town, upload: SimpleUploadedFile) -> None:
    client = signed_in(town.keeper)

    response = client.post(ADD, filled(client.get(ADD), town.agency, photo=upload))

    assert response.status_code == 200 and response.context["form"].errors["photo"]
    assert not Attachment.objects.exists()


def test_what_somebody_else_saved_is_not_written_over_unseen(town: Town) -> None:
    board = make_board(town.agency, sections=1)
    client = signed_in(town.keeper)
    mine = as_shown(client.get(page(board))) | {"place": "我改的地点"}
    signed_in(town.administrator).post(page(board), as_shown(client.get(page(board))) | {"place": "别人改的地点"})

    refused = client.post(page(board), mine)
    board.refresh_from_db()
    kept = board.place
    response = client.post(page(board), as_shown(refused))

    board.refresh_from_db()
    assert "别人修改过这个公开栏" in text_of(refused) and kept == "别人改的地点"
    assert response.status_code == 302 and board.place == "我改的地点"


def test_board_is_nobody_elses(town: Town) -> None:
    board = make_board(town.agency)
    stranger = signed_in(make_keeper(make_agency()))

    for method in (stranger.get, stranger.post):
        assert method(page(board)).status_code == 302  # the list says that there is no such row
    assert stranger.post(verb(board, "issue")).status_code == 404
    values = filled(stranger.get(ADD), town.agency)
    assert stranger.post(ADD, values).context["form"].errors["agency"]
    assert board.place not in text_of(stranger.get("/admin/disclosure/noticeboard/"))
