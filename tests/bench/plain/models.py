"""Ordinary relational tables of the evidence, with composite indexes for every filter and order that is asked."""

from django.db import models


class Publication(models.Model):
    slug = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=32)
    citation = models.TextField()

    def __str__(self):
        return self.name


class Cohort(models.Model):
    """One course of one cohort, as an evidence row of the product is."""

    row = models.CharField(max_length=40, unique=True)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="subgroups")
    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="cohorts")
    study = models.CharField(max_length=80)
    label = models.CharField(max_length=200)
    n = models.PositiveIntegerField()
    year = models.PositiveSmallIntegerField()
    disease = models.CharField(max_length=64)
    collected_from = models.CharField(max_length=32)
    genetic_origin = models.CharField(max_length=32)
    intent = models.CharField(max_length=32)
    title = models.CharField(max_length=300)
    text = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["study", "row"]),
            models.Index(fields=["year", "row"]),
            models.Index(fields=["n", "row"]),
            models.Index(fields=["disease", "intent", "study", "row"]),
            models.Index(fields=["collected_from", "study", "row"]),
            models.Index(fields=["genetic_origin", "study", "row"]),
            models.Index(fields=["intent", "study", "row"]),
        ]

    def __str__(self):
        return self.row


class Infusion(models.Model):
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="infusions")
    order = models.PositiveSmallIntegerField()
    dose_low = models.FloatField()
    dose_high = models.FloatField()
    unit = models.CharField(max_length=16)

    def __str__(self):
        return f"{self.dose_low:g} {self.unit}"


class Toxicity(models.Model):
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="toxicities")
    term = models.CharField(max_length=64)
    presence = models.CharField(max_length=16)
    grade = models.PositiveSmallIntegerField()
    n = models.PositiveIntegerField()
    as_reported = models.TextField()

    def __str__(self):
        return self.term


class Outcome(models.Model):
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="outcomes")
    measure = models.CharField(max_length=64)
    category = models.CharField(max_length=64)
    n = models.PositiveIntegerField()
    of = models.PositiveIntegerField()
    as_reported = models.TextField()

    def __str__(self):
        return f"{self.measure}: {self.category}"
