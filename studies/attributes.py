"""The attributes of the facts table: what each means, of which entity, its type and unit.

An attribute may be qualified after colons: `response_n:CR:CLL`. Only the part before the first colon stands here.
Analytes are attributes too; they are the vocabulary “analyte”. tests/test_facts.py fails on an attribute not listed.
"""

from typing import NamedTuple


class Attribute(NamedTuple):
    """`qualifier` says what follows the colon, if anything does."""

    entity: str
    type: str
    meaning: str
    qualifier: str = ""
    unit: str = ""


NUMBER, TEXT, DATE, CODE, PRESENCE = "number", "text", "date", "code", "present, absent or suspected"
SUBGROUP = "subgroup, if of one"
REGIMEN = "therapy, lymphodepletion, toxicity, transplant"
DOSED = "infusion, therapy, lymphodepletion"
TERM = "term; " + SUBGROUP

ATTRIBUTES = {
    # publication
    "publication_kind": Attribute("publication", CODE, "Kind of document."),
    "authors": Attribute("publication", TEXT, "Authors in order, as printed, joined by semicolons."),
    "title": Attribute("publication", TEXT, "Title."),
    "journal": Attribute("publication", TEXT, "Journal, as printed."),
    "year": Attribute("publication", NUMBER, "Year of publication."),
    "volume": Attribute("publication", TEXT, "Volume."),
    "issue": Attribute("publication", TEXT, "Issue."),
    "pages": Attribute("publication", TEXT, "Pages or article number."),
    "doi": Attribute("publication", TEXT, "DOI."),
    "pmid": Attribute("publication", TEXT, "PubMed identifier."),
    "pmcid": Attribute("publication", TEXT, "PubMed Central identifier."),
    "language": Attribute("publication", CODE, "Language, ISO 639-1."),
    "received": Attribute("publication", DATE, "Day the paper was received."),
    "accepted": Attribute("publication", DATE, "Day it was accepted."),
    "published": Attribute("publication", DATE, "Day it was published."),
    "licence": Attribute("publication", TEXT, "Licence that the document states."),
    "keywords": Attribute("publication", TEXT, "Keywords, as printed."),
    "funding": Attribute("publication", TEXT, "Funding."),
    "competing_interests": Attribute("publication", TEXT, "Competing interests."),
    "ethics": Attribute("publication", TEXT, "Ethics approval and consent."),
    "corresponding_author": Attribute("publication", TEXT, "Corresponding author."),
    # study and registration
    "design": Attribute("study", CODE, "Design of the study."),
    "centre": Attribute("study", TEXT, "Centre."),
    "phase": Attribute("study, registration", TEXT, "Phase of the trial."),
    "washout": Attribute("study", NUMBER, "Least time between the last treatment and the CAR-T cells.", unit="weeks …"),
    "other_treatment": Attribute("study", CODE, "Whether any treatment but the study's was given."),
    "eligibility": Attribute("study, registration", TEXT, "A criterion of entry; not a result.", "topic; low or high"),
    "exclusion": Attribute("study, registration", TEXT, "A criterion of exclusion.", "topic; low or high"),
    "sponsor": Attribute("registration", TEXT, "Sponsor or centre."),
    "disease_status": Attribute(
        "registration, cohort", PRESENCE, "State of the disease at infusion, or as planned.", "state; " + SUBGROUP
    ),
    "purpose": Attribute("registration", TEXT, "What the trial is done for, in our words."),
    "status_looked_up": Attribute("registration", DATE, "Day on which the status was looked up."),
    "status": Attribute("registration", TEXT, "Registry status on the day in `as_of`."),
    "target_enrolment": Attribute("registration", NUMBER, "Patients planned.", unit="patients"),
    "primary_endpoint": Attribute("registration", TEXT, "Primary endpoint."),
    # cohort
    "n_patients": Attribute("cohort", NUMBER, "Patients of a root cohort.", unit="patients"),
    "disease": Attribute("cohort, registration", CODE, "The disease that all patients have."),
    "disease_as_reported": Attribute("registration", TEXT, "The disease, as worded."),
    "disease_n": Attribute("cohort", NUMBER, "Patients with a disease.", "disease", "patients"),
    "subgroup_n": Attribute("cohort", NUMBER, "Patients of another subgroup.", "subgroup", "patients"),
    "age": Attribute("cohort", NUMBER, "Age of a patient, or of all.", SUBGROUP, "years or months"),
    "age_low": Attribute("cohort", NUMBER, "Youngest.", SUBGROUP, "years or months"),
    "age_high": Attribute("cohort", NUMBER, "Oldest.", SUBGROUP, "years or months"),
    "age_median": Attribute("cohort", NUMBER, "Median age.", SUBGROUP, "years or months"),
    "age_at": Attribute("cohort", CODE, "When they were of that age.", SUBGROUP),
    "age_group": Attribute("cohort", CODE, "Children, adults or both.", SUBGROUP),
    "sex": Attribute("cohort", CODE, "Sex of the patient, or of all.", SUBGROUP),
    "n_female": Attribute("cohort", NUMBER, "Women or girls.", SUBGROUP, "patients"),
    "n_male": Attribute("cohort", NUMBER, "Men or boys.", SUBGROUP, "patients"),
    **{
        kind: Attribute("cohort", PRESENCE, meaning, "finding; " + SUBGROUP)
        for kind, meaning in {
            "presentation": "Finding at presentation.",
            "immunophenotype": "Antigen on the malignant cells.",
            "cytogenetics": "Cytogenetic finding.",
            "molecular": "Fusion gene or mutation.",
            "extramedullary_site": "Site of disease outside the marrow.",
            "tumour_burden": "Tumour burden, as worded.",
            "prior_therapy": "Treatment before the CAR-T course.",
            "gvhd_history": "GVHD before the CAR-T course.",
            "gvhd_at_infusion": "GVHD when the cells were given; not a result of them.",
            "immunosuppression": "Immunosuppression when the cells were given.",
        }.items()
    },
    # transplant
    "transplant_kind": Attribute("transplant", CODE, "Allogeneic or autologous."),
    "graft_source": Attribute("transplant", CODE, "Source of the graft."),
    "donor": Attribute("transplant", CODE, "Donor."),
    "graft_units": Attribute("transplant", NUMBER, "Cord blood units."),
    "hla_match": Attribute("transplant", TEXT, "HLA match, as worded."),
    "hla_matched": Attribute("transplant", NUMBER, "HLA alleles matched, of those tested."),
    "conditioning_intensity": Attribute("transplant", TEXT, "Conditioning, as worded."),
    "conditioning_agent": Attribute("transplant", PRESENCE, "Agent of the conditioning.", "agent"),
    "gvhd_prophylaxis": Attribute("transplant", PRESENCE, "Agent of the GVHD prophylaxis.", "agent"),
    "transplant_date": Attribute("transplant", DATE, "Day of the transplant."),
    "tnc_dose": Attribute("transplant", NUMBER, "Nucleated cells of the graft.", unit="cells/kg …"),
    "cd34_dose": Attribute("transplant", NUMBER, "CD34+ cells of the graft.", unit="cells/kg …"),
    "neutrophil_engraftment_day": Attribute("transplant", NUMBER, "Day of neutrophil engraftment.", unit="days"),
    "neutrophil_threshold": Attribute("transplant", TEXT, "What counted as neutrophil engraftment."),
    "platelet_engraftment_day": Attribute("transplant", NUMBER, "Day of platelet engraftment.", unit="days"),
    "platelet_threshold": Attribute("transplant", TEXT, "What counted as platelet engraftment."),
    # therapy and agents
    "therapy": Attribute("therapy", TEXT, "A treatment, as worded."),
    "therapy_kind": Attribute("therapy", CODE, "Kind of treatment."),
    "therapy_purpose": Attribute("therapy", CODE, "Purpose of treatment."),
    "therapy_duration": Attribute("therapy", TEXT, "How long it was given, as worded."),
    "relative_to_course": Attribute("therapy", CODE, "Before, around or after the CAR-T cells."),
    "cycles": Attribute("therapy", NUMBER, "Cycles given.", unit="cycles"),
    "agent": Attribute(REGIMEN, PRESENCE, "An agent that was given.", "agent"),
    "dose": Attribute(REGIMEN, NUMBER, "Dose of an agent.", "agent", "as printed"),
    "days": Attribute(REGIMEN, TEXT, "Days of an agent, as worded.", "agent"),
    "n_days": Attribute(REGIMEN, NUMBER, "Number of days.", "agent", "days"),
    # construct and course
    "construct": Attribute("construct", TEXT, "The construct, as named."),
    "product_name": Attribute("construct", TEXT, "Name of the product."),
    "targets": Attribute("construct, registration", CODE, "Target antigens joined by +."),
    "scfv_origin": Attribute("construct", CODE, "Origin of the antibody fragment."),
    "scfv_clone": Attribute("construct", TEXT, "Clone of the antibody fragment."),
    "hinge": Attribute("construct", TEXT, "Hinge."),
    "transmembrane": Attribute("construct", TEXT, "Transmembrane domain."),
    "costimulatory_domains": Attribute(
        "construct, registration", CODE, "Costimulatory domains in order, joined by +: CD28+4-1BB+CD27."
    ),
    "signalling_domain": Attribute("construct", TEXT, "Signalling domain."),
    "vector": Attribute("construct", CODE, "Vector."),
    "modules": Attribute("construct", CODE, "Extra modules joined by +."),
    "generation_as_reported": Attribute("construct", TEXT, "Generation, only as the paper words it."),
    "collected_from": Attribute("course, registration", CODE, "From whom the T cells were collected."),
    "genetic_origin": Attribute("course, registration", CODE, "Whose genome the T cells carry."),
    "t_cell_source_as_worded": Attribute("course", TEXT, "T-cell source, as worded."),
    "collected_relative_to_hsct": Attribute("course", CODE, "Collected before or after the transplant."),
    "donor_chimerism_at_collection": Attribute("course", NUMBER, "Donor chimerism at collection.", unit="%"),
    "intent": Attribute("course", CODE, "What the cells were given for."),
    "culture_days_low": Attribute("course", NUMBER, "Shortest culture.", unit="days"),
    "culture_days_high": Attribute("course", NUMBER, "Longest culture.", unit="days"),
    "infusion_relative_to_hsct": Attribute("course", CODE, "Infused before or after the transplant named by `part`."),
    "hsct_to_infusion": Attribute("course", NUMBER, "From the transplant to the infusion after it.", unit="days …"),
    "hsct_to_infusion_low": Attribute("course", NUMBER, "Shortest such time.", unit="days …"),
    "hsct_to_infusion_high": Attribute("course", NUMBER, "Longest such time.", unit="days …"),
    "infusion_to_hsct": Attribute("course", NUMBER, "From the infusion to the transplant after it.", unit="days …"),
    "infusion_to_hsct_low": Attribute("course", NUMBER, "Shortest such time.", unit="days …"),
    "infusion_to_hsct_high": Attribute("course", NUMBER, "Longest such time.", unit="days …"),
    "lymphodepletion": Attribute("lymphodepletion, registration", CODE, "given, none, optional or not_reported."),
    "lymphodepletion_day_first": Attribute("lymphodepletion", NUMBER, "First day, before the infusion.", unit="days"),
    "lymphodepletion_day_last": Attribute("lymphodepletion", NUMBER, "Last day, before the infusion.", unit="days"),
    "dose_low": Attribute(DOSED, NUMBER, "Lowest dose.", "agent, if of one", "cells/kg …"),
    "dose_high": Attribute(DOSED, NUMBER, "Highest dose.", "agent, if of one", "cells/kg …"),
    "infusion_purpose": Attribute("infusion", CODE, "Maintenance, escalation level or planned."),
    "n_infusions": Attribute("infusion", NUMBER, "Number of such infusions."),
    "dose_levels": Attribute("infusion", NUMBER, "Levels of a dose escalation."),
    "n_infusions_high": Attribute("infusion", NUMBER, "At most so many of them."),
    "infusion_optional": Attribute("infusion", PRESENCE, "May be given, by the course of the disease."),
    "infusion_day_low": Attribute("infusion", NUMBER, "Day counted from the first infusion.", unit="days"),
    "infusion_day_high": Attribute("infusion", NUMBER, "Last such day.", unit="days"),
    "schedule": Attribute("infusion", CODE, "Single, or split over days."),
    "split_days": Attribute("infusion", NUMBER, "Days over which the dose was split.", unit="days"),
    "infusion_date": Attribute("infusion", DATE, "Day of the infusion."),
    # toxicity
    "present": Attribute("toxicity", PRESENCE, "Whether a toxicity occurred.", TERM),
    "gvhd": Attribute("toxicity", PRESENCE, "GVHD, not said whether acute or chronic.", SUBGROUP),
    "acute_gvhd": Attribute("toxicity", PRESENCE, "Acute GVHD.", SUBGROUP),
    "chronic_gvhd": Attribute("toxicity", PRESENCE, "Chronic GVHD.", SUBGROUP),
    "affected_n": Attribute("toxicity", NUMBER, "Patients affected, of those evaluable.", TERM, "patients"),
    "grade": Attribute("toxicity", NUMBER, "Grade on the scale in `scale`.", TERM),
    "absent_grade": Attribute("toxicity", NUMBER, "A grade that did not occur: “none of grade 3 or more”.", TERM),
    "grade_low": Attribute("toxicity", NUMBER, "Lowest grade.", TERM),
    "grade_high": Attribute("toxicity", NUMBER, "Highest grade.", TERM),
    "severity": Attribute("toxicity", TEXT, "Severity, as worded.", TERM),
    "duration": Attribute("toxicity", NUMBER, "How long it lasted.", TERM, "days …"),
    "management": Attribute("toxicity", TEXT, "How it was managed.", TERM),
    "resolution": Attribute("toxicity", CODE, "Resolved, ongoing or fatal.", TERM),
    # outcome
    "response": Attribute("outcome", CODE, "Best response of a single patient.", SUBGROUP),
    "response_n": Attribute("outcome", NUMBER, "Patients with a best response.", "response; " + SUBGROUP, "patients"),
    "response_at": Attribute("outcome", CODE, "Response of a single patient at a time.", SUBGROUP),
    "response_at_n": Attribute("outcome", NUMBER, "Patients by response then.", "response; " + SUBGROUP, "patients"),
    "mrd": Attribute("outcome", CODE, "Measurable residual disease of a single patient.", SUBGROUP),
    "mrd_n": Attribute("outcome", NUMBER, "Patients by measurable residual disease.", "state; " + SUBGROUP, "patients"),
    "mobilisation": Attribute("outcome", CODE, "Whether stem cells were mobilised.", SUBGROUP),
    "mobilisation_n": Attribute("outcome", NUMBER, "Patients by yield of mobilisation.", "yield", "patients"),
    "relapse_antigen": Attribute("outcome", CODE, "Antigen on the relapsed cells of a single patient.", SUBGROUP),
    "relapse_antigen_n": Attribute("outcome", NUMBER, "Patients by antigen at relapse.", "antigen", "patients"),
    "relapse": Attribute("outcome", CODE, "Relapse of a single patient.", SUBGROUP),
    "relapse_n": Attribute("outcome", NUMBER, "Patients who relapsed.", "kind; " + SUBGROUP, "patients"),
    "death": Attribute("outcome", CODE, "Death of a single patient.", SUBGROUP),
    "death_n": Attribute("outcome", NUMBER, "Patients who died.", "category; " + SUBGROUP, "patients"),
    "remission_maintained": Attribute("outcome", CODE, "Still in the remission that was there at infusion.", SUBGROUP),
    "remission_maintained_n": Attribute(
        "outcome", NUMBER, "Patients still in a remission they had at infusion.", "state; " + SUBGROUP, "patients"
    ),
    "status_at_last_follow_up": Attribute("outcome", CODE, "State of a single patient when last seen.", SUBGROUP),
    "status_at_last_follow_up_n": Attribute("outcome", NUMBER, "Patients by state at the end.", "state", "patients"),
    **{
        name: Attribute("outcome", NUMBER, meaning, "category, if of one; " + SUBGROUP, unit)
        for name, meaning, unit in (
            ("remission_duration", "Duration of remission.", "months …"),
            ("car_t_persistence", "How long CAR-T cells were found.", "months …"),
            ("survival_duration", "Time alive.", "months …"),
            ("dfs_duration", "Disease-free survival of a single patient.", "months …"),
            ("follow_up", "Time of follow-up.", "months …"),
            ("follow_up_low", "Shortest follow-up.", "months …"),
            ("follow_up_high", "Longest follow-up.", "months …"),
            ("efs_rate", "Event-free survival.", "%"),
            ("dfs_rate", "Disease-free survival.", "%"),
            ("os_rate", "Overall survival.", "%"),
        )
    },
    **{
        f"{name}_end": Attribute("outcome", CODE, "How the duration ended: event, ongoing or not_stated.", SUBGROUP)
        for name in ("remission_duration", "car_t_persistence", "survival_duration", "dfs_duration", "follow_up")
    },
    # event and claim
    "event": Attribute("event", TEXT, "A point of a patient's course.", "kind"),
    "claim": Attribute("claim", TEXT, "What the document says of the evidence, in our words.", "topic; low or high"),
    "claim_population": Attribute("claim", TEXT, "The patients a claim is said of.", "topic"),
    "claim_support": Attribute("claim", CODE, "What supports a claim.", "topic"),
    "set_statement": Attribute("claim", TEXT, "A sentence about several studies at once.", "toxicity, if of one"),
    "set_statement_n": Attribute("claim", NUMBER, "Patients of several studies at once.", "toxicity", "patients"),
}  # fmt: skip

