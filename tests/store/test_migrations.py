"""The schema that the migrations make is the schema that the models describe."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import peewee
from playhouse.schema_diff import diff_models

from notifyhub.store.database import MIGRATIONS, Database
from notifyhub.store.every_model import every_model

MODELS = every_model()
ALL = sorted(path.stem for path in MIGRATIONS.glob("0*.py"))


def test_the_migrations_make_what_the_models_describe(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    database.upgrade()

    def difference(connection: peewee.Database) -> str:
        with connection.bind_ctx(MODELS):
            return str(diff_models(connection, MODELS) or "")

    assert database.read(difference).result() == ""
    database.close()


def test_columns_are_nullable_exactly_where_the_models_say_so(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    database.upgrade()

    def nullable(connection: peewee.Database) -> dict[str, set[str]]:
        return {
            model._meta.table_name: {c.name for c in connection.get_columns(model._meta.table_name) if c.null}
            for model in MODELS
        }

    found = database.read(nullable).result()
    assert found == {
        model._meta.table_name: {field.column_name for field in model._meta.sorted_fields if field.null}
        for model in MODELS
    }
    database.close()


def test_upgrading_again_changes_nothing(empty_database_url: str) -> None:
    database = Database(empty_database_url)

    assert database.upgrade() == ALL
    assert database.upgrade() == []
    assert database.pending_migrations() == []
    database.close()


def test_many_processes_may_upgrade_at_once(empty_database_url: str) -> None:
    databases = [Database(empty_database_url) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        applied = list(pool.map(lambda database: database.upgrade(), databases))

    assert sorted(applied, key=len) == [[]] * 5 + [ALL]
    for database in databases:
        database.close()
