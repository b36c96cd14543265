"""Display mode: theme, elder and contrast, kept in one cookie and written on <html> by the server."""

from dataclasses import dataclass

from django.http import HttpRequest

COOKIE = "display"
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class DisplayMode:
    """`theme` empty follows the system."""

    theme: str = ""
    is_elder: bool = False
    is_contrast: bool = False

    def cookie(self) -> str:
        return ".".join(filter(None, [self.theme, "elder" * self.is_elder, "contrast" * self.is_contrast]))


def parse(value: str) -> DisplayMode:
    """The mode of a cookie; unknown words are ignored, whoever wrote them."""
    words = set(value.split("."))
    return DisplayMode(
        theme=next((theme for theme in THEMES if theme in words), ""),
        is_elder="elder" in words,
        is_contrast="contrast" in words,
    )


def display_mode(request: HttpRequest) -> DisplayMode:
    return parse(request.COOKIES.get(COOKIE, ""))
