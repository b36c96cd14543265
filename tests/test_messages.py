"""Translations: a bare machine has no gettext, so the compiled file is kept beside its source."""

import gettext
import shutil
import subprocess
from pathlib import Path

import pytest

LOCALE = Path(__file__).parent.parent / "locale"


@pytest.fixture
def fresh(tmp_path: Path) -> gettext.GNUTranslations:
    program = shutil.which("msgfmt")
    if program is None:
        pytest.skip("gettext is not installed")
    compiled = tmp_path / "django.mo"
    subprocess.run([program, "--check-format", "-o", compiled, LOCALE / "en/LC_MESSAGES/django.po"], check=True)
    with compiled.open("rb") as file:
        return gettext.GNUTranslations(file)


def test_compiled_messages_are_those_of_the_source(fresh: gettext.GNUTranslations) -> None:
    with (LOCALE / "en/LC_MESSAGES/django.mo").open("rb") as file:
        kept = gettext.GNUTranslations(file)

    assert {key for key in fresh._catalog if fresh._catalog[key] != kept._catalog.get(key)} == set()  # type: ignore[attr-defined]
    assert len(kept._catalog) == len(fresh._catalog)  # type: ignore[attr-defined]
