"""What followed a CAR-T course, as its evidence row shows it: responses by site, MRD, relapse, durations, toxicities.

Nothing of a transplant or another treatment comes in here: an outcome that follows those is no CAR-T result.
"""

from ..models.choices import RelativeToCourse, RelativeToTransplant
from ..models.toxicity import GVHD_TERMS
from ..pure.proportions import clopper_pearson

RESPONSE_ORDER = [
    "MRD-neg-CR",
    "CMR",
    "CR",
    "CHR",
    "CRi",
    "PR",
    "remission_any",
    "objective_activity",
    "SD",
    "NR",
    "PD",
]
WHOLE_BODY = ("overall", "not_reported", "marrow", "extramedullary")  # the site that speaks for a row, best first
RESPONDED = {"CR", "CRi", "CHR", "CMR", "MRD-neg-CR", "PR", "remission_any", "objective_activity"}
REFINED = {"MRD-neg-CR", "CMR"}  # each is one of the complete remissions told beside it
SUMMED_UP = "remission_any"  # and this is all of them again
ANSWERS = ("best_response", "remission_maintained")  # what a reader takes for the answer of a cohort
DURATIONS = ("remission_duration", "dfs_duration", "survival_duration", "follow_up")
RATES = ("efs_rate", "dfs_rate", "os_rate")
TOXICITY_GROUPS = {"crs": ("crs",), "icans": ("icans",), "gvhd": GVHD_TERMS}
COUNTED = {"mrd": ("mrd",), "relapses": ("relapse", "relapse_antigen"), "maintained": ("remission_maintained",)}
AFTERWARDS = ("mrd", "relapse", "death")  # what is told of a treatment that came after the cells
TIME_KEYS = ("time_operator", "time_low", "time_high", "time_unit", "time_from", "date")


class CourseResults:
    """The results of one course of a report, cohort by cohort."""

    def __init__(self, report: dict, course: dict, silences: dict[str, str], silence: str):
        self.silences, self.silence = silences, silence
        later = {
            interval["transplant"]
            for interval in report["intervals"]
            if interval["course"] == course["accession"] and interval["infusion_is"] == RelativeToTransplant.BEFORE
        }
        # What came after the cells has results of its own, which are none of the cells.
        self.later_therapies = {
            therapy["accession"]: therapy["name"]
            for therapy in report["therapies"]
            if therapy["relative_to_course"] == RelativeToCourse.AFTER
        }
        self.after_later_treatment = [
            o
            for o in report["outcomes"]
            if (o["transplant"] in later or o["therapy"] in self.later_therapies)
            if o["measure"]["code"] in AFTERWARDS
        ]
        self.after_later_transplant = [t for t in report["toxicities"] if t["transplant"] in later]
        self.outcomes = [o for o in report["outcomes"] if o["course"] == course["accession"]]
        self.toxicities = [t for t in report["toxicities"] if t["course"] == course["accession"]]

    def has_answer(self, cohort: dict) -> bool:
        """Whether a response is told of this very cohort."""
        return any(o["cohort"] == cohort["accession"] and o["measure"]["code"] in ANSWERS for o in self.outcomes)

    def of(self, cohort: dict, above: list[str]) -> dict:
        """The result fields of a row; `above` names the cohorts that this one lies within."""
        mine = [o for o in self.outcomes if o["cohort"] == cohort["accession"]]
        sites = _responses_by_site(mine)
        return {
            "response": sites[0] if sites else None,
            "response_elsewhere": sites[1:],
            **{name: [_counted(o) for o in mine if o["measure"]["code"] in codes] for name, codes in COUNTED.items()},
            "after_later_treatment": [
                _counted(o)
                | {"measure": o["measure"]["code"], "transplant": o["transplant"]}
                | {"therapy": self.later_therapies.get(o["therapy"])}
                for o in self.after_later_treatment
                if o["cohort"] == cohort["accession"]
            ],
            "gvhd_after_later_transplant": self._later(cohort, gvhd=True),
            "toxicities_after_later_transplant": self._later(cohort, gvhd=False),
            "durations": _durations(mine),
            "rates": _rates(mine),
            **{group: self._group(group, codes, cohort, above) for group, codes in TOXICITY_GROUPS.items()},
            "other_toxicities": self._other_toxicities(cohort),
        }

    def _group(self, group: str, codes: tuple, cohort: dict, above: list[str]) -> dict:
        """What followed this course; `state` is reported, or the kind of silence. What occurred in none of a cohort
        occurred in none of its subgroups; the counts stay with the cohort, which `told_of` names."""
        found = [
            t
            for t in self.toxicities
            if t["term"]["code"] in codes
            if t["cohort"] == cohort["accession"] or (t["cohort"] in above and t["presence"] == "absent")
        ]
        # What occurred in some of a cohort may have occurred in this part of it: nobody can tell.
        of_all = [t for t in self.toxicities if t["term"]["code"] in codes and t["cohort"] in above and t not in found]
        return {
            "state": "reported" if found else self.silences.get(group, self.silence),
            "items": [_toxicity(t) for t in found],
            "told_of_all": [_toxicity(t) for t in of_all],
        }

    def _later(self, cohort: dict, gvhd: bool) -> list[dict]:
        """Toxicities after a transplant that followed the cells: GVHD, or what else is told to have occurred."""
        return [
            _toxicity(t) | {"transplant": t["transplant"], "management": t["management"]}
            for t in self.after_later_transplant
            if t["cohort"] == cohort["accession"] and (t["term"]["code"] in GVHD_TERMS) == gvhd
            if gvhd or t["presence"] != "absent"
        ]

    def _other_toxicities(self, cohort: dict) -> list[dict]:
        """What else is told to have occurred in this very cohort, or not at all: “no toxicity” is a result too."""
        grouped = {code for codes in TOXICITY_GROUPS.values() for code in codes}
        return [
            _toxicity(t)
            for t in self.toxicities
            if t["cohort"] == cohort["accession"] and t["term"]["code"] not in grouped
            if t["presence"] != "absent" or t["term"]["code"] == "any_toxicity"
        ]


