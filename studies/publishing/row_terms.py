"""What the filters ask of an evidence row: its terms, made of the finished row.

A term says what holds for the patients of the row. `not_reported` and `not_in_text_read` say that nobody can tell;
UNSURE says the same beside terms that are told (two of six responded: whether one of them completely is open).
"""

from collections.abc import Iterator

from ..models.choices import Absence, Presence, RelativeToTransplant, ReportRole, TransplantKind

NOT_REPORTED = Absence.NOT_REPORTED.value
UNSURE = "unsure"
GRADES = range(1, 6)
COMPLETE = {"CR", "CRi", "CHR", "CMR"}
REMISSIONS = COMPLETE | {"MRD-neg-CR", "metabolic_CR", "PR"}
BETWEEN, AGAIN = "between_hscts", "after_hsct_after_car_t"  # orders that take more than one transplant or course
RELAPSE_SITES = {"haematological_relapse", "molecular_relapse", "MRD_relapse", "extramedullary_relapse"}
RELAPSE_ANTIGENS = {"CD19-pos-relapse", "CD19-neg-relapse", "CD19-mixed-relapse", "lineage_switch"}
# What is told less closely than the other terms of its vocabulary → which of them it may be.
MAY_BE = {
    "graft_source": {"allogeneic_unspecified": {"cord_blood", "peripheral_blood", "bone_marrow", "marrow_and_blood"}},
    "donor": {
        "cord_unit": {"cord_unit_unrelated"},
        "related_unspecified": {"matched_sibling", "haploidentical", "syngeneic", "cord_unit"},
        "unrelated_unspecified": {"matched_unrelated", "mismatched_unrelated", "cord_unit_unrelated", "cord_unit"},
    },
}


def terms_of(row: dict, report: dict, cohort: dict, below: list[str]) -> Iterator[tuple[str, str]]:
    """The terms of a row but for its disease; `below` names the cohorts that lie within this one."""
    for name, topic in (("collected_from", "t_cell_source"), ("genetic_origin", "t_cell_source"), ("intent", "intent")):
        yield name, _told(row, row[name], topic)
    yield from _transplant_terms(row, report)
    yield from _construct_terms(row)
    given = row["lymphodepletion"]["given"] if row["lymphodepletion"] else NOT_REPORTED
    yield "lymphodepletion", _told(row, given, "lymphodepletion")
    yield from (("dose_unit", i["unit"]) for i in row["infusions"] if i["dose_low"] is not None)
    if not any(i["dose_low"] is not None for i in row["infusions"]):
        yield "dose_unit", row["silence"]
    for group in ("crs", "icans"):
        items = row[group]["items"] or _told_below(report, row["course"], below, (group,))
        state = _state(row, group)
        yield from _presence_terms(group, items, state)
        yield from _grade_terms(group, items, state)
    yield from _gvhd_terms(row, report, below)
    yield from _result_terms(row)
    yield from _patient_terms(row, cohort)
    yield from _source_terms(row, report)


def doses_of(row: dict) -> list[tuple[str, float, float]]:
    """Unit, least and most of every dose of a row, as printed; nothing is converted."""
    return [
        (i["unit"], i["dose_low"], i["dose_high"] if i["dose_high"] is not None else i["dose_low"])
        for i in row["infusions"]
        if i["dose_low"] is not None
    ]


def _transplant_terms(row: dict, report: dict):
    if not row["transplants"]:
        yield from ((name, row["silence"]) for name in ("order", "earlier_transplants", "graft_source", "donor"))
    yield from _order_terms(row)
    yield from _earlier_transplants(row, report)
    for transplant in row["transplants"]:
        for name in ("graft_source", "donor"):
            code = _told(row, transplant[name]["code"] if transplant[name] else NOT_REPORTED, name)
            yield name, code
            yield from ((f"{name}_open", other) for other in MAY_BE[name].get(code, ()))
            if code == "mixed":  # of the donors of several patients any may be among them
                yield name, UNSURE


