"""The fields of item types: every kind is read as it is stored, and shown as it was stored."""

from datetime import date
from typing import Any

import pytest

from disclosure.forms import EditionForm
from disclosure.services.compose import Place
from disclosure.types import ITEM_TYPES
from tests.disclosure.admin.drafts import rows, typed
from tests.factories import make_agency, make_user

pytestmark = pytest.mark.django_db


def form_of(item_type: str, data: dict[str, Any] | None = None) -> EditionForm:
    place = Place(agency=make_agency(), item_type=item_type)
    return EditionForm(place, user=make_user(), today=date(2026, 3, 2), data=data)


def extra_of(item_type: str, data: dict[str, Any]) -> dict[str, Any]:
    blank: dict[str, Any] = {}
    for field in ITEM_TYPES[item_type].extra:
        if field.kind in {"table", "flow"}:
            blank |= rows(f"extra-{field.key}")
    form = form_of(item_type, typed() | blank | data)
    assert form.is_valid(), form.faults
    return form.parts().content.extra


@pytest.mark.parametrize("item_type", ITEM_TYPES)
def test_every_type_has_a_form(item_type: str) -> None:
    form = form_of(item_type)

    shown = set(form.extra.fields) | {field.key for field, _rows in form.tables}
    assert shown == {field.key for field in ITEM_TYPES[item_type].extra}


def test_single_inputs_are_read_as_they_are_stored() -> None:
    extra = extra_of(
        "budget",
        {
            "extra-fiscal_year": "2026",
            "extra-kind": "budget",
            "extra-approved_on": "2026年1月20日",
            "extra-income": "380000.00",
            "extra-expenditure": "",
        },
    )

    assert extra == {"fiscal_year": 2026, "kind": "budget", "approved_on": "2026-01-20", "income": "380000.00"}


def test_lines_days_and_tables_are_read_without_blanks() -> None:
    extra = extra_of(
        "service_guide",
        {
            "extra-basis": "《城市居民最低生活保障条例》\r\n\r\n　《社会救助暂行办法》 ",
            "extra-statutory_days": "20",
            "extra-promised_days": "当场办结",
            **rows("extra-materials", {"name": "身份证", "copies": "1"}, {}, {"name": "申请表"}),
        },
    )

    assert extra["basis"] == ["《城市居民最低生活保障条例》", "《社会救助暂行办法》"]
    assert (extra["statutory_days"], extra["promised_days"]) == (20, "当场办结")
    assert [row["name"] for row in extra["materials"]] == ["身份证", "申请表"]


def test_flow_is_read_with_numbers_and_arrows() -> None:
    steps = ({"key": "1", "name": "受理", "days": "2", "next": "2、3"}, {"name": "审查", "next": "3"}, {"name": "办结"})

    extra = extra_of("power", rows("extra-steps", *steps))

    assert extra["steps"] == [
        {"key": "1", "name": "受理", "days": 2, "next": ["2", "3"]},
        {"key": "2", "name": "审查", "next": ["3"]},
        {"key": "3", "name": "办结", "next": []},
    ]


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        (({"key": "1", "name": "受理", "next": "9"},), "没有这个步骤号：9"),
        (({"key": "1", "name": "受理"}, {"key": "1", "name": "审查"}), "步骤号不能重复"),
        (({"key": "1", "note": "无名"},), "每个步骤都要有名称"),
    ],
)
def test_flow_with_a_fault_is_refused(steps: tuple[dict[str, Any], ...], words: str) -> None:
    form = form_of("power", typed() | rows("extra-steps", *steps))

    assert not form.is_valid()
    assert any(words in fault.message for fault in form.faults)


def test_numbers_that_are_none_are_refused() -> None:
    data = {"extra-fiscal_year": "二〇二六", "extra-income": "很多", **rows("extra-hospitality")}
    form = form_of("budget", typed() | data)

    assert not form.is_valid()
    assert {fault.anchor for fault in form.faults} == {"id_extra-fiscal_year", "id_extra-income"}
