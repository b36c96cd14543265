"""`manage.py appoint USER ROLE AGENCY`: the first administrator gets his role here, all others in the admin."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from govportal import audit
from govportal.models import Agency, Membership, User
from govportal.permissions import Role


class Command(BaseCommand):
    help = "Give a user a role at an agency. Make the account with createsuperuser, the agency with import_agencies."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("agency", metavar="AGENCY_CODE")

    @transaction.atomic
    def handle(self, *_args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"没有用户 {options['username']}。")
        agency = Agency.objects.filter(code=options["agency"]).first()
        if agency is None:
            raise CommandError(f"没有代码为 {options['agency']} 的单位。")
        membership, is_new = Membership.objects.get_or_create(user=user, agency=agency, role=options["role"])
        if is_new:
            after = audit.snapshot(membership)
            audit.record(None, "membership.add", membership, agency=agency, after=after, note="appoint")
        self.stdout.write(str(membership))