def _order_terms(row: dict):
    """The course before and after each transplant; between two; after one that itself followed CAR-T cells. A report
    that tells of no later transplant leaves open whether one came."""
    sides = {transplant["infusion_is"] for transplant in row["transplants"]}
    yield from (("order", side) for side in sides)
    if RelativeToTransplant.AFTER not in sides:
        return
    yield "order" if RelativeToTransplant.BEFORE in sides else "order_open", BETWEEN
    before = row["path"][: next(i for i, step in enumerate(row["path"]) if step.get("course") == row["course"])]
    earlier = next((i for i, step in enumerate(before) if "course" in step), len(before))
    if any("transplant" in step for step in before[earlier:]):
        yield "order", AGAIN
    elif row["earlier_car_t"]["presence"] != Presence.ABSENT:
        yield "order_open", AGAIN


def _earlier_transplants(row: dict, report: dict):
    """How many allogeneic transplants came before the course. All are told where every number up to that of a later
    transplant is, and where a paper reports its own single patient; elsewhere what is told is the least there were."""
    told = [t for t in row["transplants"] if t["kind"] == TransplantKind.ALLOGENEIC]
    before = [t for t in told if t["infusion_is"] == RelativeToTransplant.AFTER]
    later = [t["order"] for t in told if t["infusion_is"] == RelativeToTransplant.BEFORE]
    numbered = {t["order"] for t in row["transplants"]}
    own_patient = before and row["n_patients"] == 1 and report["role"] == ReportRole.PRIMARY
    if len(before) > 1:
        yield "earlier_transplants", "two_or_more"
    elif own_patient or (later and numbered >= set(range(1, min(later)))):
        yield "earlier_transplants", "one" if before else "none"
    elif before:
        yield from (("earlier_transplants_open", number) for number in ("one", "two_or_more"))
    elif told:
        yield "earlier_transplants", UNSURE


def _construct_terms(row: dict):
    construct = row["construct"] or {"targets": [], "costimulatory_domains": None, "modules": []}
    domains = construct["costimulatory_domains"]
    told = {
        "target": construct["targets"],
        "costimulation": domains.split("+") if domains else [],
        "module": [module["code"] for module in construct["modules"]],
    }
    for name, values in told.items():
        yield from ((name, value) for value in values or [row["silence"]])


def _told_below(report: dict, course: str, below: list[str], codes: tuple) -> list[dict]:
    """What occurred in patients of a subgroup occurred in the cohort."""
    return [
        toxicity["term"] | toxicity
        for toxicity in report["toxicities"]
        if toxicity["course"] == course and toxicity["cohort"] in below and toxicity["term"]["code"] in codes
        if toxicity["presence"] != Presence.ABSENT
    ]


def _presence_terms(name: str, items: list[dict], state: str):
    found = {item["presence"] for item in items}
    if Presence.PRESENT in found and Presence.ABSENT in found:
        found.discard(Presence.ABSENT)
    yield from ((name, presence) for presence in found or [_silent(state)])


def _grade_terms(name: str, items: list[dict], state: str):
    """Every grade that a grade as printed allows; what did not occur has none."""
    if not items:
        yield f"{name}_grade", _silent(state)
        yield f"{name}_scale", _silent(state)
    for item in items:
        if item["presence"] == Presence.ABSENT:
            continue
        yield from ((f"{name}_grade", grade) for grade in _grades(item) or [NOT_REPORTED])
        yield f"{name}_scale", item["scale"]["code"] if item["scale"] else NOT_REPORTED


def _grades(item: dict) -> list[str]:
    low, high = item["grade_low"], item["grade_high"]
    if low is None and high is None:
        return []
    low, high = low if low is not None else high, high if high is not None else low
    if item["grade_operator"] in ("≥", ">"):
        low, high = low + (item["grade_operator"] == ">"), GRADES[-1]
    elif item["grade_operator"] in ("≤", "<"):
        low, high = GRADES[0], high - (item["grade_operator"] == "<")
    return [str(grade) for grade in GRADES if low <= grade <= high]


def _gvhd_terms(row: dict, report: dict, below: list[str]):
    """GVHD of any kind, acute and chronic: none is ever taken for another, so “no GVHD” leaves the kinds open, and GVHD
    of any kind is absent where it is said so or where both kinds are."""
    items, state = row["gvhd"]["items"], _state(row, "gvhd")
    items = [*items, *_told_below(report, row["course"], below, ("gvhd", "acute_gvhd", "chronic_gvhd"))]
    by_kind = {kind: [i for i in items if i["code"] == kind] for kind in ("gvhd", "acute_gvhd", "chronic_gvhd")}
    for kind in ("acute_gvhd", "chronic_gvhd"):
        yield from _presence_terms(kind, by_kind[kind], state)
    told = {item["presence"] for item in items if item["presence"] != Presence.ABSENT}
    absent = {kind for kind, found in by_kind.items() if any(i["presence"] == Presence.ABSENT for i in found)}
    if told:
        yield from (("gvhd", presence) for presence in told)
    elif "gvhd" in absent or absent >= {"acute_gvhd", "chronic_gvhd"}:
        yield "gvhd", Presence.ABSENT.value
    else:
        yield "gvhd", _silent(state)
    yield from _grade_terms("gvhd", items, state)


