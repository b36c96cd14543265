"""Rows of the registers, made of columns alone; the services are tested with their own verbs."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from disclosure.enums import ReceiptKind, WithholdingGround, WithholdingState
from disclosure.models import Receipt, Rectification, Withholding
from govportal.models import Agency
from govportal.now import now, today
from tests.factories.kernel import make_agency, make_user

_numbers = count(1)


def make_withholding(
    *, agency: Agency | None = None, state: WithholdingState = WithholdingState.IN_FORCE, **values: Any
) -> Withholding:
    values = {
        "matter": f"不公开事项{next(_numbers)}",
        "ground": WithholdingGround.INTERNAL_AFFAIRS,
        "reason": "只约束机关内部。",
        "basis": "条例第十六条第一款",
        "review_on": today() + timedelta(days=90),
        "proposed_by": values.pop("proposed_by", None) or make_user(),
        "proposed_at": now(),
    } | values
    if state != WithholdingState.PROPOSED:
        values = {"decided_by": make_user(), "decided_at": now()} | values
    return Withholding.objects.create(agency=agency or make_agency(), state=state, **values)


def make_rectification(*, agency: Agency | None = None, **values: Any) -> Rectification:
    number = next(_numbers)
    values = {
        "number": f"整改〔2026〕{number}号",
        "problem": f"栏目长期不更新{number}",
        "requirement": "限期更新。",
        "basis": "国办秘函〔2019〕19号",
        "ordered_by": values.pop("ordered_by", None) or make_user(),
        "ordered_on": date(2026, 3, 2),
        "due_on": date(2026, 3, 16),
    } | values
    return Rectification.objects.create(agency=agency or make_agency(), **values)


def make_receipt(*, agency: Agency | None = None, **values: Any) -> Receipt:
    number = next(_numbers)
    values = {
        "kind": ReceiptKind.FUEL,
        "spent_on": date(2026, 3, 2),
        "amount": Decimal("320.50"),
        "purpose": f"下乡核查加油{number}",
        "handled_by_name": "许某",
        "recorded_by": values.pop("recorded_by", None) or make_user(),
        "recorded_at": now(),
    } | values
    return Receipt.objects.create(agency=agency or make_agency(), **values)
