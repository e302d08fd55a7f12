"""What the patients of an evidence row were like when the cells were given: state of the disease, sites outside the
marrow, the target on the malignant cells, earlier CAR-T cells."""

from ..models.choices import CharacteristicKind, Presence
from .row_terms import UNSURE, told_of_part

ACTIVE = {
    "relapsed",
    "refractory",
    "progressive",
    "persistent_after_hsct",
    "persistent_after_hsct_and_dli",
    "molecular_relapse",
    "mrd_positive",
    "extramedullary_disease",
}
PERSISTENT = {"persistent_after_hsct", "persistent_after_hsct_and_dli"}  # the very cells that the report describes


class PatientsAtInfusion:
    """The characteristics of a course's patients. What a report ties to another course is not among them."""

    def __init__(self, report: dict, course: dict, silences: dict[str, str], silence: str):
        self.report, self.course = report, course
        self.silences, self.silence = silences, silence
        self.told = [c for c in report["characteristics"] if c["course"] in (None, course["accession"])]

    def of(self, cohort: dict, above: list[str], targets: list[str]) -> dict:
        """The fields of a row; `above` names the cohorts that this one lies within."""
        return {
            "disease_status": self._of(CharacteristicKind.DISEASE_STATUS, cohort, above),
            "sites": self._of(CharacteristicKind.EXTRAMEDULLARY_SITE, cohort, above),
            "antigen": [
                found
                for found in self._of(CharacteristicKind.IMMUNOPHENOTYPE, cohort, above)
                if found["code"] in targets
            ],
            "earlier_car_t": self._earlier_car_t(cohort, above),
            "prior_therapy": [
                found
                for found in self._of(CharacteristicKind.PRIOR_THERAPY, cohort, above)
                if found["code"] != "prior_car_t"
            ],
        }

    def terms(self, row: dict):
        """What filters ask of these fields."""
        states, sites = _present(row["disease_status"]), _present(row["sites"])
        unsaid = told_of_part(row, "disease_status") or self._silence("disease_status")
        yield from (("disease_status", code) for code in states or [unsaid])
        if states & ACTIVE:  # a progressive disease may have relapsed, and a relapsed one be refractory
            yield from (("disease_status_open", code) for code in ACTIVE - states)
        # A list of sites is not said to be all of them.
        yield from (("site", code) for code in [*sites, UNSURE] if sites)
        if not sites:
            yield "site", told_of_part(row, "sites") or self._silence("site")
        responses = [r for r in (row["response"], *row["response_elsewhere"]) if r]
        known = sites or any(r["site"] == "extramedullary" for r in responses)
        yield "extramedullary", Presence.PRESENT.value if known else self.silence
        yield "antigen", self._antigen(row)
        yield "earlier_car_t", row["earlier_car_t"]["presence"] or self.silence

    def _of(self, kind: str, cohort: dict, above: list[str]) -> list[dict]:
        """Told of the cohort itself, or without a count of one that it lies within."""
        return [
            c["term"]
            | {"presence": c["presence"], "n": c["n"], "of": c["denominator"]}
            | {"detail": c["detail"], "course": c["course"], "sources": c["sources"]}
            for c in self.told
            if c["kind"] == kind
            if c["cohort"] == cohort["accession"] or (c["cohort"] in above and c["n"] in (None, c["denominator"]))
        ]

    def _earlier_car_t(self, cohort: dict, above: list[str]) -> dict:
        """Whether CAR-T cells had been given before. Of the first course told, nobody can tell, unless the report tells
        of several: then its number says that it is the first."""
        told = [c for c in self._of(CharacteristicKind.PRIOR_THERAPY, cohort, above) if c["code"] == "prior_car_t"]
        several = sum(c["cohort"] == self.course["cohort"] for c in self.report["courses"]) > 1
        presence = None
        if told:
            presence = told[0]["presence"]
        elif self.course["number"] > 1 or self.course["previous"]:
            presence = Presence.PRESENT.value
        elif several:
            presence = Presence.ABSENT.value
        return {"presence": presence, "sources": told[0]["sources"] if told else {}}

    def _antigen(self, row: dict) -> str:
        """Whether the malignant cells carried the target when the cells of this course were given. What is told of no
        course was told at diagnosis: it answers for a disease that persisted and was given no CAR-T cells. A relapse,
        or earlier CAR-T cells, may have lost the target, so there nobody can tell."""
        at_this_course = [c for c in row["antigen"] if c["course"]]
        found = {c["presence"] for c in at_this_course or row["antigen"]}
        if len(found) != 1:
            return UNSURE if found else self._silence("antigen_expression")
        persisted = _present(row["disease_status"]) & PERSISTENT
        after_others = row["earlier_car_t"]["presence"] == Presence.PRESENT
        return found.pop() if at_this_course or (persisted and not after_others) else UNSURE

    def _silence(self, topic: str) -> str:
        return self.silences.get(topic, self.silence)


def _present(records: list[dict]) -> set[str]:
    """The codes of what at least one patient had."""
    return {c["code"] for c in records if c["presence"] == Presence.PRESENT and c["n"] != 0}
