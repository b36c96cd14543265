"""The English pages: the interface is English throughout, and official Chinese is marked as Chinese.

Chinese characters may stand only in elements with lang="zh-CN" (WCAG 3.1.2): names, titles and texts of the
records themselves, which have no English version.
"""

import re
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils.translation import override

from govportal.models import SiteProfile
from tests.e2e.pages import MADE, NAMES, path_of

pytestmark = pytest.mark.django_db

_CHINESE = re.compile(r"[\u3400-\u9fff\uff01-\uff5e、。《》“”〔〕]")
_QUOTED = re.compile(r"“[^”]*”")  # what somebody searched for, or could
_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_SPOKEN = ("aria-label", "title", "placeholder", "alt", "data-label")
# Without an element of their own to carry a language: the record's title in <title>, descriptions for machines.
_UNMARKED = {"title", "option"}


class _Reader(HTMLParser):
    """Collects the text and spoken attributes that stand outside lang="zh-CN"."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.english: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        inherited = self.open[-1][1] if self.open else False
        is_chinese = str(values["lang"]).startswith("zh") if "lang" in values else inherited
        if not is_chinese:
            self.english += [str(values[name]) for name in _SPOKEN if values.get(name)]
        if tag not in _VOID:
            self.open.append((tag, is_chinese or tag in _UNMARKED))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not (self.open and self.open[-1][1]):
            self.english.append(data)


def chinese_outside_records(html: str) -> list[str]:
    reader = _Reader()
    reader.feed(html)
    return [text.strip() for text in reader.english if _CHINESE.search(_QUOTED.sub("", text))]


@pytest.mark.parametrize("name", [*NAMES, *MADE])
def test_english_page_marks_every_chinese_word(client: Client, name: str) -> None:
    SiteProfile.objects.create(pk=1, name="某县政务公开", name_en="County Open Government", host="某县人民政府")
    with override("en"):  # around the request too: its language stays active in the thread
        path = path_of(name)
        html = client.get(path if path.startswith("/en/") else f"/en{path}").content.decode()

    assert '<html lang="en"' in html
    assert chinese_outside_records(html) == []


def test_english_dates_are_english(client: Client) -> None:
    with override("en"):
        html = client.get(path_of("item_normative")).content.decode()

    assert "March 2, 2026" in html
    assert "2026年" not in html
