import pytest
from django.test import Client
from pytest_django import Settings

from govportal.display import DisplayMode, parse

pytestmark = pytest.mark.django_db


def test_cookie_survives_the_round_trip() -> None:
    mode = DisplayMode("dark", True, True)

    assert parse(mode.cookie()) == mode


def test_parse_ignores_words_it_does_not_know() -> None:
    assert parse("elder.<script>.purple") == DisplayMode(is_elder=True)


def test_elder_switch_keeps_the_choice_for_a_year_and_goes_back(client: Client, settings: Settings) -> None:
    settings.BASE_PATH = "/zwgk/"

    response = client.get("/display/", {"mode": "elder", "next": "/zwgk/guide/?x=1"})

    cookie = response.cookies["display"]
    assert response.headers["Location"] == "/zwgk/guide/?x=1"
    assert (cookie.value, cookie["path"], cookie["max-age"]) == ("elder", "/zwgk/", 365 * 24 * 3600)
    assert cookie["httponly"]


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "\n//evil.example",
        "items",
        "",
    ],
)
def test_elder_switch_refuses_other_sites(client: Client, target: str) -> None:
    assert client.get("/display/", {"mode": "elder", "next": target}).headers["Location"] == "/"


def test_neighbour_on_the_same_host_is_another_site(client: Client, settings: Settings) -> None:
    settings.BASE_PATH = "/zwgk/"

    assert client.get("/display/", {"mode": "elder", "next": "/other/"}).headers["Location"] == "/"


def test_standard_switch_keeps_theme(client: Client) -> None:
    client.cookies["display"] = "dark.elder"

    response = client.get("/display/", {"mode": "standard"})

    assert response.cookies["display"].value == "dark"


def test_form_writes_every_setting_on_the_page(client: Client) -> None:
    client.get("/display/", {"save": "1", "theme": "dark", "size": "elder", "contrast": "more"})

    html = client.get("/guide/").content.decode()

    assert '<html lang="zh-CN" data-theme="dark" data-elder data-contrast="more">' in html


def test_form_refuses_unknown_values_and_says_so(client: Client) -> None:
    response = client.get("/display/", {"save": "1", "theme": "purple"})

    assert response.status_code == 200
    assert "请先改正下面的问题" in response.content.decode()
    assert "display" not in response.cookies


def test_form_shows_the_present_choice(client: Client) -> None:
    client.cookies["display"] = "dark.contrast"

    form = client.get("/display/").context["form"]

    assert (form["theme"].value(), form["size"].value(), form["contrast"].value()) == ("dark", "", "more")
