"""Every key by which SQLite would put one row in the place of another is closed."""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Model, UniqueConstraint

from govportal.dbsetup import declared_objects

# (model, columns): what holds instead, which no_replacement cannot say or need not.
HELD_OTHERWISE = {
    ("AccountabilityNotice", "respondent_id", "kind"): "accountability_database.notice_guard",
    ("AccountabilityNotice", "case_id"): "accountability_database.notice_guard",
    ("Objection", "finding_id"): "database._open_twice",
    ("Objection", "assessment_id", "indicator_id", "case_key"): "database._open_twice",
    # Of an open round they may be written over and deleted anyway; the guard of a frozen one refuses the new row.
    ("Assessment", "round_id", "agency_id"): "closed_while",
    ("Score", "assessment_id", "indicator_id"): "closed_while",
    ("Check", "assessment_id", "indicator_id"): "closed_while",
    ("SampleItem", "assessment_id", "item_id"): "closed_while",
}


def keys_of(model: type[Model]) -> Iterator[tuple[str, ...]]:
    yield from ((str(one.column),) for one in model._meta.concrete_fields if one.unique and not one.primary_key)
    named = [one.fields for one in model._meta.constraints if isinstance(one, UniqueConstraint)]
    for names in [*named, *model._meta.unique_together]:
        yield tuple(str(model._meta.get_field(name).column) for name in names)  # type: ignore[union-attr]


def test_every_unique_key_is_closed_to_replacement() -> None:
    declared = {one.name: " ".join(one.create["sqlite"]) for one in declared_objects()}
    open_keys = set()
    for model in apps.get_app_config("evaluation").get_models(include_auto_created=True):
        closed = declared[f"{model._meta.db_table}_no_replacement"]
        for key in keys_of(model):
            same = " AND ".join(f"{column} = NEW.{column}" for column in key)
            if f" WHERE {same} AND NEW.{key[-1]} <> ''" not in closed:
                open_keys.add((model.__name__, *key))

    assert open_keys == set(HELD_OTHERWISE)
