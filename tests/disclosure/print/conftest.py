from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _papers_of_their_own(settings: Settings, tmp_path: Path) -> None:
    settings.PORTAL_HOME, settings.PRINT_ROOT = tmp_path, tmp_path / "print"
