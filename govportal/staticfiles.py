"""Static files: hashed names, compressed, and the layered style sheets shipped as one file."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

ENTRY = "css/site.css"
_URL = r'@import url\("([^"]+)"\) '
_IMPORTS = re.compile(rf"{_URL}layer\((?P<layer>\w+)\);\n?(?:{_URL}layer\((?P=layer)\);\n?)*")
_BREAK = re.compile(r"(?<=[{};,])\n")  # elsewhere it may part two words
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def bundle(entry: str, read: Callable[[str], str]) -> str:
    """The style sheet with every `@import url("x.css") layer(y)` replaced by `@layer y { … }`, neighbours sharing one.

    `read` answers the text of a sheet by its name relative to the entry. Comments, indents and ends
    of lines go; nothing else changes, so the shipped file says what the sources say.
    """

    def inlined(match: re.Match[str]) -> str:
        sheets = "\n".join(read(name) for name in re.findall(_URL, match[0]))
        return f"@layer {match['layer']} {{\n{sheets}\n}}\n"

    text = _COMMENT.sub("", _IMPORTS.sub(inlined, read(entry)))
    lines = "\n".join(line.strip() for line in text.splitlines() if line.strip())
    return _BREAK.sub("", lines) + "\n"


class SiteStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """A name collectstatic has not seen resolves to the plain address: there the imports just work."""

    def stored_name(self, name: str) -> str:
        stored: str = super().stored_name(name) if name in self.hashed_files else name
        return stored

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Hash and compress as usual, with the entry sheet taken from a bundle made in memory."""
        if ENTRY in paths and not dry_run:

            def read(name: str) -> str:
                storage, path = paths[name if name == ENTRY else f"css/{name}"]
                with storage.open(path) as file:
                    return str(file.read(), "utf-8")

            memory = InMemoryStorage()
            memory.save(ENTRY, ContentFile(bundle(ENTRY, read).encode()))
            paths = {**paths, ENTRY: (memory, ENTRY)}
        yield from super().post_process(paths, dry_run=dry_run, **options)
