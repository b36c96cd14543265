import gettext
import re
from pathlib import Path

LOCALE = Path(__file__).resolve().parents[1] / "locale/en/LC_MESSAGES"
_STRING = r'((?:"(?:[^"\\]|\\.)*"\n?)+)'


def text(quoted: str) -> str:
    inner = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', quoted))
    return inner.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")


def entries() -> dict[str, str]:
    """Source string and first translation of every entry of the .po file."""
    source = (LOCALE / "django.po").read_text()
    pattern = rf"^msgid {_STRING}(?:msgid_plural {_STRING})?msgstr(?:\[0\])? {_STRING}"
    return {text(m[1]): text(m[3]) for m in re.finditer(pattern, source, re.MULTILINE) if text(m[1])}


def test_english_translates_every_string_it_names() -> None:
    assert [source for source, english in entries().items() if not english] == []
    assert "#, fuzzy" not in (LOCALE / "django.po").read_text()


def test_english_keeps_every_placeholder() -> None:
    found = re.compile(r"%\(\w+\)s")

    assert [s for s, english in entries().items() if set(found.findall(s)) != set(found.findall(english))] == []


def test_compiled_catalogue_is_up_to_date() -> None:
    with (LOCALE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    stale = [
        source
        for source, english in entries().items()
        if english not in (compiled.gettext(source), compiled.ngettext(source, source, 1))
    ]

    assert stale == [], "run msgfmt on locale/en"
