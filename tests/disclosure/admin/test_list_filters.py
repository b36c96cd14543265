"""What narrows the lists of the admin: what they show, whatever an address asks for. All lists are walked."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db import transaction
from django.test import RequestFactory
from django.urls import reverse

from govportal import access
from govportal.models import User
from govportal.permissions import Role
from tests.disclosure.admin.desks import signed_in
from tests.factories import make_agency, make_member

pytestmark = pytest.mark.django_db
WRONG = ("\0", "-1", "0", "x", "9" * 30, "0001-01-01", "9999-12-31 23:59:59+14:00")


@pytest.fixture
def everybody() -> User:
    """One person with every role at the top of the tree: all lists open to him."""
    top = make_agency()
    user = make_member(Role.STAFF, top)
    for role in set(Role) - {Role.STAFF}:
        make_member(role, top, user=user)
    return User.objects.get(pk=user.pk)


def lists() -> Iterator[tuple[str, Any]]:
    """Of the models that the admin shows to somebody."""
    opened = access.opened_models()
    for model, model_admin in admin.site._registry.items():
        if (label := model._meta.label_lower) in opened:
            yield label, model_admin


def narrowed(model_admin: Any, user: User, name: str, value: str) -> Any:
    """The list as this address narrows it; None where the address leads back to the list."""
    request = RequestFactory().get("/", {name: value})
    request.user = user
    try:
        with transaction.atomic():  # a wrong value ends the open transaction on PostgreSQL; a request has none
            return model_admin.get_changelist_instance(request)
    except IncorrectLookupParameters:
        return None


def filters_of(model_admin: Any, user: User) -> set[str]:
    """Parameters of the filters that a list shows, or would if there were rows to tell apart."""
    specs = narrowed(model_admin, user, "o", "1").filter_specs
    named = {filter_.parameter_name for filter_ in model_admin.list_filter if hasattr(filter_, "parameter_name")}
    paths = [one if isinstance(one, str) else one[0] for one in model_admin.list_filter if not hasattr(one, "lookups")]
    named |= {path + suffix for path in paths for suffix in ("__id__exact", "__isnull")}
    return named | {name for spec in specs for name in spec.expected_parameters()}


def test_no_list_is_narrowed_by_a_column_it_offers_no_filter_for(everybody: User) -> None:
    for label, model_admin in lists():
        declared = filters_of(model_admin, everybody)
        names = [field.name for field in model_admin.model._meta.get_fields()]
        asked = {name + suffix for name in names for suffix in ("", "__gt", "__isnull", "__pk", "__id__exact")}
        asked |= {"ordered_by", "source", "inbox", "inbox__key", "password__startswith", "pk__gt", "nonsense"}
        for name in asked - declared:
            for value in ("1", "0"):
                assert narrowed(model_admin, everybody, name, value) is None, f"{label} by {name}"


def test_value_that_no_column_can_have_leads_back_to_the_list(everybody: User) -> None:
    for _label, model_admin in lists():
        declared = filters_of(model_admin, everybody)
        if model_admin.date_hierarchy:
            declared.add(f"{model_admin.date_hierarchy}__year")
        for name in declared:
            for value in WRONG:
                if found := narrowed(model_admin, everybody, name, value):
                    list(found.result_list)  # it can be read to its end


def test_page_of_a_list_leads_back_and_opens(everybody: User) -> None:
    client = signed_in(everybody)
    for model, query in (
        ("disclosure_rectification", f"ordered_by={everybody.pk}"),
        ("disclosure_rectification", "due_on__year=-1"),
        ("disclosure_rectification", "state=%00"),
        ("disclosure_item", "source=complaint"),
        ("disclosure_item", "state__exact=%00"),
        ("govportal_user", "inbox=1"),
        ("govportal_auditevent", "at__year=0"),
    ):
        address = reverse(f"admin:{model}_changelist")
        answer = client.get(f"{address}?{query}")
        assert answer.status_code in {200, 302}, query
        if answer.status_code == 302:
            assert answer["Location"].endswith("?e=1") and client.get(answer["Location"]).status_code == 200, query
        else:
            assert query == "state__exact=%00", query  # SQLite knows a NUL for a value like any other
    for model, query in (
        ("govportal_auditevent", "at__year=2026&at__month=3"),
        ("disclosure_item", "state__exact=live"),
    ):
        address = reverse(f"admin:{model}_changelist")
        assert client.get(f"{address}?{query}").status_code == 200, query
