"""What may be read by whom, and the questions pages ask: QuerySets that import no model."""

from disclosure.queries.boards import BoardSheetQuerySet, NoticeBoardQuerySet, SheetItemQuerySet
from disclosure.queries.catalogue import CatalogueEntryQuerySet
from disclosure.queries.inside import ReceiptQuerySet, RectificationQuerySet, WithholdingQuerySet
from disclosure.queries.items import ItemQuerySet, effective_validity, readable
from disclosure.queries.log import LogEntryQuerySet
from disclosure.queries.obligations import OWED_TO_THE_WALL, ObligationQuerySet
from disclosure.queries.relations import RelationQuerySet, in_effect, stated_on
from disclosure.queries.review import ApprovalQuerySet, EditionQuerySet, MotionQuerySet

__all__ = [
    "OWED_TO_THE_WALL",
    "ApprovalQuerySet",
    "BoardSheetQuerySet",
    "CatalogueEntryQuerySet",
    "EditionQuerySet",
    "ItemQuerySet",
    "LogEntryQuerySet",
    "MotionQuerySet",
    "NoticeBoardQuerySet",
    "ObligationQuerySet",
    "ReceiptQuerySet",
    "RectificationQuerySet",
    "RelationQuerySet",
    "SheetItemQuerySet",
    "WithholdingQuerySet",
    "effective_validity",
    "in_effect",
    "readable",
    "stated_on",
]