def _responses_by_site(outcomes: list[dict]) -> list[dict]:
    """Best response by category at each site, the site that speaks for the whole patient first; responders with the
    exact interval where the categories are whole."""
    best = [o for o in outcomes if o["measure"]["code"] == "best_response" and o["n"] is not None and o["category"]]
    responses = []
    for site in sorted({o["site"] for o in best}, key=WHOLE_BODY.index):
        found = [o for o in best if o["site"] == site]
        found.sort(key=lambda o: (_position(o["category"]["code"]), o["accession"]))
        of, parts = found[0]["denominator"], disjoint(found)
        response = {
            "of": of,
            "site": site,
            "categories": [
                o["category"]
                | {"outcome": o["accession"], "n": o["n"], "of": o["denominator"], "basis": o["basis"]}
                | {"again": o not in parts, **{key: o[key] for key in TIME_KEYS}}
                | {"sources": o["sources"], "discrepancies": named(o)}
                for o in found
            ],
            "responded": None,
        }
        if all(o["denominator"] == of for o in parts) and sum(o["n"] for o in parts) == of:
            n = sum(o["n"] for o in parts if o["category"]["code"] in RESPONDED)
            interval = clopper_pearson(n, of)
            response["responded"] = {"n": n, "of": of, "low": round(interval.low, 6), "high": round(interval.high, 6)}
        responses.append(response)
    return responses


def disjoint(outcomes: list[dict]) -> list[dict]:
    """The responses without those that count the same patients again: an MRD-negative CR is one of the CRs beside it,
    and “8 achieved remission” are the complete and partial remissions together."""
    codes = {o["category"]["code"] for o in outcomes}
    whole = bool(codes & {"CR", "CRi", "CHR"})
    return [
        o
        for o in outcomes
        if not (o["category"]["code"] in REFINED and whole)
        if not (o["category"]["code"] == SUMMED_UP and (codes - {SUMMED_UP}) & RESPONDED)
    ]


def _counted(outcome: dict) -> dict:
    """An outcome told as a category with n of N, and when."""
    return (
        (outcome["category"] or {"code": None, "label": None})
        | {"outcome": outcome["accession"], "n": outcome["n"], "of": outcome["denominator"], "site": outcome["site"]}
        | {"method": outcome["method"], "cause": outcome["cause"], "basis": outcome["basis"]}
        | {key: outcome[key] for key in (*TIME_KEYS, "labels", "sources")}
        | {"discrepancies": named(outcome)}
    )


def _durations(outcomes: list[dict]) -> list[dict]:
    """How long a remission lasted, and how long the patients were followed."""
    keys = ("operator", "value", "value_high", "unit", "statistic", "duration_end", "note", "labels", "sources")
    found = [
        o["measure"] | {key: o[key] for key in keys} | {"outcome": o["accession"], "discrepancies": named(o)}
        for o in outcomes
        if o["measure"]["code"] in DURATIONS and o["value"] is not None
    ]
    return sorted(found, key=lambda o: DURATIONS.index(o["code"]))


def _rates(outcomes: list[dict]) -> list[dict]:
    """Survival rates as printed, each with the time that it is of."""
    keys = ("operator", "value", "value_high", "unit", "denominator", "ci_low", "ci_high", "note", "labels", "sources")
    return [
        o["measure"]
        | {key: o[key] for key in (*keys, *TIME_KEYS)}
        | {"outcome": o["accession"], "discrepancies": named(o)}
        for o in outcomes
        if o["measure"]["code"] in RATES and o["value"] is not None
    ]


def _toxicity(toxicity: dict) -> dict:
    return (
        toxicity["term"]
        | {"toxicity": toxicity["accession"], "told_of": toxicity["cohort"], "presence": toxicity["presence"]}
        | {"n": toxicity["affected_n"], "of": toxicity["evaluable_n"], "severity": toxicity["severity_as_worded"]}
        | {key: toxicity[key] for key in ("grade_operator", "grade_low", "grade_high", "scale", "sources", "judged")}
        | {"discrepancies": named(toxicity)}
    )


def named(record: dict) -> list[str]:
    """The accessions of a record's discrepancies."""
    return [d["accession"] for d in record["discrepancies"]]


def _position(code: str) -> int:
    return RESPONSE_ORDER.index(code) if code in RESPONSE_ORDER else len(RESPONSE_ORDER)
