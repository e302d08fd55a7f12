from django.db import migrations, models

from ._beginnings import take_back, tell_postgresql


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
