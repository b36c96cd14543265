"""The registers of the demo county: every ground, state and kind, no sentence twice, loaded by the services."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction

from disclosure.enums import ReceiptKind, RectificationState, WithholdingGround, WithholdingState
from disclosure.models import Receipt, Rectification, Withholding
from disclosure.services import demo
from disclosure.services.demo_registers import seed_registers
from disclosure.services.demo_texts import load
from disclosure.services.verify_log import verify
from govportal.models import Agency, User

TODAY = date(2026, 11, 5)
NOW = datetime(2026, 11, 5, 1, 30, tzinfo=UTC)
_NAMES = {"ground", "kind", "agency", "basis", "number", "with", "item", "payee", "handled_by", "amount"}


def sentences(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from sentences(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from sentences(inner, key)
    elif isinstance(value, str) and key not in _NAMES:
        yield from (part for part in re.split(r"[。；！？<>]", value) if len(part) > 5)


def test_no_two_rows_share_a_sentence() -> None:
    files = [load(name) for name in ("withheld.toml", "rectifications.toml", "receipts.toml")]

    counts = Counter(sentence for file in files for sentence in sentences(file))

    assert [sentence for sentence, count in counts.items() if count > 1] == []


@pytest.mark.django_db
def test_registers_are_filled_by_the_services() -> None:
    demo.seed(TODAY, NOW)
    if not Receipt.objects.exists():
        agencies = {agency.code: agency for agency in Agency.objects.all()}
        people = {user.username: user for user in User.objects.all()}
        with transaction.atomic():
            seed_registers(TODAY, NOW, agencies, people)

    assert set(Withholding.objects.values_list("ground", flat=True)) == set(WithholdingGround)
    assert set(Withholding.objects.values_list("state", flat=True)) == set(WithholdingState)
    assert Withholding.objects.review_due(TODAY).exists() and Withholding.objects.exclude(edition=None).exists()
    assert set(Rectification.objects.values_list("state", flat=True)) == set(RectificationState)
    assert Rectification.objects.overdue(TODAY).exists() and Rectification.objects.exclude(item=None).exists()
    assert set(Receipt.objects.values_list("kind", flat=True)) == set(ReceiptKind)
    assert Receipt.objects.filter(checked_at=None).exists() and Receipt.objects.exclude(attachment=None).exists()
    assert verify().faults == []
