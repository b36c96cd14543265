"""What a public page may cost: statements counted with the rows each page needs, and never more for more rows."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.e2e.pages import MADE, NAMES, path_of

PAGE = 12
ITEM = 10
AGENCY = 18  # eight blocks, each of its own rows, and what hangs on its boards
OPEN_DATA = 14  # every register is counted
BOARD = 17  # what hangs, with what files, whether it is today's, and who acts in office: his name is not masked
SCORECARD = 14  # scores, findings, files, objections, samples, peers and the rounds before
SEARCH = 12  # the list, and what the index asks: synonyms, numbers, best bets, hits

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", [*NAMES, *MADE])
def test_page_keeps_within_its_budget(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, name: str
) -> None:
    path = path_of(name)
    limit = (
        AGENCY
        if name == "agency"
        else OPEN_DATA
        if name == "open_data"
        else ITEM
        if name.startswith("item_")
        else SEARCH
        if name.startswith("search_")
        else SCORECARD
        if name == "scorecard"
        else BOARD
        if name.startswith("board")
        else PAGE
    )

    with django_assert_max_num_queries(limit):
        response = client.get(path)

    assert response.status_code == (404 if name in {"not_found", "survey_invited_nobody"} else 200)
