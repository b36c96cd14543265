from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _


class StaffManager(UserManager["User"]):
    """Every account is staff: citizens have none. Django's own manager would make accounts that cannot log in."""

    def create_user(
        self, username: str, email: str | None = None, password: str | None = None, **extra_fields: Any
    ) -> "User":
        return super().create_user(username, email, password, **{"is_staff": True, **extra_fields})


_LEGIBLE = "abcdefghjkmnpqrstuvwxyz23456789"  # without 0, o, 1, i, l: it is read out and copied by hand


class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff. Citizens have no accounts.

    What a user may do follows from memberships (role at an agency) through `access.can`; Django's own
    groups and per-user permissions are not used. A superuser opens the admin and nothing more.
    """

    username = models.CharField(_("用户名"), max_length=150, unique=True, validators=[UnicodeUsernameValidator()])
    full_name = models.CharField(_("姓名"), max_length=60, blank=True)
    email = models.EmailField(_("电子邮箱"), blank=True)
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    is_staff = models.BooleanField(_("可登录后台"), default=True)
    is_active = models.BooleanField(_("启用"), default=True)
    must_change_password = models.BooleanField(_("下次登录须改密码"), default=False, editable=False)
    created_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="+", verbose_name=_("建立人")
    )
    date_joined = models.DateTimeField(_("建立时间"), default=timezone.now)

    objects: ClassVar[StaffManager] = StaffManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    def set_password(self, raw_password: str | None) -> None:
        """A password that its owner chose."""
        super().set_password(raw_password)
        self.must_change_password = False

    def give_one_time_password(self) -> str:
        """Set and answer a password that opens nothing but the page where its owner chooses another. Save after."""
        password = get_random_string(16, _LEGIBLE)
        self.set_password(password)
        self.must_change_password = True
        return password

    # Django's admin asks these three; the answer comes from the one gate.
    def has_perm(self, perm: str, obj: Any = None) -> bool:
        from govportal import access

        return access.has_admin_permission(self, perm, obj)

    def has_perms(self, perm_list: Iterable[str], obj: Any = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        from govportal import access

        return access.has_admin_module(self, app_label)
