"""What the government publishes of its own accord: one model a file."""

from disclosure.models.approval import Approval
from disclosure.models.board_sheet import BoardSheet, SheetItem
from disclosure.models.catalogue_entry import CatalogueEntry, CatalogueTemplate
from disclosure.models.edition import Edition, EditionAttachment
from disclosure.models.edition_buffer import EditionBuffer
from disclosure.models.edition_event import EditionEvent
from disclosure.models.index_counter import IndexCounter
from disclosure.models.item import Item
from disclosure.models.log_chain import LogChain
from disclosure.models.log_entry import LogEntry
from disclosure.models.motion import Motion
from disclosure.models.notice_board import MOST_NEWEST, BoardSection, NoticeBoard, SectionItem
from disclosure.models.obligation import DisclosureEvent, Filing, Obligation, Statement
from disclosure.models.print_job import PrintJob, PrintPart
from disclosure.models.receipt import Receipt
from disclosure.models.rectification import Rectification
from disclosure.models.relation import Relation
from disclosure.models.search_row import BestBet, Synonym
from disclosure.models.supporting_record import SupportingRecord
from disclosure.models.withholding import Withholding, WithholdingReview

__all__ = [
    "MOST_NEWEST",
    "Approval",
    "BestBet",
    "BoardSection",
    "BoardSheet",
    "CatalogueEntry",
    "CatalogueTemplate",
    "DisclosureEvent",
    "Edition",
    "EditionAttachment",
    "EditionBuffer",
    "EditionEvent",
    "Filing",
    "IndexCounter",
    "Item",
    "LogChain",
    "LogEntry",
    "Motion",
    "NoticeBoard",
    "Obligation",
    "PrintJob",
    "PrintPart",
    "Receipt",
    "Rectification",
    "Relation",
    "SectionItem",
    "SheetItem",
    "Statement",
    "SupportingRecord",
    "Synonym",
    "Withholding",
    "WithholdingReview",
]
