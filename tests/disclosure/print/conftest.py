from pathlib import Path

import pytest
from pytest_django import Settings

from govportal import jobs, paper_cache


@pytest.fixture(autouse=True)
def _papers_of_their_own(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PRINT_ROOT = tmp_path / "print"
    monkeypatch.setattr(paper_cache, "_folder", lambda: tmp_path / "papers")


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The bells, in order: nobody hears them but the test."""
    bells: list[tuple[str, int]] = []
    monkeypatch.setattr(jobs, "enqueue", lambda name, **ids: bells.append((name, *ids.values())))
    return bells
