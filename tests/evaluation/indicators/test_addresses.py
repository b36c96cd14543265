"""Addresses made for many rows are those that reverse() gives."""

from django.urls import reverse

from evaluation.indicators.addresses import addresses


def test_address_is_that_of_reverse() -> None:
    for view, values in (
        ("item", ("CM-2026-00001", "县政-2026-1号", "ａ１-_")),
        ("catalogue_entry", (1, 123456789012345)),
    ):
        address = addresses(view)
        for value in values:
            assert address(value) == reverse(view, args=[value])
    assert addresses("rectification", arguments=2)(2026, "3") == reverse("rectification", args=["2026", "3"])
