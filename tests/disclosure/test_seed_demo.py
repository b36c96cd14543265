"""The command behind the first start."""

import io
import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from disclosure.models import Item
from govportal.permissions import Role


@pytest.mark.django_db
def test_seed_demo_prints_and_keeps_accounts_that_work_and_a_second_run_adds_nothing(client: Client) -> None:
    told = io.StringIO()
    call_command("seed_demo", stderr=told, stdout=io.StringIO())
    count = Item.objects.count()
    path = Path(settings.PORTAL_HOME) / "demo-accounts.txt"
    listed, _notes = path.read_text("utf-8").split("\n\n", 1)
    accounts = [line.split("\t") for line in listed.splitlines()[1:]]

    call_command("seed_demo", stderr=io.StringIO(), stdout=io.StringIO())

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Item.objects.count() == count
    assert {role for _name, _password, role, _full in accounts} == {str(role.label) for role in Role}
    for username, password, _role, _full in accounts:
        assert username in told.getvalue()
        answer = client.post(reverse("admin:login"), {"username": username, "password": password})
        assert (username, answer.status_code) == (username, 302)
