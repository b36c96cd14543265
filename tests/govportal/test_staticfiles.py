import gzip
import re
from pathlib import Path

import pytest

from govportal.staticfiles import ENTRY, bundle

STATIC = Path(__file__).resolve().parents[2] / "static"
SHEETS = sorted((STATIC / "css").rglob("*.css"))
PUBLIC_SHEETS = [path for path in SHEETS if not path.name.startswith("admin")]
# For WeasyPrint alone: each stands by itself, in the colours of printed documents.
PAPER_SHEETS = {
    "accountability_notice.css", "badges.css", "board.css", "board_layouts.css", "board_tables.css",
    "letter.css", "letter_27.css", "letter_28.css", "letter_sign.css",
    "receipt.css", "report_print.css", "scorecard_print.css", "survey_slips.css",
    "table_print.css", "paper.css", "paper_close.css", "paper_forms.css", "paper_text.css", "paper_tight.css",
}  # fmt: skip

COLOUR_SHEETS = {"tokens.css", "modes.css", "print.css"}


def read(name: str) -> str:
    return (STATIC / (name if name == ENTRY else f"css/{name}")).read_text()


def test_bundle_inlines_layers_and_strips_comments() -> None:
    imports = "".join(f'@import url("{name}.css") layer({layer});\n' for name, layer in ("xa", "ya", "zb"))
    sheets = {
        ENTRY: f"/* order */\n@layer a, b;\n{imports}",
        "x.css": "/* why */\nb {\n  c: d;\n}\n",
        "y.css": "e {\n  f: g;\n}\n",
        "z.css": "h {\n  i: j;\n}\n",
    }

    text = bundle(ENTRY, sheets.__getitem__)

    assert text == "@layer a, b;@layer a {b {c: d;}e {f: g;}}@layer b {h {i: j;}}\n"


def test_shipped_sheet_holds_every_part_within_budget() -> None:
    text = bundle(ENTRY, read)

    assert "@import" not in text
    assert text.count("{") == text.count("}")
    assert len(gzip.compress(text.encode())) <= 10 * 1024


def test_every_sheet_is_imported_once() -> None:
    imported = re.findall(r'url\("([^"]+)"\)', read(ENTRY))

    assert sorted(imported) == sorted(
        str(path.relative_to(STATIC / "css")) for path in PUBLIC_SHEETS if path.name not in PAPER_SHEETS | {"site.css"}
    )


@pytest.mark.parametrize("sheet", PUBLIC_SHEETS, ids=lambda path: path.name)
def test_sheet_keeps_to_the_rules(sheet: Path) -> None:
    text = sheet.read_text()

    assert "!important" not in text
    assert not re.search(r"(^|[\s,}])#[a-z][\w-]*[^;{}]*\{", text), "selects by id"
    assert len(text.splitlines()) <= 250
    assert sheet.name in COLOUR_SHEETS | PAPER_SHEETS or not re.search(r":\s*#(?!fff)[0-9a-f]{3,6}", text)


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def tokens(sheet: str, selector: str) -> dict[str, str]:
    """The colours the first rule of exactly this selector sets."""
    body = re.search(rf"^\s*{re.escape(selector)} \{{(.*?)\}}", read(sheet), re.DOTALL | re.MULTILINE)
    assert body is not None
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", body[1]))


LIGHT = tokens("tokens.css", ":root")
DARK = LIGHT | tokens("tokens.css", ':root[data-theme="dark"]')
MODES = {
    "light": LIGHT,
    "dark": DARK,
    "elder": LIGHT | tokens("modes.css", ":root[data-elder]"),
    "elder dark": DARK | tokens("modes.css", ':root[data-elder][data-theme="dark"]'),
}


@pytest.mark.parametrize("mode", MODES)
def test_tokens_keep_contrast(mode: str) -> None:
    colours = MODES[mode]
    pairs: dict[tuple[str, str], float] = {
        ("text", "bg"): 7,
        ("text-2", "bg"): 7,
        ("link", "bg"): 7,
        ("visited", "bg"): 7,
        ("text", "surface"): 7,
    }
    pairs |= {(tone, f"{tone}-bg"): 4.5 for tone in ("danger", "ok", "warn")}
    pairs |= {("red", "bg"): 4.5, ("on-brand", "brand"): 7, ("field", "bg"): 3, ("link", "info-bg"): 4.5}

    low = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}

    assert {pair: round(value, 2) for pair, value in low.items() if value < pairs[pair]} == {}


def test_dark_values_are_the_same_by_system_and_by_choice() -> None:
    assert tokens("tokens.css", ':root:not([data-theme="light"])') == tokens("tokens.css", ':root[data-theme="dark"]')
    assert tokens("modes.css", ':root[data-elder]:not([data-theme="light"])') == tokens(
        "modes.css", ':root[data-elder][data-theme="dark"]'
    )
