"""What the government publishes of its own accord: one model a file."""

from disclosure.models.catalogue_entry import CatalogueEntry, CatalogueTemplate
from disclosure.models.edition import Edition, EditionAttachment
from disclosure.models.index_counter import IndexCounter
from disclosure.models.item import Item
from disclosure.models.log_chain import LogChain
from disclosure.models.log_entry import LogEntry
from disclosure.models.relation import Relation
from disclosure.models.search_row import BestBet, Synonym

__all__ = [
    "BestBet",
    "CatalogueEntry",
    "CatalogueTemplate",
    "Edition",
    "EditionAttachment",
    "IndexCounter",
    "Item",
    "LogChain",
    "LogEntry",
    "Relation",
    "Synonym",
]
