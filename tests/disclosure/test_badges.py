"""证件与座牌: the sheets, the page that makes them, and the photos that nobody else sees."""

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from disclosure import badges
from disclosure.badge_sheets import GAP, LEAST, POINT, Size, fitted, grid_for
from disclosure.badges import PRESETS, Kind, Order, Person, Photo
from govportal.models import Agency, Attachment, AuditEvent, InternalBody, Leader, User
from govportal.now import now
from govportal.permissions import Role
from tests import paper
from tests.disclosure.admin.desks import signed_in
from tests.factories import make_agency, make_member, make_user

RARE = "镕堃喆玥珺瑄鑫垚犇骉飍焱淼赟昇祎彧烜皞燚"
LONGEST = "麦" * 60
OFFICE = "政务公开和行政审批服务股（农村公路建设养护资金管理领导小组办公室）"
PEOPLE = (
    Person("leader-1", "王明", "党组书记、局长", phone="0399-6613320"),
    Person("leader-2", "阿卜杜热合曼·麦麦提吐尔逊江", "党组成员、副局长（分管农村公路和安全生产监督管理工作）"),
    Person("leader-3", "James Wordsworth-Hathaway", "Deputy Director General"),
    Person("leader-4", LONGEST, "职" * 120, phone="0" * 40),
    Person("body-1", RARE, "负责人", office=OFFICE, phone="0399-6613321"),
)
CARDS = [(kind, size) for kind in Kind for size in PRESETS[kind]]
CARDS += [(Kind.BADGE, Size(50, 70)), (Kind.BADGE, Size(70, 50)), (Kind.PLATE, Size(120, 50))]  # the smallest


def photograph(size: tuple[int, int] = (900, 1200), kind: str = "JPEG", **options: Any) -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", size, "#c00d17").save(picture, kind, **options)
    return picture.getvalue()


def ordered(kind: Kind, size: Size, people: Sequence[Person] = PEOPLE, **values: Any) -> Order:
    agency = Agency(name="澄明县交通运输局", code="cmjt", complaint_phone="0399-6620188")
    return Order(agency=agency, kind=kind, size=size, people=people, **values)


# --- the sheets ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "size", "columns", "rows", "is_lying"),
    [
        (Kind.BADGE, Size(54, 86), 3, 3, False),
        (Kind.BADGE, Size(70, 100), 2, 2, False),
        (Kind.BADGE, Size(85.6, 54), 3, 3, True),
        (Kind.PLATE, Size(200, 80), 1, 1, True),
        (Kind.PLATE, Size(240, 100), 1, 1, True),
    ],
)
def test_sheet_takes_as_many_as_fit(kind: Kind, size: Size, columns: int, rows: int, is_lying: bool) -> None:
    grid = grid_for(badges.trim_of(kind, size))

    assert grid is not None
    assert (grid.columns, grid.rows, grid.is_lying) == (columns, rows, is_lying)
    assert len(grid.places) == columns * rows


def test_nothing_larger_than_the_paper_is_laid_out() -> None:
    assert grid_for(Size(201, 290)) is None
    assert grid_for(Size(200, 287)) is not None
    assert grid_for(Size(288, 100)) is None


def test_type_gets_smaller_until_the_words_fit_and_no_smaller() -> None:
    box = Size(40, 10)

    assert fitted(["王明"], box, 20) == 20
    assert 14 * fitted(["阿卜杜热合曼·麦麦提吐尔逊"], box, 20, unbroken=6) * POINT <= 40 + 14 * 0.5 * POINT
    assert fitted([LONGEST * 9], box, 20) == LEAST
    assert fitted([], box, 20) == 20


def test_numbers_count_on() -> None:
    assert [badges.nth("JT-009", step) for step in range(3)] == ["JT-009", "JT-010", "JT-011"]
    assert badges.nth("2026年第3号", 2) == "2026年第5号"
    assert badges.nth("临时", 4) == "临时"


@pytest.fixture(scope="module")
def printed() -> dict[tuple[Kind, Size], bytes]:
    with paper.missing_glyphs() as missing:
        made = {
            (kind, size): badges.render(ordered(kind, size, photo=photo, first_number="JT-001"), at=now())
            for (kind, size), photo in zip(CARDS, (Photo.FRAME, Photo.NONE) * 4, strict=True)
        }
    assert missing == []
    return made


