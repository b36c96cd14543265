from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
else:
    _CharField = models.CharField


class LikenessKeyField(_CharField):
    """What rows for the same information have in common, worked out from another column whenever both are saved.

    An index over it finds in one look what words alone would be searched for. Empty: like no other.
    """

    def __init__(self, *args: Any, source: str = "", key: Callable[[str], str] | None = None, **kwargs: Any) -> None:
        self.source, self.key = source, key
        everywhere: dict[str, Any] = {"blank": True, "default": "", "editable": False}
        super().__init__(*args, **everywhere | kwargs)

    def deconstruct(self) -> Any:
        """For migrations a column of characters."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = self.key(getattr(model_instance, self.source))[: self.max_length] if self.key else ""
        setattr(model_instance, self.attname, value)
        return value
