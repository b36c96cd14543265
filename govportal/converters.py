"""Path converters of the kernel, registered on import."""

from django.urls import register_converter
from django.urls.converters import SlugConverter

from govportal.models.agency import CODE


class AgencyCode:
    """The code of an agency. What no code can be is not looked for in the database."""

    regex = CODE

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Secret(SlugConverter):
    """What opens a page to whoever knows it, as a one-time token does. Logs leave it out: see log_secrets."""


register_converter(AgencyCode, "agency_code")
register_converter(Secret, "secret")
