import gettext
import re
from pathlib import Path

LOCALE = Path(__file__).resolve().parents[1] / "locale/en/LC_MESSAGES"
_STRING = r'((?:"(?:[^"\\]|\\.)*"\n?)+)'


def text(quoted: str) -> str:
    inner = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', quoted))
    return inner.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")


def entries() -> dict[tuple[str, str], str]:
    """Context (mostly none), source string and first translation of every entry of the .po file."""
    source = (LOCALE / "django.po").read_text()
    pattern = rf"^(?:msgctxt {_STRING})?msgid {_STRING}(?:msgid_plural {_STRING})?msgstr(?:\[0\])? {_STRING}"
    found = re.finditer(pattern, source, re.MULTILINE)
    return {(text(m[1] or ""), text(m[2])): text(m[4]) for m in found if text(m[2])}


def test_english_translates_every_string_it_names() -> None:
    assert [source for (_context, source), english in entries().items() if not english] == []
    assert "#, fuzzy" not in (LOCALE / "django.po").read_text()


def test_english_keeps_every_placeholder() -> None:
    found = re.compile(r"%\(\w+\)s")

    changed = [s for (_c, s), english in entries().items() if set(found.findall(s)) != set(found.findall(english))]

    assert changed == []


def test_compiled_catalogue_is_up_to_date() -> None:
    with (LOCALE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    def is_known(context: str, source: str, english: str) -> bool:
        if context:
            return english == compiled.pgettext(context, source)
        return english in (compiled.gettext(source), compiled.ngettext(source, source, 1))

    stale = [source for (context, source), english in entries().items() if not is_known(context, source, english)]

    assert stale == [], "run msgfmt on locale/en"
