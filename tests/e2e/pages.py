"""Public pages the browser tests walk through: URL names that need no argument, and how to find the others."""

from collections.abc import Callable

from django.urls import reverse

from tests.factories import make_agency, make_item

# Add a page here and every browser test opens it.
NAMES = [
    "home",
    "agencies",
    "guide",
    "institutions",
    "accessibility",
    "privacy",
    "help",
    "display",
    "items",
    "search",
    "catalogue",
    "powers",
    "services",
    "leaders",
    "gazettes",
    "data_tables",
    "open_data",
    "log",
]


def _agency() -> str:
    from govportal.models import InternalBody, Leader

    agency = make_agency(name="某县民政局", summary="负责社会救助。", phone="0399-6612560", email="a@county.example")
    Leader.objects.create(agency=agency, name="沈某", post="局长", division="主持全面工作")
    InternalBody.objects.create(agency=agency, name="办公室", head="许某", duties="信访", phone="0399-6612560")
    make_item(agency=agency, edition={"document_number": "某民发〔2026〕27号"})
    return reverse("agency", args=[agency.code])


# Each makes the rows its page needs and answers the address.
MADE: dict[str, Callable[[], str]] = {
    "agency": _agency,
    "not_found": lambda: "/no/such/page/",
    "display_with_error": lambda: reverse("display") + "?save=1&theme=purple",
}
