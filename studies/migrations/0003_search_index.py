"""The full-text index of each database over the words that search looks through."""

from django.db import migrations

CREATE = {
    "sqlite": "CREATE VIRTUAL TABLE studies_search_index USING fts5(words, tokenize=\"unicode61 tokenchars '-./+'\")",
    "postgresql": (
        "CREATE INDEX studies_search_index ON studies_searchtext "
        "USING gin (array_to_tsvector(string_to_array(words, ' ')))"
    ),
}
DROP = {"sqlite": "DROP TABLE studies_search_index", "postgresql": "DROP INDEX studies_search_index"}


def create(apps, schema_editor):
    schema_editor.execute(CREATE[schema_editor.connection.vendor])


def drop(apps, schema_editor):
    schema_editor.execute(DROP[schema_editor.connection.vendor])


class Migration(migrations.Migration):
    dependencies = [("studies", "0002_four_documents")]
    operations = [migrations.RunPython(create, drop)]
