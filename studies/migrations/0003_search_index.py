"""The full-text index of each database over the words that search looks through."""

from django.db import migrations

from ._beginnings import create_search_index, drop_search_index


class Migration(migrations.Migration):
    dependencies = [("studies", "0002_four_documents")]
    operations = [migrations.RunPython(create_search_index, drop_search_index)]
