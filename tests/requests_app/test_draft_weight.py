"""What one address may lay upon the disk with drafts in a day, whatever it files and however many drafts it begins."""

from datetime import timedelta

import pytest

from govportal.models import PrivateFile
from govportal.throttle import Limit
from requests_app.services import drafts
from tests.requests_app.complaints.complaint_journey import Complainer
from tests.requests_app.filing_journey import Citizen, scan, text_of

pytestmark = pytest.mark.django_db

HEAVY = b"%PDF-1.7\n%" + b"x" * drafts.MEGABYTE  # counts as two
FULL = "从这个网络地址一天内上传的文件太多"


def test_drafts_of_an_address_hold_no_more_than_its_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "_WEIGHT", Limit("five a day", 5, timedelta(days=1)))
    asking, complaining = Citizen(), Complainer()

    refused = text_of(asking.post("applicant", proofs=[scan(HEAVY), scan(b"<svg>" + HEAVY, "图.png")]))
    first = text_of(complaining.post("matter", evidence=[scan(HEAVY), scan(HEAVY, "第二份.pdf"), scan(name="小.pdf")]))
    other = text_of(Complainer(agency=complaining.agency).post("matter", evidence=[scan(name="再一份.pdf")]))

    assert "图.png”没有收下" in refused and FULL not in refused
    assert "第二份.pdf”没有收下：" + FULL in first and "小.pdf”没有收下" not in first
    assert "再一份.pdf”没有收下：" + FULL in other
    assert PrivateFile.objects.count() == 3
