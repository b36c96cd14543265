"""What triggers let become of the item that publishes a row."""

# ruff: noqa: S608  (names of our own tables and columns)

from disclosure.enums import ItemState
from disclosure.models import Item

_READ = (
    f"EXISTS (SELECT 1 FROM {Item._meta.db_table} i WHERE i.id = OLD.item_id AND i.state <> '{ItemState.UNPUBLISHED}')"
)
# Its item is named once: another only where nobody ever read the one, whose draft was thrown away.
NAMES_ANOTHER_ITEM = (
    f"OLD.item_id IS NOT NULL AND OLD.item_id IS DISTINCT FROM NEW.item_id AND (NEW.item_id IS NULL OR {_READ})"
)
