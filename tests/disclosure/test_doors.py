"""Every public address × reader × state × audience. An address without a row here fails the first test."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from disclosure.models import Item
from govportal import pagecache
from govportal.models import PublicRevision
from tests.disclosure.doors import READERS, World, body_of, make_world, text_of, title_of

pytestmark = pytest.mark.django_db

# Doors that list items: name -> (address arguments, query, which item types they show; None: all).
PAGE_LISTS: dict[str, tuple[list[Any], str, set[str] | None]] = {
    "home": ([], "", None),
    "items": ([], "?page_size=200", None),
    "items_tree": ([], "", None),
    "powers": ([], "", {"power"}),
    "services": ([], "", {"service_guide"}),
    "leaders": ([], "", {"leader"}),
    "gazettes": ([], "", {"gazette"}),
    "normative": ([], "?validity=all", {"normative"}),
    "projects": ([], "", {"project"}),
    "enforcement": ([], "", {"enforcement"}),
    "agency": (["own"], "", None),
}
# The same for machines: whoever asks is nobody.
MACHINE_LISTS: dict[str, tuple[list[Any], str, set[str] | None]] = {
    "search": ([], "?q=门牌", None),  # the index holds public text alone
    "items_csv": ([], "", None),
    "feed_items": ([], "", None),
    "coverage_cases": ([], "?measure=standardisation&period=12months", None),  # counted for everybody
    "api_items": ([], "?page_size=200", None),
    "data_csv": (["power"], "", {"power"}),
    "sitemap_section": (["items"], "", None),
}
# One item by its address.
ITEM_DOORS = {"item", "item_history", "item_diff", "edition_content", "attachment", "api_item"}
LOG_DOORS = {"log", "log_entry", "log_payload", "log_export", "api_log"}
# Nothing of an item stands behind these; they only must answer, and never name an internal one.
OTHER_DOORS: dict[str, list[Any]] = {
    "agencies": [],
    "guide": [],
    "institutions": [],
    "accessibility": [],
    "privacy": [],
    "help": [],
    "display": [],
    "healthz": [],
    "robots": [],
    "sitemap": [],
    "open_data": [],
    "data_tables": [],
    "dcat_catalogue": [],
    "api_index": [],
    "api_schema": [],
    "api_agencies": [],
    "api_catalogue": [],
    "negative_list": [],
    "negative_list_csv": [],
    "rectifications": [],
    "rectifications_csv": [],
    "api_rectifications": [],
    "rectification": [2026, 1],
    "boards": [],
    "boards_csv": [],
    "coverage": [],
    "coverage_csv": [],
    "api_coverage": [],
    "api_obligations": [],
    "requests": [],
    "request_lookup": [],
    "feedback": [],
    "feedback_new": [],
    "feedback_lookup": [],
    "calculator": [],
    "reports": [],
    "complaints": [],
    "complaint_lookup": [],
    "complaint_statistics": [],
    "surveys": [],
    "scorecards": [],
    "scorecards_how": [],
    "scorecards_all_csv": [],
    "api_scorecards": [],
}
# What one citizen typed, filed or was answered: his cookie alone opens it, and no role of staff does.
PERSONAL_DOORS: dict[str, tuple[list[Any], str]] = {
    "request_step": (["supply"], "request_new"),
    "request_check": ([], "request_new"),
    "request_case": ([], "request_lookup"),
    "request_correct": ([], "request_lookup"),
    "request_reasons": ([], "request_lookup"),
    "request_message": ([], "request_lookup"),
    "request_suggest": ([], "request_lookup"),
    "request_withdraw": ([], "request_lookup"),
    "request_letter": ([1], "request_lookup"),
    "request_file": ([1], "request_lookup"),
    "complaint_contact": ([], "complaint_new"),
    "complaint_check": ([], "complaint_new"),
    "complaint_sent": ([], "complaint_lookup"),
    "complaint_receipt": ([], "complaint_lookup"),
    "complaint_case": ([], "complaint_lookup"),
    "complaint_supplement": ([], "complaint_lookup"),
    "complaint_withdraw": ([], "complaint_lookup"),
    "complaint_file": ([1], "complaint_lookup"),
}
# Sign in first; then by whose staff one is.
STAFF_DOORS = {"internal", "receipts", "receipts_csv", "receipt_file", "internal_log"}
OUTSIDE = {
    "catalogue",
    "catalogue_entry",
    "entry_obligations",
    "obligation",
    "catalogue_csv",
    "catalogue_xlsx",
    "favicon",
    "project",
    "request_new",
    "request_sent",
    "request_receipt",
    "request_leave",
    "complaint_new",
    "complaint_leave",
    "complaint_to_request",
    "feedback_sent",
    "item_pdf",
    "checklist_pdf",
    "duties_pdf",
    "report",
    "powers_pdf",
    "services_pdf",
    "normative_pdf",
    "projects_pdf",
    "enforcement_pdf",
    "leaders_pdf",
    "gazettes_pdf",
    "items_pdf",
    "catalogue_pdf",
    "print_job",
    "print_file",
    "report_pdf",
    "report_csv",
    "report_json",
    "board",
    "board_pdf",
    "board_sheet",
    "board_sheet_pdf",
    "board_sheet_json",
    "board_photo",
    "board_photo_small",
    # tests/evaluation/survey
    "survey",
    "survey_ballot",
    "survey_thanks",
    "survey_invited",
    "survey_results_csv",
    "survey_results_json",
    # tests/evaluation/scorecards
    "scorecard",
    "scorecard_csv",
    "scorecard_json",
    "scorecard_pdf",
    "scorecard_indicator",
    "scorecard_indicator_csv",
    "scorecard_evidence",
    "scorecards_csv",
    "scorecards_json",
    "scorecards_pdf",
    "scorecards_archive",
    "scorecards_newest_archive",
}  # held by other tests


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once for the module and rolled back after it; what a test does to it is rolled back after the test."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


def named(patterns: list[Any]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                yield from named(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and not str(pattern.pattern).startswith("^admin/"):
            yield pattern.name or str(pattern.pattern)


def test_every_address_has_a_row() -> None:
    rows = {*PAGE_LISTS, *MACHINE_LISTS, *ITEM_DOORS, *LOG_DOORS, *OTHER_DOORS, *PERSONAL_DOORS, *STAFF_DOORS, *OUTSIDE}

    without = set(named(get_resolver().url_patterns)) - rows

    assert not without, f"addresses without a row in the door matrix: {sorted(without)}"


def number_of(item: Item) -> str:
    return item.index_number


def shown(door: str, item: Item) -> str:
    """The mark by which a listing betrays an item."""
    if door == "items_tree":
        return f"门牌主题{item.pk}号"
    return item.slug if door == "sitemap_section" else title_of(item)


# The home page and an agency's page show only the newest few.
PARTIAL = {"home", "agency"}


def assert_list(world: World, door: str, row: tuple[list[Any], str, set[str] | None], reader: str, as_: str) -> None:
    args, query, types = row
    client, address = world.client(reader), reverse(door, args=args) + query
    response = client.get(address)
    text = text_of(response)
    if door == "items":  # the only list longer than a page
        text += text_of(client.get(address + "&page=2"))
    assert response.status_code == 200
    for item in world.items:
        expected = world.may_read(as_, item) and (types is None or item.item_type in types)
        if not expected or door not in PARTIAL:
            mark = shown(door, item)
            assert (mark in text) == expected, f"{door} for {reader}: {mark} expected {expected}"
    assert "未定稿" not in text


@pytest.mark.parametrize("door", PAGE_LISTS)
def test_page_list_shows_what_the_reader_may_read(world: World, door: str) -> None:
    for reader in READERS:
        assert_list(world, door, PAGE_LISTS[door], reader, as_=reader)


@pytest.mark.parametrize("door", MACHINE_LISTS)
def test_machine_list_shows_what_everybody_may_read(world: World, door: str) -> None:
    for reader in READERS:
        assert_list(world, door, MACHINE_LISTS[door], reader, as_="anonymous")


def test_counts_and_facets_match_what_the_reader_may_read(world: World) -> None:
    for reader in READERS:
        readable = sum(world.may_read(reader, item) for item in world.items)

        context = world.client(reader).get(reverse("items")).context
        counted = {facet.name: sum(option.count for option in facet.options) for facet in context["facets"]}

        assert context["page"].paginator.count == readable
        assert counted["type"] == counted["validity"] == readable


def test_api_count_is_of_public_items(world: World) -> None:
    public = sum(world.may_read("anonymous", item) for item in world.items)

    counts = [world.client(reader).get(reverse("api_items")).json()["count"] for reader in READERS]

    assert counts == [public] * len(READERS)


def address(door: str, item: Item) -> str:
    if door in {"item_diff", "edition_content"}:
        return reverse(door, args=[item.slug, 1])
    if door == "attachment":
        held = item.editions.get(number=1).attachments.first()
        return reverse(door, args=[held.attachment_id if held else 10**9, "附件.pdf"])
    return reverse(door, args=[item.slug])


# (status when readable, when only a notice is left, when there is nothing for this reader)
STATUS = {
    "item": (200, 200, 404),
    "item_history": (200, 200, 404),
    "item_diff": (200, 200, 404),
    "edition_content": (200, 404, 404),
    "attachment": (200, 410, 404),
    "api_item": (200, 200, 404),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("door", sorted(ITEM_DOORS))
def test_item_door_answers_by_state_and_reader(world: World, door: str, reader: str) -> None:
    seen_as = "anonymous" if door == "api_item" else reader
    client = world.client(reader)

    for item in world.items:
        response = client.get(address(door, item), headers={"if-none-match": "*"} if door == "attachment" else {})
        text = text_of(response)
        readable, notice, nothing = STATUS[door]
        if door == "attachment":
            readable = 304  # for whoever may read it; for all others the refusal comes first
        if world.may_read(seen_as, item):
            assert response.status_code == readable, (door, reader, item.state, item.audience)
        else:
            expected = notice if world.may_open(seen_as, item) else nothing
            assert response.status_code == expected, (door, reader, item.state, item.audience)
            assert body_of(item) not in text
            if expected == 404:
                assert title_of(item) not in text
        assert "未定稿" not in text
        if item.audience == "internal" and response.status_code in {200, 410}:
            assert "private" in response["Cache-Control"]


def test_unpublished_edition_of_a_live_item_has_no_address(world: World) -> None:
    item = next(item for item in world.items if item.state == "live" and item.audience == "public")

    for reader in READERS:
        assert world.client(reader).get(reverse("item_diff", args=[item.slug, 2])).status_code == 404


@pytest.mark.parametrize("reader", ["anonymous", "own_staff"])
def test_log_doors_show_the_public_chain_alone(world: World, reader: str) -> None:
    client = world.client(reader)
    lists = {"log": title_of, "log_export": number_of, "api_log": number_of}
    listed = {door: text_of(client.get(reverse(door) + "?page_size=200")) for door in lists}
    public = [item for item in world.items if item.audience == "public" and item.pk in world.sequences]

    for item in world.items:
        expected = item in public
        for door, text in listed.items():
            assert (lists[door](item) in text) == expected, (door, reader, item.state, item.audience)
    for item in public:
        text = text_of(client.get(reverse("log_entry", args=[world.sequences[item.pk]])))
        assert title_of(item) in text
        assert body_of(item) not in text
        payload = client.get(reverse("log_payload", args=[world.sequences[item.pk]]))
        assert number_of(item) in text_of(payload)
    for door in ("log_entry", "log_payload"):
        assert client.get(reverse(door, args=[len(public) + 1])).status_code == 404


def test_other_doors_answer_and_name_no_internal_item(world: World) -> None:
    internal = [item for item in world.items if item.audience == "internal"]
    client = world.client("own_staff")

    for door, args in OTHER_DOORS.items():
        response = client.get(reverse(door, args=args))
        text = text_of(response)

        assert response.status_code == 200, door
        assert not [item for item in internal if title_of(item) in text], door


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("door", PERSONAL_DOORS)
def test_personal_door_leads_whoever_has_no_cookie_to_the_start(world: World, door: str, reader: str) -> None:
    args, start = PERSONAL_DOORS[door]

    response = world.client(reader).get(reverse(door, args=args))

    assert response.status_code == 302
    assert response["Location"].partition("?")[0] == reverse(start)
    assert "no-store" in response["Cache-Control"]


def test_page_read_by_staff_is_not_kept_for_others(world: World) -> None:
    item = next(item for item in world.items if item.state == "live" and item.audience == "internal")
    client = world.client("own_staff")
    doors = [item.get_absolute_url(), reverse("items"), reverse("items_tree")]
    for_staff = [client.get(door) for door in doors]

    client.logout()
    for_all = [
        client.get(door, headers={"if-none-match": first.get("ETag", '"none"')})
        for door, first in zip(doors, for_staff, strict=True)
    ]

    assert [response.status_code for response in for_staff] == [200, 200, 200]
    assert [response.status_code for response in for_all] == [404, 200, 200]
    assert title_of(item) in text_of(for_staff[1])
    assert not [response for response in for_all if title_of(item) in text_of(response)]


def test_page_is_not_fresh_after_withdrawal(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagecache, "REVISION_SECONDS", 0)
    item = next(item for item in world.items if item.state == "live" and item.audience == "public")
    client = world.client("anonymous")
    first = client.get(item.get_absolute_url())
    unchanged = client.get(item.get_absolute_url(), headers={"if-none-match": first["ETag"]})

    Item.objects.filter(pk=item.pk).update(state="withdrawn")
    PublicRevision.raise_number()
    second = client.get(item.get_absolute_url(), headers={"if-none-match": first["ETag"]})

    assert body_of(item) in text_of(first)
    assert unchanged.status_code == 304
    assert second.status_code == 200
    assert body_of(item) not in text_of(second)
