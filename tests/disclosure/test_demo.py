"""The demo is no excuse: every type, state and outcome, no sentence twice, dates around today."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction

from disclosure import board_content
from disclosure.enums import (
    Aspect,
    Audience,
    BoardLayout,
    Category,
    ItemState,
    LogKind,
    RelationKind,
    SectionDetail,
    SectionSource,
    SectionSpan,
    SheetState,
    Validity,
)
from disclosure.models import (
    BoardSection,
    BoardSheet,
    CatalogueEntry,
    Edition,
    Filing,
    Item,
    LogEntry,
    NoticeBoard,
    Obligation,
    Relation,
    Statement,
)
from disclosure.services import demo, print_board
from disclosure.services.demo_obligations import first_day_owed
from disclosure.services.demo_texts import FOLDER, fill, load_items
from disclosure.services.verify_log import verify
from disclosure.types import ITEM_TYPES, FieldKind, missing_elements
from govportal.html import sanitise, to_text
from govportal.models import Agency, InboxMessage, Membership, Notice, Reminder, SiteProfile
from govportal.permissions import Role

TODAY = date(2026, 11, 5)
NOW = datetime(2026, 11, 5, 1, 30, tzinfo=UTC)
_HAN = re.compile(r"[\u4e00-\u9fff]")
# The title of a law with its article is a name, not a sentence: two guides may rest on the same article.
_CITATION = re.compile(r"《[^》]+》(?:（[^）]+）)?(?:第[一二三四五六七八九十百千、第条款项（）至和]+)?")
_HEADING = re.compile(r"<(h[2-5]|th|caption)\b.*?</\1>")
_PROSE = {FieldKind.LONG, FieldKind.LINES, FieldKind.TABLE, FieldKind.FLOW}
_SENTENCE_END = re.compile(r"[。；！？;!?\n]")


@pytest.fixture(scope="module")
def raw_items() -> list[dict[str, Any]]:
    return list(load_items(TODAY))


@pytest.fixture(scope="module")
def _county(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The demo, seeded once for the module and rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        demo.seed(TODAY, NOW)
        yield
        transaction.set_rollback(True)


def texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)


def sentences_of(item: dict[str, Any]) -> set[str]:
    # Headings and column heads are prescribed by the forms; prose is not.
    body = to_text(_HEADING.sub("", sanitise(item["body"])))
    prose_fields = {field.key for field in ITEM_TYPES[item["type"]].extra if field.kind in _PROSE}
    extra = {key: value for key, value in item.get("extra", {}).items() if key in prose_fields}
    prose = [body, item.get("summary", ""), *texts_of(extra)]
    parts = (part.strip() for text in prose for part in _SENTENCE_END.split(text))
    return {part for part in parts if len(_HAN.findall(part)) >= 12 and not _CITATION.fullmatch(part)}


def test_demo_no_two_items_share_a_sentence(raw_items: list[dict[str, Any]]) -> None:
    owners: dict[str, list[str]] = {}
    for item in raw_items:
        for sentence in sentences_of(item):
            owners.setdefault(sentence, []).append(item["key"])

    shared = {sentence: keys for sentence, keys in owners.items() if len(keys) > 1}

    assert shared == {}


def test_demo_every_item_has_the_fields_of_its_type(raw_items: list[dict[str, Any]]) -> None:
    faults = []
    for item in raw_items:
        kind = ITEM_TYPES[item["type"]]
        values = {**item, "validity": item.get("validity", "valid")}
        faults += [f"{item['key']}: {name}" for name in missing_elements(item["type"], values, item.get("extra", {}))]
        for key, value in item.get("extra", {}).items():
            field = kind.extra_field(key)
            if field is None:
                faults.append(f"{item['key']}: no field {key} in {kind.key}")
            elif field.kind == FieldKind.CHOICE and value not in dict(field.choices):
                faults.append(f"{item['key']}: {key} = {value}")
            elif field.kind == FieldKind.TABLE and any(set(row) - {c for c, _label in field.columns} for row in value):
                faults.append(f"{item['key']}: unknown column in {key}")
            elif field.kind == FieldKind.FLOW:
                steps = {step["key"] for step in value}
                faults += [f"{item['key']}: step {n}" for s in value for n in s.get("next", []) if n not in steps]

    assert faults == []


def test_demo_one_flow_has_a_branch_a_return_edge_and_three_lanes(raw_items: list[dict[str, Any]]) -> None:
    def is_rich(steps: list[dict[str, Any]]) -> bool:
        place = {step["key"]: number for number, step in enumerate(steps)}
        returns = any(place[n] <= place[step["key"]] for step in steps for n in step.get("next", []))
        branches = any(len(step.get("next", [])) > 1 for step in steps)
        return returns and branches and len({step["lane"] for step in steps}) >= 3

    assert any(is_rich(item["extra"]["steps"]) for item in raw_items if item["type"] == "power")


def test_demo_powers_cover_all_ten_kinds(raw_items: list[dict[str, Any]]) -> None:
    field = ITEM_TYPES["power"].extra_field("power_kind")
    assert field is not None

    kinds = {item["extra"]["power_kind"] for item in raw_items if item["type"] == "power"}

    assert kinds == {key for key, _label in field.choices}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("〔{Y}〕", "〔2026〕"),
        ("{Y-1}年", "2025年"),
        ("{date}起", "2026年1月15日起"),
        ("{date+20}", "2026年2月4日"),
        ("{iso-15}", "2025-12-31"),
        ("{QY}年第{Q}季度", "2025年第四季度"),
        ("{H}半年", "下半年"),
        ("{Y-1}", 2025),
        ("{不是占位符}", "{不是占位符}"),
    ],
)
def test_fill_placeholders_count_from_the_day_the_text_was_formed(text: str, filled: str | int) -> None:
    assert fill(text, date(2026, 1, 15)) == filled


def test_fill_no_quarter_is_named_before_it_is_over() -> None:
    named = [fill("{QY}年第{Q}季度", date(2027, month, 1)) for month in (3, 4, 12)]

    assert named == ["2026年第四季度", "2027年第一季度", "2027年第三季度"]
    assert not [path.name for path in (FOLDER / "items").glob("*.toml") if "{Y}年第{Q}" in path.read_text("utf-8")]


@pytest.mark.usefixtures("_county")
@pytest.mark.django_db
def test_seed_fills_every_shelf_through_the_services() -> None:
    assert Agency.objects.count() >= 40
    assert CatalogueEntry.objects.count() >= 200
    assert Item.objects.count() >= 150
    assert SiteProfile.objects.get(pk=1).government == "澄明县人民政府"
    assert set(Item.objects.values_list("item_type", flat=True)) == set(ITEM_TYPES)
    assert set(Item.objects.values_list("state", flat=True)) == set(ItemState.values)
    assert set(Item.objects.exclude(category="").values_list("category", flat=True)) == set(Category.values)
    assert set(Item.objects.exclude(aspect="").values_list("aspect", flat=True)) == set(Aspect.values)
    assert set(Item.objects.values_list("audience", flat=True)) == set(Audience.values)
    assert set(Relation.objects.values_list("kind", flat=True)) == set(RelationKind.values)
    assert {Validity.VALID, Validity.AMENDED} <= set(Item.objects.values_list("validity", flat=True))
    assert set(Membership.objects.values_list("role", flat=True)) == set(Role.values)
    assert verify().is_intact


@pytest.mark.usefixtures("_county")
@pytest.mark.django_db
def test_seed_log_runs_forward_in_time_and_knows_every_verb_of_its_year() -> None:
    moments = list(LogEntry.objects.filter(chain="public").order_by("sequence").values_list("at", flat=True))
    kinds = set(LogEntry.objects.values_list("kind", flat=True))
    assert all(earlier <= later for earlier, later in pairwise(moments))
    assert moments[-1] <= NOW
    assert {
        LogKind.PUBLISH, LogKind.AMEND, LogKind.WITHDRAW, LogKind.TERMINATE, LogKind.EXPIRE, LogKind.VOID,
        LogKind.PARTLY_VOID,
    } <= kinds  # fmt: skip


@pytest.mark.usefixtures("_county")
@pytest.mark.django_db
def test_seed_dates_lie_in_the_year_around_today() -> None:
    published = Counter(
        f"{day:%Y-%m}" for day in Item.objects.exclude(published_on=None).values_list("published_on", flat=True)
    )
    assert max(published) == "2026-11"
    assert all(published[f"2026-{month:02}"] >= 3 for month in range(1, 12))
    assert Item.objects.filter(published_on=TODAY).exists()


@pytest.mark.usefixtures("_county")
@pytest.mark.django_db
def test_seed_declares_and_files_nothing_later_than_now() -> None:
    """The county is told at half past nine, and people of the demo sign at ten."""
    assert Statement.objects.exists() and not Statement.objects.filter(signed_at__gt=NOW).exists()
    assert Filing.objects.exists() and not Filing.objects.filter(recorded_at__gt=NOW).exists()


def test_county_owes_since_long_ago_on_every_day_of_the_year() -> None:
    """A report is owed half a month after its half year: reports are filed wherever two quarters are over."""
    days = [date(2027, month, day) for month in range(1, 13) for day in (1, 28)]

    assert all(day - first_day_owed(day) > timedelta(days=240) for day in days)
    assert (first_day_owed(date(2027, 8, 31)), first_day_owed(date(2027, 9, 1))) == (date(2026, 1, 1), date(2027, 1, 1))


@pytest.mark.usefixtures("_county")
@pytest.mark.django_db
def test_seed_nobody_approved_his_own_text() -> None:
    for entry in LogEntry.objects.exclude(edition=None).select_related("edition__created_by"):
        assert entry.edition is not None
        assert entry.actor_name != str(entry.edition.created_by)
    assert Edition.objects.filter(number__gte=3).count() >= 2


@pytest.mark.django_db
@pytest.mark.usefixtures("_county")
def test_demo_begins_with_reminders_in_the_inbox_and_no_mail() -> None:
    """Also where it is seeded on a day off: as of the last working day."""
    holiday = NOW.replace(month=10, day=5)
    assert (demo.last_working_moment(holiday), demo.last_working_moment(NOW)) == (holiday.replace(month=9, day=30), NOW)
    told = InboxMessage.objects.filter(user__username="chengban")

    assert told.exists() and not Notice.objects.exists()
    assert InboxMessage.objects.count() == Reminder.objects.count()  # nothing of the year that was made up


@pytest.mark.django_db
@pytest.mark.usefixtures("_county")
def test_demo_boards_know_every_layout_source_span_detail_and_state() -> None:
    for model, field, known in (
        (NoticeBoard, "layout", BoardLayout),
        (BoardSection, "source", SectionSource),
        (BoardSection, "span", SectionSpan),
        (BoardSection, "detail", SectionDetail),
        (BoardSheet, "state", SheetState),
    ):
        assert set(model._default_manager.order_by().values_list(field, flat=True)) == set(known.values), field
    assert not BoardSheet.objects.filter(posted_on__isnull=False, photo=None).exists()
    assert NoticeBoard.objects.exclude(photo=None).exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("_county")
def test_demo_sheets_want_a_reprint_for_an_amended_and_a_withdrawn_text_and_one_hangs_too_long() -> None:
    stale = [one for sheet in BoardSheet.objects.hanging() for one in print_board.differences(sheet)]

    assert any("现在是第" in one.words for one in stale)
    assert any(one.row.item.state == ItemState.WITHDRAWN for one in stale)
    assert BoardSheet.objects.to_reprint(TODAY).count() >= 3
    assert BoardSheet.objects.past_their_day(TODAY).exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("_county")
def test_demo_section_without_items_says_what_is_missing_and_whom_to_ask() -> None:
    gaps = [section["gap"] for sheet in BoardSheet.objects.all() for section in sheet.sections if section["gap"]]

    assert any("没有新公开的信息" in gap for gap in gaps)
    assert any("应公开未公开" in gap and "查询电话" in gap for gap in gaps)


@pytest.mark.django_db
@pytest.mark.usefixtures("_county")
def test_demo_some_of_what_was_to_hang_hung_and_some_did_not() -> None:
    owed = Obligation.objects.owed_to_the_wall()

    assert 0 < owed.on_the_wall().count() < owed.count()


@pytest.mark.django_db
@pytest.mark.usefixtures("_county")
def test_demo_guides_carry_model_forms() -> None:
    forms = Item.objects.filter(item_type="service_guide", current_edition__attachments__isnull=False)

    assert forms.distinct().count() >= 4


@pytest.mark.django_db
@pytest.mark.usefixtures("_county")
def test_demo_wall_masks_the_names_that_the_portal_shows() -> None:
    sheet = BoardSheet.objects.filter(board__code="HDZ").earliest("pk")
    rows = list(sheet.items.select_related("item__agency", "item__current_edition", "edition"))

    text = str(board_content.contents(sheet, rows))

    assert "段*镕" in text and "段玉镕" not in text
    assert "向*猷" in text and "向大猷" not in text
