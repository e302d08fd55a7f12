"""The nested rows of the plain app."""

from rest_framework import serializers

from .models import Cohort, Infusion, Outcome, Publication, Toxicity


class PublicationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Publication
        fields = ["slug", "name", "kind", "citation"]


class InfusionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Infusion
        fields = ["order", "dose_low", "dose_high", "unit"]


class ToxicitySerializer(serializers.ModelSerializer):
    class Meta:
        model = Toxicity
        fields = ["term", "presence", "grade", "n", "as_reported"]


class OutcomeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Outcome
        fields = ["measure", "category", "n", "of", "as_reported"]


FLAT = ["row", "study", "label", "n", "year", "disease", "collected_from", "genetic_origin", "intent", "title", "text"]


class CohortSerializer(serializers.ModelSerializer):
    publication = PublicationSerializer()
    infusions = InfusionSerializer(many=True)
    toxicities = ToxicitySerializer(many=True)
    outcomes = OutcomeSerializer(many=True)

    class Meta:
        model = Cohort
        fields = [*FLAT, "publication", "infusions", "toxicities", "outcomes"]


class HitSerializer(serializers.ModelSerializer):
    """What a search shows of a cohort."""

    class Meta:
        model = Cohort
        fields = ["row", "title", "text"]
