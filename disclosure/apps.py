from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DisclosureConfig(AppConfig):
    name = "disclosure"
    verbose_name = _("政务公开")

    def ready(self) -> None:
        from disclosure import database
        from govportal import dbsetup

        for declaration in database.declarations():
            dbsetup.declare(declaration)
