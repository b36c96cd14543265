"""A complaint about a notice board: out of the list or in words, kept for the desk, and told to nobody else."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.models import NoticeBoard
from requests_app.models import Complaint
from tests.database import refused
from tests.factories import make_agency
from tests.factories.boards import make_board
from tests.factories.complaints import file_complaint, make_accused
from tests.markup import faults
from tests.requests_app.complaints.complaint_desks import NAME, ComplaintDesks, page, problems
from tests.requests_app.complaints.complaint_journey import Complainer
from tests.requests_app.complaints.test_complaint_entry import typed
from tests.requests_app.filing_journey import text_of

pytestmark = pytest.mark.django_db
SHEET = reverse(f"{NAME}_add")


@pytest.fixture
def citizen() -> Complainer:
    return Complainer()


def offered(response: Any) -> list[Any]:
    """What can be chosen, without what chooses nothing."""
    return [value for value, _label in response.context["form"].fields["notice_board"].choices if value]


def test_page_of_a_board_leads_to_the_form_with_the_board_chosen(citizen: Complainer) -> None:
    board = make_board(citizen.agency)
    make_board(make_accused(name="某县财政局"))
    link = f"{reverse('complaint_new')}?board={board.pk}"
    assert link in text_of(citizen.client.get(board.get_absolute_url()))

    first = citizen.client.get(citizen.client.get(link)["Location"])

    assert first.context["form"].initial == {"agency": citizen.agency.code, "notice_board": str(board.pk)}
    assert offered(first) == [board.pk]
    assert f'<option value="{board.pk}" selected>' in text_of(first)
    assert faults(text_of(first)) == []
    form = text_of(first)
    assert form.index(board.get_absolute_url()) < form.index('name="agency"'), "said before anything is asked"
    for tampered in ("0", "abc", "9" * 18, "9" * 40, "%00", "-1"):
        response = citizen.client.get(f"{reverse('complaint_new')}?d={citizen.d}&board={tampered}")
        assert response.status_code == 200, tampered
        assert response.context["form"].initial == {"agency": ""}, tampered
        assert "涉及的公开栏：" not in text_of(response), tampered


def test_board_is_kept_shown_to_who_complains_and_to_the_desk(citizen: Complainer) -> None:
    board = make_board(citizen.agency)

    citizen.fill(notice_board=str(board.pk), board="右下角")
    check = text_of(citizen.get("check"))
    receipt = citizen.client.get(citizen.send()["Location"])
    row, code = Complaint.objects.get(), receipt.context["code"]
    asked = {"number": row.number, "code": code}
    case = text_of(citizen.client.post(reverse("complaint_lookup"), asked, follow=True))

    assert (row.notice_board, row.board) == (board, "右下角")
    for text in (check, case):
        assert str(board) in text and "右下角" in text
        assert faults(text) == []


def test_form_offers_the_boards_of_the_agency_and_all_of_them_where_none_is_chosen(citizen: Complainer) -> None:
    assert "notice_board" not in citizen.get().context["form"].fields
    own, other = make_board(citizen.agency), make_board(make_accused(name="某县财政局"))
    make_board(citizen.agency, is_active=False)

    nothing_chosen = offered(citizen.get())
    chosen = offered(citizen.post("matter", facts="太短"))

    assert [[pk for pk, _label in pairs] for _agency, pairs in _grouped(citizen)] == [[own.pk], [other.pk]]
    assert sorted(nothing_chosen) == sorted([citizen.agency.display_name, "某县财政局"])
    assert chosen == [own.pk]


def _grouped(citizen: Complainer) -> list[Any]:
    fresh = Complainer(Client(), citizen.agency)
    groups = [group for group in fresh.get().context["form"].fields["notice_board"].choices if group[0]]
    return sorted(groups, key=lambda group: group[1][0][0])


def test_board_of_another_agency_or_out_of_use_is_refused_with_every_answer_kept(citizen: Complainer) -> None:
    other, unused = make_board(make_accused(name="某县财政局")), make_board(citizen.agency, is_active=False)
    wrong = {
        str(other.pk): "由某县财政局设置",
        **dict.fromkeys((str(unused.pk), "x", "9" * 40, "-1"), "没有这个公开栏"),
    }

    for value, words in wrong.items():
        response = citizen.post("matter", notice_board=value, board="门口")
        text = text_of(response)
        assert response.status_code == 200 and words in text, value
        assert "门口" in text and list(response.context["form"].errors) == ["notice_board"], value
    assert f'<option value="{other.pk}" selected>' in text_of(citizen.post("matter", notice_board=str(other.pk)))
    assert citizen.post("matter", notice_board="").status_code == 302
    assert not Complaint.objects.exists()


def test_board_put_out_of_use_meanwhile_leads_back_to_the_form(citizen: Complainer) -> None:
    board = make_board(citizen.agency)
    citizen.fill(notice_board=str(board.pk))
    NoticeBoard.objects.filter(pk=board.pk).update(is_active=False)

    response = citizen.get("check")

    assert response.status_code == 302 and reverse("complaint_new") in response["Location"]
    assert "没有这个公开栏" in text_of(citizen.client.get(response["Location"]))


def test_desk_enters_and_reads_which_board_is_meant() -> None:
    desks = ComplaintDesks()
    board, other = make_board(desks.township), make_board(make_agency())

    refusal = problems(desks.handling.post(SHEET, typed(desks, notice_board=other.pk)))
    desks.handling.post(SHEET, typed(desks, notice_board=board.pk, board="左侧第二块"))

    assert len(refusal) == 1 and "设置，请选择该单位" in refusal[0]
    text = text_of(desks.handling.get(page(Complaint.objects.get())))
    assert str(board) in text and board.get_absolute_url() in text and "左侧第二块" in text


def test_officer_is_offered_no_board_of_his_own_agency() -> None:
    desks = ComplaintDesks()
    make_board(desks.county)
    board = make_board(desks.township)

    form = desks.handling.get(SHEET).context["form"]

    assert [pair[0] for _agency, pairs in form.fields["notice_board"].choices[1:] for pair in pairs] == [board.pk]


def test_database_keeps_the_board_of_a_complaint() -> None:
    agency = make_accused()
    row = file_complaint(agency, notice_board=make_board(agency)).complaint

    for value in (None, make_board(agency).pk):
        assert refused("UPDATE requests_app_complaint SET notice_board_id = %s WHERE id = %s", value, row.pk)


def test_board_page_is_the_same_with_complaints_and_without(client: Client) -> None:
    agency = make_accused()
    board = make_board(agency)
    addresses = [board.get_absolute_url(), reverse("boards"), reverse("boards_csv")]
    before = [b"".join(client.get(address)) for address in addresses]

    file_complaint(agency, notice_board=board)

    assert [b"".join(client.get(address)) for address in addresses] == before