@pytest.mark.parametrize("card", CARDS, ids=lambda card: f"{card[0]}-{card[1].width}x{card[1].height}")
def test_sheet_says_all_and_draws_nothing_at_the_edge(
    card: tuple[Kind, Size], printed: dict[tuple[Kind, Size], bytes]
) -> None:
    kind, size = card
    pdf, grid = printed[card], grid_for(badges.trim_of(kind, size))
    assert grid is not None

    spoken, sides = paper.spoken(pdf), 2 if kind == Kind.PLATE else 1
    for number, person in enumerate(PEOPLE, 1):
        for words in (person.name, person.post, person.office, person.phone, f"JT-{number:03d}"):
            assert spoken.count("".join(words.split())) >= (sides if words else 0), words
    assert all(font.is_embedded and font.has_unicode for font in paper.fonts(pdf))
    assert paper.has_tags(pdf)
    assert paper.language(pdf) == "zh-CN"
    assert paper.title(pdf) == f"澄明县交通运输局{badges.title_of(kind)}"
    assert paper.bookmarks(pdf) == ["".join(person.name.split()) for person in PEOPLE]
    assert paper.page_count(pdf) == -(-len(PEOPLE) // len(grid.places))
    assert set(paper.page_sizes(pdf)) == {(297, 210) if grid.is_lying else (210, 297)}
    assert paper.ink_outside(pdf, 4) == []
    address = "/agencies/cmjt/"
    # The lines of the cut may look like a bar code to who looks for one.
    assert sum(code.endswith(address) for code in paper.codes(pdf)) == len(PEOPLE) * sides


def test_every_word_stands_within_its_card(printed: dict[tuple[Kind, Size], bytes]) -> None:
    """The longest names and posts as well: nothing is cut, and nothing runs over the trim."""
    for (kind, size), pdf in printed.items():
        trim = badges.trim_of(kind, size)
        grid = grid_for(trim)
        assert grid is not None
        boxes = re.findall(
            r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>',
            paper.poppler("pdftotext", pdf, "-bbox"),
        )
        assert boxes
        for *sides, word in boxes:
            left, top, right, bottom = (float(side) * POINT for side in sides)
            assert any(
                x <= left + 0.1 and y <= top + 0.1 and right <= x + trim.width + 0.1 and bottom <= y + trim.height + 0.1
                for x, y in grid.places
            ), f"{kind} {size}: {word}"


def test_crop_marks_are_outside_the_trim_and_may_be_left_out() -> None:
    size = Size(54, 86)
    with_marks, without = (
        badges.render(ordered(Kind.BADGE, size, PEOPLE[:1], has_marks=has), at=now()) for has in (True, False)
    )
    grid = grid_for(size)
    assert grid is not None
    (left, top), ink = grid.places[0], [next(paper.pictures(pdf, 200)) for pdf in (with_marks, without)]
    dots = 200 / 25.4
    reach = GAP / 2
    around = ((left - reach) * dots, (top - reach) * dots, (left + 54 + reach) * dots, (top + 86 + reach) * dots)
    card = ((left + 0.5) * dots, (top + 0.5) * dots, (left + 53.5) * dots, (top + 85.5) * dots)

    assert ink[0].crop(around).tobytes() != ink[1].crop(around).tobytes()
    assert ink[0].crop(card).tobytes() == ink[1].crop(card).tobytes()


def test_photo_is_printed_and_a_missing_one_is_a_frame_or_left_out() -> None:
    people = (Person("leader-1", "王明", "局长", photo=photograph()), Person("leader-2", "林晓舟", "副局长"))
    framed, left_out, none = (
        badges.render(ordered(Kind.BADGE, Size(54, 86), people, photo=photo), at=now())
        for photo in (Photo.FRAME, Photo.LEFT_OUT, Photo.NONE)
    )

    assert [paper.text(pdf).count("照片") for pdf in (framed, left_out, none)] == [1, 0, 0]
    assert ["王明的照片" in paper.described(pdf) for pdf in (framed, left_out, none)] == [True, True, False]


# --- the page ------------------------------------------------------------------------------------------------------


@pytest.fixture
def office(db: None) -> Agency:
    agency = make_agency(name="澄明县交通运输局", phone="0399-6613320", complaint_phone="0399-6620188")
    Leader.objects.create(agency=agency, name="王明", post="局长")
    Leader.objects.create(agency=agency, name=RARE, post="副局长")
    InternalBody.objects.create(agency=agency, name="办公室", head="林晓舟")
    InternalBody.objects.create(agency=agency, name="没有负责人的股室")
    return agency


def filled(agency: Agency, **values: Any) -> dict[str, Any]:
    first = {"people": [person.key for person in badges.people_of(agency)], "format": "badge:54x86", "photo": "frame"}
    return first | {"has_marks": "on", "has_code": "on", "has_phone": "on", "has_hotline": "on"} | values


def asked(client: Client, agency: Agency, **values: Any) -> Any:
    return client.post(reverse("admin:badges") + f"?agency={agency.pk}", filled(agency, **values))


def test_page_prints_leaders_and_heads_of_internal_bodies(office: Agency) -> None:
    publisher = make_member(Role.PUBLISHER, office)

    response = asked(signed_in(publisher), office)

    said = paper.spoken(response.content)
    assert response["Content-Type"] == "application/pdf"
    assert "no-store" in response["Cache-Control"]
    assert all(words in said for words in ("王明", RARE, "林晓舟", "办公室", "0399-6613320", "0399-6620188"))
    assert "没有负责人的股室" not in said
    event = AuditEvent.objects.get(action="agency.badges")
    assert event.after == {"kind": "badge", "count": 3, "photos": 0}


def test_only_those_ticked_are_printed_and_switches_are_honoured(office: Agency) -> None:
    key = badges.people_of(office)[0].key
    client = signed_in(make_member(Role.OFFICE_HEAD, office))

    off = dict.fromkeys(("has_code", "has_phone", "has_hotline", "has_marks"), "")
    response = asked(client, office, people=[key], format="plate:own", width="150", height="60", photo="none", **off)

    said = paper.spoken(response.content)
    assert "王明" in said
    assert not any(words in said for words in (RARE, "林晓舟", "电话", "扫码"))
    assert paper.codes(response.content) == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"people": []}, "请至少选一个人"),
        ({"people": ["leader-999999"]}, "leader-999999"),
        ({"people": ["\x00"]}, "请先改正"),
        ({"format": "poster"}, "poster"),
        ({"format": "badge:own"}, "请填写毫米数"),
        ({"format": "badge:own", "width": "49", "height": "80"}, "短边不小于 50 毫米"),
        ({"format": "badge:own", "width": "NaN", "height": "1e9"}, "请先改正"),
        ({"format": "plate:own", "width": "120", "height": "120"}, "应当小于宽度"),
        ({"format": "plate:own", "width": "250", "height": "140"}, "放不下"),
        ({"photo": "left_out"}, "left_out"),  # of those who may not see photos
        ({"first_number": "9" * 21}, "20"),
        ({"first_number": "\x00"}, "请先改正"),
    ],
)
def test_wrong_order_is_told_and_keeps_what_was_typed(office: Agency, values: dict[str, Any], words: str) -> None:
    client = signed_in(make_member(Role.PUBLISHER, office))

    response = asked(client, office, **{"first_number": "JT-7"} | values)

    page = response.content.decode()
    assert response.status_code == 200
    assert words in page
    assert "请先改正" in page
    assert values.get("first_number", "JT-7") in page or "\x00" in str(values)


