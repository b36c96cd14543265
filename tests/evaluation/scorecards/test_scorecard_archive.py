"""The archive behind a scorecard is the one that was frozen, or none."""

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from evaluation import scorecard_archive

if TYPE_CHECKING:
    from tests.factories.scorecards import County

pytestmark = pytest.mark.django_db


def test_another_file_in_its_place_is_neither_served_nor_believed(
    client: Client, county: "County", caplog: pytest.LogCaptureFixture
) -> None:
    """A row that says so of itself may point anywhere: the digest of the round decides."""
    row = county.row
    assert row.archive is not None and scorecard_archive.agencies(row)
    address, path = reverse("scorecards_archive", args=[row.slug]), Path(row.archive.file.path)
    frozen = path.read_bytes()
    forged = io.BytesIO()
    with zipfile.ZipFile(forged, "w") as archive:
        archive.writestr("inputs/agencies.csv", f"agency,name,kind\n{county.late.code},别的单位,department\n")
    try:
        for other in (forged.getvalue(), b"", None):
            scorecard_archive._read.cache_clear()
            path.unlink(missing_ok=True)
            if other is not None:
                path.write_bytes(other)
            response = client.get(address)
            assert response.status_code == 503 and "与登记的摘要不符" in response.content.decode()
            assert scorecard_archive.agencies(row) == {}
            assert f"the archive of {row.slug} is missing" in caplog.text
            caplog.clear()
    finally:
        path.write_bytes(frozen)

    assert client.get(address).getvalue() == frozen
    assert scorecard_archive.agencies(row)[county.late.code].official == county.late.name
