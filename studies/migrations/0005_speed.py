from django.db import migrations, models


def tell_postgresql(apps, schema_editor):
    """Field and value of a term depend on each other; and words are found at once, not when the table is next tidied."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE STATISTICS evidence_term_statistics (mcv) ON field, value FROM studies_evidenceterm"
        )
        schema_editor.execute("ALTER INDEX studies_search_index SET (fastupdate = off)")


def take_back(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP STATISTICS evidence_term_statistics")


class Migration(migrations.Migration):
    dependencies = [("studies", "0004_rendering")]

    operations = [
        migrations.AddField(
            model_name="publicrecord",
            name="name",
            field=models.CharField(blank=True, help_text="What a study or publication is called.", max_length=200),
            preserve_default=False,
        ),
        migrations.RunPython(tell_postgresql, take_back),
    ]