def test_page_opens_to_those_who_keep_boards_or_agencies_and_only_of_these(office: Agency) -> None:
    """Roles by place: tests/disclosure/admin/test_staff_doors.py."""
    other = make_agency()
    client = signed_in(make_member(Role.PUBLISHER, other))

    for agency in (str(office.pk), "0", "x", "9" * 30, "\x00"):
        response = client.get(reverse("admin:badges"), {"agency": agency})
        assert response.status_code == 404, agency
    assert asked(client, office).status_code == 404
    assert signed_in(make_member(Role.STAFF, office)).get(reverse("admin:badges")).status_code == 403


def test_page_of_an_agency_without_people_says_what_is_missing(db: None) -> None:
    agency = make_agency()
    client = signed_in(make_member(Role.PUBLISHER, agency))

    page = client.get(reverse("admin:badges")).content.decode()

    assert "还没有登记领导" in page
    assert asked(client, agency).status_code == 200


# --- photos --------------------------------------------------------------------------------------------------------


def saved(client: Client, agency: Agency, upload: Any = None, **values: Any) -> Any:
    """The page of the agency sent back with a photo for its first leader."""
    address = reverse("admin:govportal_agency_change", args=[agency.pk])
    form = client.get(address).context["adminform"].form
    data = {name: form.initial.get(name, "") or "" for name in form.fields} | {"is_active": "on"}
    leader = agency.leaders.get(name="王明")
    for prefix, rows in (("bodies", ()), ("leaders", (leader,))):
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": len(rows)}
    data |= {"leaders-0-id": leader.pk, "leaders-0-agency": agency.pk, "leaders-0-position": 0}
    data |= {"leaders-0-name": "王明", "leaders-0-post": "局长"}
    data |= {"leaders-0-new_photo": upload} if upload else {}
    return client.post(address, data | {f"leaders-0-{name}": value for name, value in values.items()})