def _result_terms(row: dict):
    responses = [r for r in (row["response"], *row["response_elsewhere"]) if r]
    responses += [part["response"] for part in row["told_of_subgroups"] if part["response"]]
    codes = {c["code"] for response in responses for c in response["categories"] if c["n"]}
    yield from (("response", code) for code in codes)
    if "MRD-neg-CR" in codes:
        yield "response", "CR"
    elif codes & COMPLETE:
        yield "response_open", "MRD-neg-CR"  # whether the remission was MRD-negative is not said with it
    if codes & REMISSIONS:
        yield "response", "remission_any"
    if not codes:
        yield "response", _silence(row, "response")
    elif not row["response"] or (row["response"]["of"] > 1 and not row["response"]["responded"]):
        yield "response", UNSURE
    negative = any(m["code"] == "MRD-neg" and m["n"] for m in row["mrd"]) or "MRD-neg-CR" in codes
    found = {m["code"] for m in row["mrd"] if m["n"]} | ({"MRD-neg"} if negative else set())
    yield from (("mrd", code) for code in found or [told_of_part(row, "mrd") or _silence(row, "mrd")])
    yield from _relapse_terms(row)


def _relapse_terms(row: dict):
    """A remission of a single patient that goes on says that there was no relapse."""
    told = [*row["relapses"], *(o for o in row["after_later_treatment"] if o["measure"] == "relapse")]
    found = {o["code"] for o in told if o["n"]}
    ongoing = row["n_patients"] == 1 and any(
        d["code"] == "remission_duration" and d["duration_end"] == "ongoing" for d in row["durations"]
    )
    if found:
        yield "relapse", Presence.PRESENT.value
        yield from (("relapse", code) for code in {*found, "relapse"} if code)
        # A relapse whose site or antigen is not told may be of any.
        for kinds in (RELAPSE_SITES, RELAPSE_ANTIGENS):
            yield from (("relapse_open", kind) for kind in kinds if not found & kinds)
    elif ongoing or any(o["n"] == 0 and o["code"] in ("relapse", None) for o in told):
        yield "relapse", Presence.ABSENT.value
    else:
        yield "relapse", told_of_part(row, "relapses") or _silence(row, "relapse")


def _patient_terms(row: dict, cohort: dict):
    yield "sex", cohort["sex"] or row["silence"]
    yield "age_group", cohort["age_group"] or row["silence"]


def _source_terms(row: dict, report: dict):
    yield from (("design", d["design"]) for d in report["descriptions"] or [{"design": NOT_REPORTED}])
    yield "haematologist", "checked" if row["checked_by_haematologist"] else "not_checked"
    yield from (("read_as", how) for how in (["retold"] if row["retold"] else row["publication"]["read_as"]))
    yield "publication", row["publication"]["slug"]
    yield "study", row["study"]
    severities = {d["severity"] for d in row["discrepancies"]}
    yield from (("discrepancies", severity) for severity in severities or ["none"])


def _state(row: dict, group: str) -> str:
    """The state of a kind of toxicity; of a subgroup that is silent where its cohort is not, nobody can tell."""
    found = row[group]
    return UNSURE if found["state"] != "reported" and found["told_of_all"] else found["state"]


def told_of_part(row: dict, name: str) -> str:
    """UNSURE where a field is told of a part of the patients alone: of all of them nobody can tell."""
    return UNSURE if any(part[name] for part in row["told_of_subgroups"]) else ""


def _told(row: dict, code: str, topic: str) -> str:
    """A code as it is; of one that is not reported, which silence it is."""
    return _silence(row, topic) if code == NOT_REPORTED else code


def _silence(row: dict, topic: str) -> str:
    return row["silences"].get(topic, row["silence"])


def _silent(state: str) -> str:
    return NOT_REPORTED if state == "reported" else state
