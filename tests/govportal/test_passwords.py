import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from govportal.models import User
from govportal.permissions import Role
from tests.factories import make_agency, make_member, make_user

pytestmark = pytest.mark.django_db

CHOSEN = "correct-horse-battery"
CHANGE = "/admin/password_change/"


class Newcomer:
    """A member of staff who has just signed in by the password he was given."""

    def __init__(self) -> None:
        self.user = make_member(Role.PUBLISHER, make_agency())
        self.given = self.user.give_one_time_password()
        self.user.save()
        self.client = Client()
        login = {"username": self.user.username, "password": self.given}
        self.signed_in = self.client.post(reverse("admin:login"), login)

    def choose(self, password: str) -> str:
        """The page that answers a new password."""
        data = {"old_password": self.given, "new_password1": password, "new_password2": password}
        return self.client.post(CHANGE, data, follow=True).content.decode()


@pytest.mark.parametrize("path", ["/admin/", "/admin/disclosure/item/", "/", "/items/", "/api/v1/items/"])
def test_one_time_password_opens_the_page_to_change_it_alone(path: str) -> None:
    newcomer = Newcomer()

    response = newcomer.client.get(path)

    assert newcomer.signed_in.status_code == 302
    assert (response.status_code, response["Location"]) == (302, CHANGE)
    assert newcomer.client.get(CHANGE).status_code == 200


def test_own_password_opens_the_rest() -> None:
    newcomer = Newcomer()

    newcomer.choose(CHOSEN)

    user = User.objects.get(pk=newcomer.user.pk)
    assert user.check_password(CHOSEN)
    assert not user.must_change_password
    assert newcomer.client.get("/admin/").status_code == 200


def test_given_password_cannot_be_kept() -> None:
    newcomer = Newcomer()

    page = newcomer.choose(newcomer.given)

    assert "新密码不能与原密码相同" in page
    assert User.objects.get(pk=newcomer.user.pk).must_change_password


def test_newcomer_may_sign_out() -> None:
    newcomer = Newcomer()

    newcomer.client.post(reverse("admin:logout"))

    assert newcomer.client.get("/items/").status_code == 200


def test_one_time_passwords_are_long_and_never_the_same() -> None:
    passwords = {make_user().give_one_time_password() for _time in range(20)}

    assert len(passwords) == 20
    assert {len(password) for password in passwords} == {16}


def test_account_without_a_password_takes_any_good_one() -> None:
    user = make_user()

    validate_password(CHOSEN, user)
    user.set_password(CHOSEN)

    with pytest.raises(ValidationError, match="原密码"):
        validate_password(CHOSEN, user)
