"""Triggers on signatures: nothing is published without them, and nothing signed changes under them.

The service refuses first and says why; these hold for whoever writes past it (domain §4.1, §4.2).
"""

# ruff: noqa: S608  (names of our own tables and columns)

from disclosure import workflow
from disclosure.enums import EditionAction, EditionState, Procedure, ReviewStep
from disclosure.publication_log import CONTENT_FIELDS
from govportal.dbsetup import ALWAYS, DatabaseObject, Rule, closed_while, guard

_STANDING = "a.edition_id = {row}.id AND a.voided_at IS NULL"
# What the database can compare of a signed text: all the digest covers but the day, which publication itself sets.
SIGNED_COLUMNS = (
    *(name for name in CONTENT_FIELDS if name != "published_on"),
    "item_id",  # whose index number and type the digest covers
    "created_by_id",
    "last_edited_by_id",
    "review_steps",  # a body that changes its level meanwhile is spared no signature
)


def approval_guard() -> DatabaseObject:
    """A signature names the author, the last editor and the digest as they are; it is voided once, never deleted.

    Nobody who has edited the edition signs it, whoever has edited it since.
    Published editions take no signature and lose none, but for the later review of an emergency publication.
    """
    signable = "', '".join(workflow.UNDER_REVIEW)
    true_copy = (
        "EXISTS (SELECT 1 FROM disclosure_edition e WHERE e.id = NEW.edition_id "
        "AND e.created_by_id = NEW.author_id AND e.last_edited_by_id = NEW.last_editor_id "
        "AND e.review_digest = NEW.digest AND e.review_digest <> '' "
        f"AND (e.state IN ('{signable}') OR e.procedure = '{Procedure.EMERGENCY}'))"
    )
    edited = (
        "EXISTS (SELECT 1 FROM disclosure_editionevent v WHERE v.edition_id = NEW.edition_id "
        f"AND v.action = '{EditionAction.EDIT}' AND v.actor_id = NEW.signer_id)"
    )
    fixed = ("id", "edition_id", "step", "digest", "signer_id", "author_id", "last_editor_id", "note", "at")
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in fixed)
    published = (
        "EXISTS (SELECT 1 FROM disclosure_edition e WHERE e.id = OLD.edition_id "
        f"AND e.state = '{EditionState.PUBLISHED}')"
    )
    return guard(
        "disclosure_approval_guard",
        "disclosure_approval",
        (
            Rule("INSERT", f"NEW.voided_at IS NOT NULL OR {edited} OR NOT {true_copy}"),
            Rule("UPDATE", f"{changed} OR OLD.voided_at IS NOT NULL OR {published}"),
            Rule("DELETE", ALWAYS),
        ),
        "a signature is a true copy of its edition, voided once and never changed",
    )


def publication_guard() -> DatabaseObject:
    """No edition becomes public without signatures under this very text by people who did not write it.

    Two are the least of any procedure, secrecy review and approval, and every step that was asked for at
    submission; an emergency has one.
    """

    def signed(step: ReviewStep) -> str:
        return (
            f"EXISTS (SELECT 1 FROM disclosure_approval a WHERE {_STANDING.format(row='NEW')} AND a.step = '{step}' "
            "AND a.digest = NEW.review_digest "
            "AND a.author_id = NEW.created_by_id AND a.last_editor_id = NEW.last_edited_by_id)"
        )

    asked_for = " AND ".join(
        f"(CAST(NEW.review_steps AS TEXT) NOT LIKE '%\"{step}\"%' OR {signed(step)})"
        for step in (ReviewStep.PRE, ReviewStep.SECOND)
    )
    least = f"{signed(ReviewStep.SECRECY)} AND {signed(ReviewStep.APPROVAL)}"
    # What has entered the review is no archive of another system.
    submitted = (
        "EXISTS (SELECT 1 FROM disclosure_editionevent v WHERE v.edition_id = NEW.id "
        f"AND v.action = '{EditionAction.SUBMIT}')"
    )
    by_right = (
        f"(NEW.procedure = '{Procedure.MIGRATION}' AND NOT {submitted}) "
        f"OR (NEW.procedure = '{Procedure.REVIEW}' AND {least} AND {asked_for}) "
        f"OR (NEW.procedure = '{Procedure.EMERGENCY}' AND {signed(ReviewStep.EMERGENCY)})"
    )
    becomes = f"NEW.state = '{EditionState.PUBLISHED}'"
    return guard(
        "disclosure_publication_guard",
        "disclosure_edition",
        (
            Rule("INSERT", f"{becomes} AND NEW.procedure <> '{Procedure.MIGRATION}'"),
            Rule("UPDATE", f"{becomes} AND OLD.state <> '{EditionState.PUBLISHED}' AND NOT ({by_right})"),
        ),
        "an edition is published only under the signatures of its procedure",
    )


def signed_text_guard() -> DatabaseObject:
    """While a signature stands, nothing of what it signed can change: an edit voids it first."""
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in SIGNED_COLUMNS)
    return guard(
        "disclosure_signed_text_guard",
        "disclosure_edition",
        (
            Rule(
                "UPDATE",
                f"({changed} OR OLD.review_digest IS DISTINCT FROM NEW.review_digest) "
                f"AND OLD.state <> '{EditionState.PUBLISHED}' "
                f"AND EXISTS (SELECT 1 FROM disclosure_approval a WHERE {_STANDING.format(row='OLD')})",
            ),
        ),
        "a signed text does not change while a signature stands",
    )


def signed_files_guard() -> DatabaseObject:
    """The same for the attachments of a signed text."""
    return closed_while(
        "disclosure_signed_files_guard",
        "disclosure_editionattachment",
        "EXISTS (SELECT 1 FROM disclosure_approval a JOIN disclosure_edition e ON e.id = a.edition_id "
        f"WHERE a.edition_id = {{row}}.edition_id AND a.voided_at IS NULL AND e.state <> '{EditionState.PUBLISHED}')",
        "the files of a signed text do not change while a signature stands",
    )
