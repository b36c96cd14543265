"""A small world in which every state and audience occurs once, and the rule of who may read what, written again.

The rule here is deliberately not the code under test: a mistake in `visible_to` must not hide itself.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.test import Client

from disclosure import publication_log, search
from disclosure.enums import Audience, ItemState, LogKind
from disclosure.models import EditionAttachment, Item, Receipt, Rectification, Withholding
from govportal.models import Agency, User
from govportal.now import now, today
from govportal.permissions import Role
from tests.factories import make_agency, make_attachment, make_edition, make_item, make_member, make_user
from tests.factories.registers import make_receipt, make_rectification, make_withholding

# Types that have a list of their own.
LISTED_TYPES = ("power", "service_guide", "leader", "gazette", "normative", "project", "enforcement")
READABLE = {"live", "partly_void", "expired", "void"}
NOTICE = {"withdrawn", "terminated"}
RECEIPT, RECEIPT_AMOUNT, WITHHELD = "门牌票据", "4321.09", "门牌不公开事项"
READERS = ("anonymous", "own_staff", "other_staff", "superuser")


@dataclass
class World:
    agency: Agency
    users: dict[str, User | None]
    receipt: Receipt
    withholding: Withholding
    rectification: Rectification
    items: list[Item] = field(default_factory=list)
    sequences: dict[int, int] = field(default_factory=dict)  # item id -> number in its chain

    def client(self, reader: str) -> Client:
        client = Client()
        if user := self.users[reader]:
            client.force_login(user)
        return client

    def may_open(self, reader: str, item: Item) -> bool:
        """Whether the address of an item answers this reader with 200."""
        if item.state not in READABLE | NOTICE:
            return False
        return item.audience == "public" or reader == "own_staff"

    def may_read(self, reader: str, item: Item) -> bool:
        return self.may_open(reader, item) and item.state in READABLE


def title_of(item: Item) -> str:
    return f"门牌{item.pk}号{item.state}{item.audience}"


def body_of(item: Item) -> str:
    return f"内情{item.pk}号正文"


def make_world() -> World:
    agency, other = make_agency(code="own"), make_agency(code="other")
    world = World(
        agency,
        {
            "anonymous": None,
            "own_staff": make_member(Role.STAFF, agency),
            "other_staff": make_member(Role.STAFF, other),
            "superuser": make_user(is_superuser=True),
        },
        make_receipt(
            agency=agency, purpose=RECEIPT, payee=RECEIPT, handled_by_name=RECEIPT, amount=RECEIPT_AMOUNT,
            attachment=make_attachment(b"%PDF-1.7 receipt", name=f"{RECEIPT}.pdf"),
        ),
        make_withholding(agency=agency, matter=WITHHELD, reason=WITHHELD, basis=WITHHELD, filing_number=WITHHELD),
        make_rectification(agency=agency, number="整改〔2026〕1号", problem="门牌整改问题"),
    )  # fmt: skip
    for audience in Audience:
        for state in ItemState:
            world.items.append(_make(world, state, audience, "general"))
        for item_type in (*LISTED_TYPES, "budget"):
            world.items.append(_make(world, ItemState.LIVE, audience, item_type))
    return world


def _make(world: World, state: ItemState, audience: Audience, item_type: str) -> Item:
    author = world.users["superuser"]
    item = make_item(
        agency=world.agency, by=author, state=ItemState.UNPUBLISHED, audience=audience, item_type=item_type
    )
    item.state = state
    values: dict[str, Any] = {
        "title": title_of(item),
        "body": f"<p>{body_of(item)}</p>",
        "document_number": f"门牌〔2026〕{item.pk}号",
        "topic": f"门牌主题{item.pk}号",
        "extra": {"name": title_of(item), "hospitality": [{"item": title_of(item)}], "power_kind": "licence"},
    }
    if state == ItemState.UNPUBLISHED:
        make_edition(item, is_published=False, **values)
        return item
    edition = make_edition(item, is_published=False, **values)
    stored = make_attachment(f"%PDF-1.7 {item.pk}".encode())
    EditionAttachment.objects.create(edition=edition, attachment=stored, title="附件")
    edition.state, edition.published_at, edition.published_on = "published", now(), today()
    edition.procedure = "migration"
    edition.digest = publication_log.digest(edition)
    edition.save()
    _list(item, edition)
    make_edition(item, is_published=False, title=f"未定稿{title_of(item)}", body="<p>未定稿</p>")
    with transaction.atomic():
        entry = publication_log.append(LogKind.PUBLISH, item, edition, actor=author, at=now())
        search.index_item(item)
    world.sequences[item.pk] = entry.sequence
    return item


def _list(item: Item, edition: Any) -> None:
    for name in ("title", "document_number", "category", "aspect", "topic", "validity", "published_on"):
        setattr(item, name, getattr(edition, name))
    item.current_edition, item.year, item.updated_at = edition, edition.published_on.year, edition.published_at
    item.save()


def text_of(response: Any) -> str:
    """The whole answer, without the marks of a search."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return bytes(content).decode("utf-8", "replace").replace("<mark>", "").replace("</mark>", "")
