from typing import Any

import pytest

from disclosure import search
from disclosure.enums import Audience, ItemState
from disclosure.models import Item
from requests_app import already_public
from tests.factories import make_item
from tests.requests_app.filing_journey import Citizen, text_of

pytestmark = pytest.mark.django_db


def published(title: str, **values: Any) -> Item:
    item = make_item(
        state=values.pop("state", ItemState.LIVE), edition={"title": title} | values.pop("edition", {}), **values
    )
    search.index_item(item)
    return item


def titles(*asked: str) -> list[str]:
    return [item.title for item in already_public.matching(*asked)]


def test_sentence_finds_titles_that_share_its_words_nearest_first() -> None:
    near = published("农村公路养护资金分配方案")
    published("农村公路建设规划")
    published("城市道路保洁招标公告")

    found = titles("2025年某镇农村公路养护资金使用明细", "包括项目名称、里程、金额")

    assert found == [near.title, "农村公路建设规划"]


def test_words_that_stand_in_the_text_alone_are_no_match() -> None:
    published("关于召开会议的通知", edition={"body": "<p>农村公路养护资金</p>"})

    assert titles("农村公路养护资金") == []


def test_document_number_comes_first() -> None:
    published("农村公路养护办法")
    numbered = published("关于印发办法的通知", edition={"document_number": "某政发〔2026〕12号"})

    assert titles("农村公路养护", "", "某政发[2026]12号")[0] == numbered.title


def test_what_the_public_may_not_read_is_not_shown() -> None:
    published("农村公路养护资金内部分配", audience=Audience.INTERNAL)
    published("农村公路养护资金旧方案", state=ItemState.WITHDRAWN)

    assert titles("农村公路养护资金") == []


@pytest.mark.parametrize(
    "text", ["", " ", "，。、", "的", "2025", "a" * 100_000, "述" * 100_000, "\0", "\"' OR 1=1", "”“" * 999, "🙂"]
)
def test_any_text_has_an_answer(text: str) -> None:
    published("农村公路养护资金分配方案")

    assert already_public.matching(text, text, text) == []


def test_at_most_five_are_shown() -> None:
    for number in range(8):
        published(f"第{number}批农村公路养护资金分配方案")

    assert len(titles("农村公路养护资金")) == already_public.SHOWN


def test_matches_stand_beside_the_steps_before_the_last_press() -> None:
    item = published("农村公路养护资金分配方案")
    citizen = Citizen()
    citizen.fill()

    for step in ("information", "supply", "check"):
        page = text_of(citizen.get(step))
        assert "也许已经公开" in page and item.get_absolute_url() in page
    assert "也许已经公开" not in text_of(citizen.get("applicant"))


def test_what_was_described_goes_into_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    published("农村公路养护资金分配方案")

    titles("农村公路养护资金")

    assert caplog.records == []