for _name in (
    "efs_rate",
    "dfs_rate",
    "os_rate",
    "best_response",
    "response_at",
    "relapse",
    "mrd",
    "remission_duration",
):
    for _part, _meaning in (("ci_low", "Lower end of the paper's interval."), ("ci_high", "Upper end of it.")):
        ATTRIBUTES[f"{_name}_{_part}"] = Attribute("outcome", NUMBER, _meaning, SUBGROUP, "as printed")
    ATTRIBUTES[f"{_name}_estimator"] = Attribute("outcome", TEXT, "How it was estimated.", SUBGROUP)
    ATTRIBUTES[f"{_name}_cause"] = Attribute("outcome", TEXT, "Cause, or antigen status at relapse.", SUBGROUP)
ATTRIBUTES["death_cause"] = Attribute("outcome", TEXT, "Cause of death.", SUBGROUP)

# Characteristics also tell a count and a detail as worded.
for _name in (
    "presentation", "immunophenotype", "cytogenetics", "molecular", "extramedullary_site", "tumour_burden",
    "prior_therapy", "gvhd_history", "gvhd_at_infusion", "immunosuppression", "disease_status",
):  # fmt: skip
    ATTRIBUTES[f"{_name}_n"] = Attribute("cohort", NUMBER, "Patients with the finding.", "finding", "patients")
    ATTRIBUTES[f"{_name}_detail"] = Attribute("cohort", TEXT, "The finding, as worded.", "finding")