@pytest.fixture
def keeper(office: Agency) -> User:
    return make_member(Role.ADMINISTRATOR, office)


def test_photo_is_set_anew_without_what_the_camera_wrote(office: Agency, keeper: User) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    upload = SimpleUploadedFile("我的照片.png", photograph(exif=exif))

    response = saved(signed_in(keeper), office, upload)

    photo = Leader.objects.get(name="王明").photo
    assert response.status_code == 302
    assert photo is not None
    content = photo.file.read()
    assert b"secret place" not in content
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.height) == ("JPEG", 800)
    assert (photo.name, photo.uploaded_by) == ("证件照.jpg", keeper)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"\xff\xd8\xff broken", photograph()[:2000]])
def test_what_is_no_picture_is_refused_with_words(office: Agency, keeper: User, content: bytes) -> None:
    response = saved(signed_in(keeper), office, SimpleUploadedFile("a.jpg", content))

    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert Leader.objects.get(name="王明").photo is None


def test_photo_that_is_replaced_or_dropped_is_deleted(
    office: Agency, keeper: User, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    client = signed_in(keeper)
    with django_capture_on_commit_callbacks(execute=True):
        saved(client, office, SimpleUploadedFile("a.jpg", photograph()))
        first = Leader.objects.get(name="王明").photo
        saved(client, office, SimpleUploadedFile("b.jpg", photograph((300, 400))))
    second = Leader.objects.get(name="王明").photo
    assert first is not None and second is not None and first != second
    with django_capture_on_commit_callbacks(execute=True):
        saved(client, office, drops_photo="on")

    assert Leader.objects.get(name="王明").photo is None
    assert not Attachment.objects.filter(pk__in=[first.pk, second.pk]).exists()
    assert not any(each.file.storage.exists(str(each.file.name)) for each in (first, second))


def test_photo_is_open_to_those_who_may_change_it_and_to_no_other(office: Agency, keeper: User) -> None:
    saved(signed_in(keeper), office, SimpleUploadedFile("a.jpg", photograph()))
    leader = Leader.objects.get(name="王明")
    assert leader.photo is not None
    address = reverse("admin:govportal_agency_photo", args=[office.pk, leader.pk])
    elsewhere = make_member(Role.ADMINISTRATOR, make_agency())
    readers: list[tuple[str, Client]] = [
        ("anonymous", Client()),
        ("superuser", signed_in(make_user(is_superuser=True))),
    ]
    readers += [(role, signed_in(make_member(role, office))) for role in Role if role != Role.ADMINISTRATOR]
    readers += [("administrator elsewhere", signed_in(elsewhere))]

    for name, client in readers:
        assert client.get(address).status_code in {302, 403, 404}, name
        for public in (f"/attachments/{leader.photo.pk}/", f"/media/{leader.photo.file.name}"):
            assert client.get(public).status_code in {301, 404}, f"{public} for {name}"
    response = signed_in(keeper).get(address)

    assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
    assert "no-store" in response["Cache-Control"]
    assert AuditEvent.objects.filter(action="leader.photo", actor_name=keeper.username).count() == 1


def test_photo_is_printed_for_those_who_may_change_it_and_for_others_a_frame(office: Agency, keeper: User) -> None:
    saved(signed_in(keeper), office, SimpleUploadedFile("a.jpg", photograph()))

    mine = asked(signed_in(keeper), office).content
    theirs = asked(signed_in(make_member(Role.PUBLISHER, office)), office).content

    assert "王明的照片" in paper.described(mine)
    assert "王明的照片" not in paper.described(theirs)
    assert paper.text(theirs).count("照片") == 3
    assert [event.after["photos"] for event in AuditEvent.objects.filter(action="agency.badges").order_by("pk")] == [
        1,
        0,
    ]
