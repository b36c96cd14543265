"""What stands in a record, as the public pages show it."""

import re

from django import template
from django.conf import settings
from django.urls import translate_url
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override

register = template.Library()
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@register.filter
def days(text: str) -> SafeString:
    """The text with every 2026-03-10 in it as <time>, which the style sheet keeps on one line."""
    return mark_safe(_DAY.sub(r"<time>\g<0></time>", conditional_escape(text)))  # noqa: S308  # escaped just there


@register.filter
def in_language(address: str) -> str:
    """A path of a record is that of the Chinese page: the same page in the language of this one."""
    language = get_language() or settings.LANGUAGE_CODE
    if language == settings.LANGUAGE_CODE or not address.startswith("/"):
        return address
    with override(settings.LANGUAGE_CODE):
        return translate_url(address, language)
