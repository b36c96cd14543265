"""Path converters of disclosure, registered on import."""

from django.urls import register_converter


class UnicodeSlug:
    """An index number as an address: letters of any script, digits, _ and -."""

    regex = r"[-\w]{1,100}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class FileName:
    """A name that only makes an address readable: what a database or a header cannot hold is no name."""

    regex = r"[^/\x00-\x1f\x7f-\x9f]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Number:
    """A positive whole number that every database column can hold."""

    regex = r"[0-9]{1,15}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(UnicodeSlug, "uslug")
register_converter(FileName, "filename")
register_converter(Number, "number")
