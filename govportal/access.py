"""The only gate: `can(user, permission, agency)`. Pages, services, admin and `User.has_perm` all ask here.

A superuser opens the admin and nothing more: no role, no permission.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext as _

from govportal.permissions import ROLE_PERMISSIONS, SUBTREE_ROLES, Permission, Role

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from govportal.models import Agency, Membership, User
    from govportal.models.agency import AgencyQuerySet


def _memberships(user: Any) -> list["Membership"]:
    """The user's roles, read once per user object: a request asks many times."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return []
    cached = getattr(user, "_memberships", None)
    if cached is None:
        cached = list(user.memberships.select_related("agency"))
        user._memberships = cached
    return cached


def can(user: Any, permission: Permission, agency: "Agency | None" = None) -> bool:
    """True if a role of the user gives the permission at the agency (None: at any agency)."""
    for membership in _memberships(user):
        role = Role(membership.role)
        if permission not in ROLE_PERMISSIONS[role]:
            continue
        if agency is None or membership.agency_id == agency.pk:
            return True
        if role in SUBTREE_ROLES and f"/{membership.agency_id}/" in agency.path:
            return True
    return False


def own_agencies(user: Any) -> set[int]:
    """Ids of the agencies this person is of, in whatever role."""
    return {membership.agency_id for membership in _memberships(user)}


def holds_for_all(user: Any, permission: Permission) -> bool:
    """True if a role that reaches down gives the permission at the top of the tree: what belongs to the whole site."""
    return any(
        membership.agency.parent_id is None
        for membership in _memberships(user)
        if (role := Role(membership.role)) in SUBTREE_ROLES and permission in ROLE_PERMISSIONS[role]
    )


def reaches_down(user: Any, permission: Permission) -> bool:
    """True if a role that reaches down gives the permission anywhere."""
    return any(
        permission in ROLE_PERMISSIONS[role]
        for membership in _memberships(user)
        if (role := Role(membership.role)) in SUBTREE_ROLES
    )


def holds_role(user: Any, roles: Collection[Role]) -> bool:
    """True if the user has one of the roles anywhere: what a page offers, never what somebody may do."""
    return any(membership.role in roles for membership in _memberships(user))


def agencies_with(user: Any, permission: Permission) -> list["Agency"]:
    """The agencies at which the user holds the permission by a role of that very agency."""
    return [m.agency for m in _memberships(user) if permission in ROLE_PERMISSIONS[Role(m.role)]]


def agencies_under(user: Any, permission: Permission) -> "AgencyQuerySet":
    """Every agency at which `can` answers yes: the query that goes with it."""
    from govportal.models import Agency

    chosen = models.Q(pk__in=[])
    for membership in _memberships(user):
        role = Role(membership.role)
        if permission in ROLE_PERMISSIONS[role]:
            chosen |= models.Q(pk=membership.agency_id)
            if role in SUBTREE_ROLES:
                chosen |= models.Q(path__startswith=f"{membership.agency.path}{membership.agency_id}/")
    return Agency.objects.filter(chosen)


def holders(permission: Permission, *agencies: "Agency") -> "QuerySet[User]":
    """Active users to whom a role at one of these very agencies gives the permission: who is told, who may act."""
    from govportal.models import User

    roles = [role for role, permissions in ROLE_PERMISSIONS.items() if permission in permissions]
    found = User.objects.filter(is_active=True, memberships__agency__in=agencies, memberships__role__in=roles)
    return found.distinct().order_by("pk")


# An agency that has a case, by id and path, and the id of the agency it is about.
type Case = tuple[int, str, int]


def holders_apart(permission: Permission, cases: Collection[Case]) -> dict[Case, list[int]]:
    """For each case the ids of the active users of whom `can` says yes at the agency that has it, and who are in no
    role of the one it is about; in two statements for all of them."""
    from govportal.models import Membership

    above = {case: {int(part) for part in case[1].split("/") if part} for case in cases}
    roles = [role for role, permissions in ROLE_PERMISSIONS.items() if permission in permissions]
    posts = Membership.objects.filter(role__in=roles, user__is_active=True)
    posts = posts.filter(agency__in={case[0] for case in cases}.union(*above.values()))
    here: dict[int, set[int]] = {}
    reaching: dict[int, set[int]] = {}
    for user_id, agency_id, role in posts.values_list("user_id", "agency_id", "role"):
        here.setdefault(agency_id, set()).add(user_id)
        if role in SUBTREE_ROLES:
            reaching.setdefault(agency_id, set()).add(user_id)
    own: dict[int, set[int]] = {}
    people = Membership.objects.filter(agency__in={case[2] for case in cases}, user__in=set().union(*here.values()))
    for user_id, agency_id in people.values_list("user_id", "agency_id"):
        own.setdefault(agency_id, set()).add(user_id)
    return {
        case: sorted(
            here.get(case[0], set()).union(*(reaching.get(pk, ()) for pk in above[case])) - own.get(case[2], set())
        )
        for case in cases
    }


def require(user: Any, permission: Permission, agency: "Agency | None" = None) -> None:
    """Raise PermissionDenied, saying why, unless `can`."""
    if not can(user, permission, agency):
        where = f"（{agency}）" if agency else ""
        raise PermissionDenied(_("您的角色没有这项权限") + f"：{permission.value}{where}")


@dataclass(frozen=True, slots=True)
class _Opening:
    view: Permission
    change: Permission | None
    is_site_wide: bool

    def holds(self, user: Any, permission: Permission | None) -> bool:
        if permission is None:
            return False
        return holds_for_all(user, permission) if self.is_site_wide else can(user, permission)


# What opens each admin model. A model that is not listed is closed.
_ADMIN: dict[str, _Opening] = {}


def open_admin(
    model_label: str, *, view: Permission, change: Permission | None = None, is_site_wide: bool = False
) -> None:
    """Declare which permission shows a model in the admin and which lets it be edited there.

    `is_site_wide`: the rows belong to no agency, so the permission must hold for all of them. Of other
    models the admin class shows to each administrator the rows of his own agencies.
    """
    _ADMIN[model_label.lower()] = _Opening(view, change, is_site_wide)


def opened_models() -> list[str]:
    """Labels of the models that the admin shows to somebody."""
    return list(_ADMIN)


def has_admin_permission(user: Any, perm: str, obj: Any = None) -> bool:
    """Django's `app.action_model` question, answered from roles."""
    app_label, _dot, codename = perm.partition(".")
    action, _underscore, model = codename.partition("_")
    opening = _ADMIN.get(f"{app_label}.{model}")
    if opening is None:
        return False
    if action == "view":
        return opening.holds(user, opening.view) or opening.holds(user, opening.change)
    return action in {"add", "change", "delete"} and opening.holds(user, opening.change)


def has_admin_module(user: Any, app_label: str) -> bool:
    return any(
        has_admin_permission(user, f"{app_label}.view_{label.partition('.')[2]}")
        for label in _ADMIN
        if label.startswith(f"{app_label}.")
    )
