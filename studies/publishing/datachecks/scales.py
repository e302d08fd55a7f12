"""Grading scales and response criteria: not younger than the study, and made for what they grade."""

from ...models import Report
from .frame import WARNING, Check, Finding, rows

# The year in which a scale or criterion was published: those that bear it in their name, and CTCAE 5 of November 2017.
# From memory the second half; of those that are revised under one name the first year there was any.
SINCE = {
    "lee_2014": 2014, "penn_2018": 2018, "astct_2019": 2018, "ctcae_v5": 2017, "glucksberg_1974": 1974,
    "keystone_1994": 1994, "magic_2016": 2016, "nih_2005": 2005, "nih_2014": 2014, "iwcll_2008": 2008,
    "iwcll_2018": 2018, "cheson_1999": 1999, "cheson_2007": 2007, "lugano_2014": 2014, "nci_all_2010": 2010,
    "limited_extensive": 1980, "nccn_all": 1996, "ibmtr": 1997, "ctcae_v3": 2003, "cibmtr_all": 2004, "eln": 2006,
    "ctcae_v4": 2009, "mskcc": 2014, "cartox": 2017,
}  # fmt: skip
# What a scale was made for; CTCAE grades any toxicity.
GRADES = {
    **dict.fromkeys(("penn_2018", "mskcc"), {"crs"}),
    **dict.fromkeys(("lee_2014", "cartox", "astct_2019"), {"crs", "icans"}),
    **dict.fromkeys(("glucksberg_1974", "keystone_1994", "ibmtr", "magic_2016"), {"acute_gvhd", "gvhd"}),
    **dict.fromkeys(("nih_2005", "nih_2014", "limited_extensive"), {"chronic_gvhd", "gvhd"}),
}
GVHD_MOST = 4  # Glucksberg, Keystone and MAGIC go from I to IV; death is a grade of CTCAE alone


def _dated(dossier) -> list[tuple]:
    """Toxicities and outcomes with the scale or criteria they name, where the year of these is known."""
    named = [(record, "scale") for record in dossier.rows["toxicities"] if record.scale_id]
    named += [(record, "criteria") for record in dossier.rows["outcomes"] if record.criteria_id]
    return [(record, name) for record, name in named if getattr(record, name).code in SINCE]


def _not_younger_than_the_study(pair, dossier, others):
    """What is retold is as old as the study's own paper, where its year is known."""
    record, name = pair
    report, term = dossier.report, getattr(record, name)
    year = (others.told(report.study, "year") if report.study_id else None) or others.told(report.publication, "year")
    if SINCE[term.code] > year:
        text = f"{term.label} is of {SINCE[term.code]}, the paper of {year}."
        yield Finding(record.pk, name, f"{term.code}, {year}", text)


def _scale_is_of_the_toxicity(toxicity, dossier, others):
    if toxicity.term.code not in GRADES[toxicity.scale.code]:
        text = f"{toxicity.scale.label} does not grade {toxicity.term.label}."
        yield Finding(toxicity.pk, "scale", f"{toxicity.scale.code}, {toxicity.term.code}", text)


def _grade_is_on_the_scale(toxicity, dossier, others):
    highest = max(grade for grade in (toxicity.grade_low, toxicity.grade_high) if grade is not None)
    if highest > GVHD_MOST:
        text = f"{toxicity.term.label} of grade {highest}."
        yield Finding(toxicity.pk, "grade_high" if toxicity.grade_high else "grade_low", str(highest), text)


def _graded_gvhd(toxicity) -> bool:
    graded = toxicity.grade_low is not None or toxicity.grade_high is not None
    return graded and "gvhd" in toxicity.term.code and not toxicity.scale.code.startswith("ctcae")


CHECKS = (
    Check(
        "DC050", WARNING, "A scale is not younger than the paper",
        "The scale or the criteria that the document names; where it names none, “not reported”.",
        "toxicities with a scale and outcomes with criteria of known year", (Report,), _dated,
        _not_younger_than_the_study,
        threshold="The year in the scale's name; ASTCT from December 2018, CTCAE 5 of November 2017. For what is "
        "retold the year of the study's own paper. From memory, not looked up: limited or extensive (1980), NCCN "
        "(1996), IBMTR (1997), CTCAE 3 (2003), CIBMTR (2004), ELN (2006), CTCAE 4 (2009), MSKCC (2014), CARTOX (2017).",
    ),
    Check(
        "DC051", WARNING, "A scale grades what it was made for",
        "Scales of CRS, of acute and of chronic GVHD are not exchangeable.",
        "toxicities with a scale made for something", (Report,),
        rows("toxicities", lambda t: t.scale_id and t.scale.code in GRADES), _scale_is_of_the_toxicity,
    ),
    Check(
        "DC052", WARNING, "GVHD has four grades",
        "I to IV; death of GVHD is an outcome, or a grade of CTCAE.",
        "graded GVHD, but for CTCAE", (Report,), rows("toxicities", _graded_gvhd), _grade_is_on_the_scale,
        threshold="Glucksberg 1974, Keystone 1994, MAGIC 2016.",
    ),
)  # fmt: skip
