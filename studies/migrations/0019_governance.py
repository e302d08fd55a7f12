import json

from django.db import migrations, models
from django.db.models import Exists, OuterRef, Subquery

OPEN = 2_147_483_647
UNITS = ("publication", "study", "registration", "report", "discrepancy", "problemanswer", "candidate")
OF_A_PUBLICATION = {"sourceread": "publication", "citation": "citing", "publishedtable": "publication"}
OF_A_COHORT = ("cohortoverlap",)
OF_A_REPORT = (
    "studydescription", "registrationdescription", "eligibilitycriterion", "coverage", "cohort", "characteristic",
    "transplant", "therapy", "construct", "course", "interval", "lymphodepletion", "infusion", "agent", "toxicity",
    "outcome", "measurement", "event", "claim", "setstatement", "publishedtablecell", "appraisal",
)  # fmt: skip


def name_units(apps, schema_editor):
    """Say of every change that was logged before with which unit its record is published."""
    change = apps.get_model("studies", "Change")
    named = [(model, "accession") for model in UNITS]
    named += [(model, "report") for model in OF_A_REPORT] + list(OF_A_PUBLICATION.items())
    named += [(model, "cohort__report") for model in OF_A_COHORT]
    for model, path in named:
        records = apps.get_model("studies", model).objects.filter(pk=OuterRef("accession"))
        change.objects.filter(Exists(records)).update(unit=Subquery(records.values(path)[:1]))


def keep_what_is_public_of_terms(apps, schema_editor):
    """Take what readers are told of each term as what was published of it."""
    term = apps.get_model("studies", "Term")
    public = apps.get_model("studies", "PublicRecord").objects.filter(collection="vocabularies", valid_to=OPEN)
    for text in public.values_list("document", flat=True):
        document = json.loads(text)
        for told in document["terms"]:
            for found in term.objects.filter(vocabulary=document["vocabulary"], code=told["code"]):
                form = {"position": found.position} | told
                found.form = json.dumps(form, ensure_ascii=False, separators=(",", ":"))
                found.save(update_fields=["form"])


class Migration(migrations.Migration):
    dependencies = [("studies", "0018_rules")]

    operations = [
        migrations.AddField("change", "unit", models.CharField(blank=True, max_length=16)),
        migrations.AddIndex("change", models.Index(fields=["unit", "-id"], name="change_of_unit")),
        migrations.RunPython(name_units, migrations.RunPython.noop),
        migrations.AddField("term", "form", models.TextField(blank=True, editable=False)),
        migrations.RunPython(keep_what_is_public_of_terms, migrations.RunPython.noop),
    ]
