"""What the templates of a sheet say in words that no line end may part."""

from django import template

from disclosure.board_lines import unbroken

register = template.Library()
register.filter(unbroken)
