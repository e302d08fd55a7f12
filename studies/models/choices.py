"""The closed vocabularies: values that rules in the code depend on, each with its definition.

Open vocabularies (terms, agents, analytes, diseases …) are rows of `Term`, loaded from fixtures/vocabularies.yaml.
"""

from django.db import models


class DefinedChoices(str, models.Choices):
    """Choices whose members are written `NAME = value, definition, label`."""

    def __new__(cls, value, definition):
        member = str.__new__(cls, value)
        member._value_ = value
        member.definition = definition
        return member

    def __str__(self):
        return str(self.value)


class Basis(DefinedChoices):
    STATED = "stated", "The document says it in words or figures.", "stated"
    DERIVED = "derived", "Computed from what the document says; the arithmetic is given.", "derived"
    FIGURE = "figure", "Read off a figure.", "read off a figure"
    JUDGEMENT = "judgement", "The curator's reading of the document; the reason is given.", "curator's judgement"


class Operator(DefinedChoices):
    EQUAL = "=", "Exactly the value printed.", "="
    LESS = "<", "Less than the value.", "<"
    MORE = ">", "More than the value: “>8 months” is not “8 months”.", ">"
    AT_MOST = "≤", "At most the value, or within it.", "≤"
    AT_LEAST = "≥", "At least the value.", "≥"
    ABOUT = "~", "Approximately the value.", "≈"


class Presence(DefinedChoices):
    PRESENT = "present", "The document says that it occurred.", "present"
    ABSENT = "absent", "The document says that it did not occur. Silence is not absence.", "none"
    SUSPECTED = "suspected", "The document suspects it or calls it possible.", "suspected"


class Absence(DefinedChoices):
    NONE = "none", "The document says that there was none.", "none"
    NOT_REPORTED = "not_reported", "What was read is silent, or prints a mark for it (“/”).", "not reported"
    NOT_IN_TEXT_READ = (
        "not_in_text_read",
        "It may stand in a figure, a supplement or an article that was not at hand.",
        "not in what was read",
    )
    NOT_APPLICABLE = "not_applicable", "The question does not arise.", "not applicable"


class State(DefinedChoices):
    """Where the working copy of a unit stands. What the public sees is what was last published of it."""

    DRAFT = "draft", "Being entered or changed; the public sees nothing of it.", "draft"
    IN_REVIEW = "in_review", "Waiting for a second person.", "in review"
    PUBLISHED = "published", "Public as it stands.", "published"
    SUPERSEDED = "superseded", "No longer public; its successor is.", "superseded"
    WITHDRAWN = "withdrawn", "No longer public; its address says why.", "withdrawn"


GONE = (State.WITHDRAWN, State.SUPERSEDED)  # once public, and no longer


class PublicationKind(DefinedChoices):
    REVIEW = "review", "Retells other papers; not a source of primary values.", "review"
    CASE_REPORT = "case_report", "One to three patients.", "case report"
    CASE_SERIES = "case_series", "Four or more patients without a protocol.", "case series"
    TRIAL_REPORT = "trial_report", "Results of a registered or protocol-driven trial.", "trial report"
    RESEARCH_SUMMARY = "research_summary", "Slides or a summary of a paper, not the paper.", "research summary"
    REGISTRY_RECORD = "registry_record", "The entry of a trial registry.", "registry record"
    GUIDELINE = "guideline", "A grading consensus or a recommendation.", "guideline or consensus"
    OTHER = "other", "Any other document.", "other"
    NOT_REPORTED = "not_reported", "Cited without saying what kind of document it is.", "kind not stated"


class ExtractionState(DefinedChoices):
    CITED_ONLY = "cited_only", "Known from a reference list; not read.", "cited, not read"
    PARTLY = "partly_extracted", "Read, and some of it extracted.", "partly extracted"
    EXHAUSTED = "exhausted", "All of what was read is extracted.", "fully extracted"


class RetractionStatus(DefinedChoices):
    NOT_CHECKED = "not_checked", "Nobody has looked it up.", "not checked"
    NONE_KNOWN = "none_known", "None was found on the day it was looked up.", "none found"
    CORRECTED = "corrected", "A correction was published.", "corrected"
    CONCERN = "expression_of_concern", "The journal expressed concern.", "expression of concern"
    RETRACTED = "retracted", "The paper was retracted.", "retracted"


class ReadAs(DefinedChoices):
    FULL_TEXT = "full_text", "The text of the paper.", "full text"
    SLIDES = "slides", "Slides about the paper; what the paper says is unknown.", "slides"
    ABSTRACT = "abstract", "The abstract alone.", "abstract"
    REGISTRY_PAGE = "registry_page", "The registry's page.", "registry page"


class ReportRole(DefinedChoices):
    PRIMARY = "primary", "The study's own report.", "primary"
    REGISTRY = "registry", "The registry's entry.", "registry"
    SECONDARY = "secondary", "A document that retells the study.", "retold"
    MENTION = "mention", "A document that only names it.", "mention"
    OWN_WORDS = "own_words", "What the document says of the evidence at large.", "the document's own statements"


class Design(DefinedChoices):
    CASE_REPORT = "case_report", "One to three patients.", "case report"
    CASE_SERIES = "case_series", "Four or more patients without a protocol.", "case series"
    SINGLE_ARM_TRIAL = "single_arm_trial", "One arm, with a protocol.", "single-arm trial"
    DOSE_ESCALATION = "dose_escalation", "One arm, the dose raised by steps.", "dose-escalation trial"
    CONTROLLED = "controlled", "With a comparison group.", "controlled study"
    NOT_REPORTED = "not_reported", "The document does not say.", "design not reported"


class CharacteristicKind(DefinedChoices):
    DISEASE_STATUS = "disease_status", "State of the disease at CAR-T infusion.", "disease status at infusion"
    PRESENTATION = "presentation", "Finding at diagnosis or presentation.", "presentation"
    IMMUNOPHENOTYPE = "immunophenotype", "Antigen expressed or not by the malignant cells.", "immunophenotype"
    CYTOGENETICS = "cytogenetics", "Karyotype or cytogenetic finding.", "cytogenetics"
    MOLECULAR = "molecular", "Fusion gene or mutation.", "molecular genetics"
    EXTRAMEDULLARY_SITE = "extramedullary_site", "Site of disease outside the marrow.", "extramedullary site"
    TUMOUR_BURDEN = "tumour_burden", "How much disease there was, as worded.", "tumour burden"
    PRIOR_THERAPY = "prior_therapy", "Treatment before the CAR-T course, as a count of patients.", "prior therapy"
    GVHD_HISTORY = "gvhd_history", "GVHD before the CAR-T course or the treatment.", "earlier GVHD"
    GVHD_AT_INFUSION = "gvhd_at_infusion", "GVHD activity when the cells were given.", "GVHD at infusion"
    IMMUNOSUPPRESSION = "immunosuppression", "Immunosuppression when the cells were given.", "immunosuppression"


class Sex(DefinedChoices):
    FEMALE = "female", "All patients of the cohort are female.", "female"
    MALE = "male", "All patients of the cohort are male.", "male"
    MIXED = "mixed", "Both sexes.", "both"


class AgeAt(DefinedChoices):
    PRESENTATION = "presentation", "When the patient first came with the disease.", "at presentation"
    DIAGNOSIS = "diagnosis", "When the disease was diagnosed.", "at diagnosis"
    TRANSPLANT = "transplant", "At the transplant.", "at transplant"
    INFUSION = "infusion", "When the cells were given.", "at infusion"


class AgeGroup(DefinedChoices):
    CHILDREN = "children", "All patients are children, as the document words it or by their ages.", "children"
    ADULTS = "adults", "All patients are adults, as the document words it or by their ages.", "adults"
    BOTH = "both", "Children and adults.", "children and adults"


class OverlapRelation(DefinedChoices):
    SAME = "same", "The same patients.", "same patients"
    SUBSET = "subset", "All patients of the first cohort are in the second.", "subset"
    PARTIAL = "partial", "Some patients are in both.", "partial overlap"
    SUSPECTED = "suspected", "They may share patients.", "suspected"


class TransplantKind(DefinedChoices):
    ALLOGENEIC = "allogeneic", "Graft from another person.", "allogeneic"
    AUTOLOGOUS = "autologous", "Graft from the patient.", "autologous"


class CollectedFrom(DefinedChoices):
    """The person from whom the T cells were collected: one of two axes, see GeneticOrigin."""

    RECIPIENT = "recipient", "From the patient.", "recipient"
    HSCT_DONOR = "hsct_donor", "From the donor of the patient's transplant.", "HSCT donor"
    THIRD_PARTY = "third_party", "From another person.", "third party"
    NOT_REPORTED = "not_reported", "The document does not say.", "not reported"


class GeneticOrigin(DefinedChoices):
    """Whose genome the T cells carry: after an engrafted transplant, a recipient's T cells are the donor's."""

    RECIPIENT = "recipient", "The patient's own genome.", "recipient"
    DONOR = "donor", "The transplant donor's genome.", "donor"
    MIXED = "mixed", "Both, by mixed chimerism.", "mixed"
    THIRD_PARTY = "third_party", "Another person's genome.", "third party"
    NOT_REPORTED = "not_reported", "The document does not say.", "not reported"


class RelativeToTransplant(DefinedChoices):
    BEFORE = "before_hsct", "Before the transplant.", "before HSCT"
    AFTER = "after_hsct", "After the transplant.", "after HSCT"
    NOT_REPORTED = "not_reported", "The document does not say.", "not reported"


class Intent(DefinedChoices):
    TREATS_RELAPSE = "treats_relapse", "Given for relapsed, refractory or persistent disease.", "treats relapse"
    PRE_EMPTIVE = "pre_emptive", "Given for measurable residual disease.", "pre-emptive (MRD)"
    PROPHYLAXIS = "prophylaxis", "Given in remission to prevent relapse.", "prophylaxis"
    BRIDGE = "bridge_to_transplant", "Given to reach a transplant.", "bridge to transplant"
    MIXED = "mixed", "Differs between the patients of the cohort.", "differs between patients"
    NOT_REPORTED = "not_reported", "The document does not say.", "not reported"


class LymphodepletionGiven(DefinedChoices):
    GIVEN = "given", "Lymphodepleting chemotherapy was given.", "given"
    NONE = "none", "The document says that none was given.", "none given"
    OPTIONAL = "optional", "Some patients could receive it.", "optional"
    NOT_REPORTED = "not_reported", "The document does not say.", "not reported"


class DoseUnit(DefinedChoices):
    PER_KG = "cells/kg", "Cells per kilogram of body weight.", "cells/kg"
    PER_M2 = "cells/m²", "Cells per square metre of body surface; never ranked against cells/kg.", "cells/m²"
    CELLS = "cells", "A fixed number of cells.", "cells"


class CellsCounted(DefinedChoices):
    CAR_POSITIVE = "CAR-positive", "CAR-expressing cells.", "CAR-positive cells"
    TOTAL = "total", "All cells of the product.", "total cells"
    NUCLEATED = "nucleated", "All nucleated cells.", "total nucleated cells"
    CD34 = "CD34-positive", "CD34-expressing cells of a graft.", "CD34+ cells"
    NOT_STATED = "not_stated", "The document does not say which cells were counted.", "cells counted not stated"


class DosePer(DefinedChoices):
    DAY = "day", "The figure is the dose of one day.", "per day"
    INFUSION = "infusion", "The figure is the dose of one infusion.", "per infusion"
    TOTAL = "total", "The figure is the total over all days.", "in total"
    NOT_STATED = "not_stated", "The text does not say.", "per day or in total: not stated"


class InfusionPurpose(DefinedChoices):
    INITIAL = "initial", "The first or only infusion of the course.", "initial"
    MAINTENANCE = "maintenance", "Given to maintain a response.", "maintenance"
    ESCALATION_LEVEL = "escalation_level", "One step of a dose escalation; each patient receives one.", "dose level"


class Schedule(DefinedChoices):
    SINGLE = "single", "One infusion.", "single infusion"
    SPLIT = "split", "One dose over several days.", "split over days"
    NOT_REPORTED = "not_reported", "The document does not say.", "schedule not reported"


class AgentRole(DefinedChoices):
    TREATMENT = "treatment", "Part of an anti-malignancy treatment.", "treatment"
    CONDITIONING = "conditioning", "Part of a transplant's conditioning.", "conditioning"
    GVHD_PROPHYLAXIS = "gvhd_prophylaxis", "Given against GVHD.", "GVHD prophylaxis"
    LYMPHODEPLETION = "lymphodepletion", "Given before CAR-T cells to deplete lymphocytes.", "lymphodepletion"
    MOBILISATION = "mobilisation", "Given to mobilise stem cells.", "mobilisation"
    SUPPORTIVE = "supportive", "Treats symptoms or a toxicity.", "supportive"


class DoseInterval(DefinedChoices):
    DAY = "day", "The figure is the dose of one day.", "per day"
    DOSE = "dose", "The figure is one dose.", "per dose"
    WEEK = "week", "The figure is the dose of a week.", "per week"
    TOTAL = "total", "The figure is the total.", "in total"
    NOT_STATED = "not_stated", "The text does not say.", "per day or in total: not stated"


class TherapyKind(DefinedChoices):
    CHEMOTHERAPY = "chemotherapy", "Cytotoxic drugs.", "chemotherapy"
    TYROSINE_KINASE_INHIBITOR = "tyrosine_kinase_inhibitor", "TKI.", "tyrosine kinase inhibitor"
    DONOR_LYMPHOCYTES = "donor_lymphocyte_infusion", "DLI.", "donor lymphocyte infusion"
    ANTIBODY = "antibody", "Antibody or bispecific antibody.", "antibody"
    INTERFERON = "interferon", "Interferon.", "interferon"
    RADIOTHERAPY = "radiotherapy", "Radiation.", "radiotherapy"
    STEROID = "steroid", "Glucocorticoids.", "glucocorticoids"
    MOBILISATION = "mobilisation", "Mobilisation and collection of stem cells.", "mobilisation"
    TARGETED = "targeted", "Another targeted drug.", "targeted drug"
    SUPPORTIVE = "supportive", "Supportive care.", "supportive care"
    COMBINED = "combined", "Several kinds together.", "combined"
    OTHER = "other", "Any other treatment.", "other"


class TherapyPurpose(DefinedChoices):
    DEBULKING = "debulking", "To reduce the tumour load before another treatment.", "debulking"
    INDUCTION = "induction", "To induce remission.", "induction"
    CONSOLIDATION = "consolidation", "To consolidate a remission.", "consolidation"
    PROPHYLAXIS = "prophylaxis", "To prevent relapse.", "prophylaxis"
    SALVAGE = "salvage", "For relapsed or refractory disease.", "salvage"
    SUPPORTIVE = "supportive", "For symptoms or a toxicity.", "supportive"
    OTHER = "other", "Any other purpose.", "other"
    NOT_REPORTED = "not_reported", "The document does not say.", "not reported"


class RelativeToCourse(DefinedChoices):
    BEFORE = "before", "Before the CAR-T cells.", "before CAR-T"
    DURING = "during", "Around the CAR-T cells.", "around CAR-T"
    AFTER = "after", "After the CAR-T cells.", "after CAR-T"
    NOT_REPORTED = "not_reported", "The document does not say.", "not reported"


class Statistic(DefinedChoices):
    MEDIAN = "median", "The middle value of the patients.", "median"
    MEAN = "mean", "The arithmetic mean of the patients.", "mean"


class TimeUnit(DefinedChoices):
    DAYS = "days", "Days.", "days"
    WEEKS = "weeks", "Weeks; never turned into days.", "weeks"
    MONTHS = "months", "Months; never turned into days.", "months"
    YEARS = "years", "Years; never turned into months.", "years"


class Anchor(DefinedChoices):
    """The day that a time is counted from."""

    DIAGNOSIS = "diagnosis", "Diagnosis or first presentation.", "diagnosis"
    TRANSPLANT = "transplant", "The transplant named by the record.", "transplant"
    INFUSION = "infusion", "The first infusion of the CAR-T course named by the record.", "CAR-T infusion"
    THERAPY = "therapy", "The start of the therapy named by the record.", "start of therapy"
    COLLECTION = "collection", "Collection of the T cells.", "T-cell collection"
    ENROLMENT = "enrolment", "Enrolment in the study.", "enrolment"
    REMISSION = "remission", "The day of remission.", "remission"
    RELAPSE = "relapse", "The day of relapse.", "relapse"
    NOT_REPORTED = "not_reported", "The document does not say.", "origin not reported"


class Site(DefinedChoices):
    MARROW = "marrow", "Bone marrow.", "marrow"
    EXTRAMEDULLARY = "extramedullary", "Outside the marrow.", "extramedullary"
    OVERALL = "overall", "All sites together.", "overall"
    NOT_REPORTED = "not_reported", "The document does not say.", "site not reported"


class DurationEnd(DefinedChoices):
    EVENT = "event", "It ended with the event.", "ended"
    ONGOING = "ongoing", "It had not ended when last seen.", "ongoing"
    NOT_STATED = "not_stated", "The document does not say.", "end not stated"


class Resolution(DefinedChoices):
    RESOLVED = "resolved", "It resolved.", "resolved"
    ONGOING = "ongoing", "It had not resolved when last seen.", "ongoing"
    FATAL = "fatal", "The patient died of it.", "fatal"


class ClaimSupport(DefinedChoices):
    OWN_FINDING = "own_finding", "The document's own data carry it.", "own finding"
    CITED = "cited", "The document cites another for it.", "cited"
    UNSUPPORTED = "unsupported", "The document neither shows nor cites anything for it.", "unsupported"


class DiscrepancyKind(DefinedChoices):
    TABLE_TEXT = "table_text", "A table and the text disagree.", "table against text"
    ABSTRACT_TEXT = "abstract_text", "The abstract and the text disagree.", "abstract against text"
    WITHIN_TEXT = "within_text", "Two places of the text disagree.", "text against text"
    BETWEEN_DOCUMENTS = "between_documents", "Two documents disagree.", "between documents"
    IMPLAUSIBLE = "implausible", "A value or unit that cannot be right as printed.", "implausible value or unit"
    ARITHMETIC = "arithmetic", "Parts do not make the whole, or dates do not fit.", "arithmetic"
    UNSUPPORTED = "unsupported_claim", "A claim its data or citation cannot carry.", "unsupported claim"
    CITATION = "citation_error", "A citation that does not fit.", "citation error"
    BIBLIOGRAPHIC = "bibliographic", "A slip in a reference or in the front matter.", "bibliographic"
    AMBIGUOUS = "ambiguous", "A wording that can be read in two ways.", "ambiguous wording"


class Severity(DefinedChoices):
    MISLEADS = "misleads", "Can mislead treatment.", "can mislead treatment"
    MATTERS = "matters", "Matters to an analysis.", "matters"
    CLERICAL = "clerical", "A slip without consequence.", "clerical"


class DiscrepancyStatus(DefinedChoices):
    OPEN = "open", "Not settled.", "open"
    RESOLVED = "resolved", "Settled; the reason is given.", "resolved"


class TableColumn(DefinedChoices):
    """What a column of a published table is about; `cells/published_table.py` says the same from the base."""

    AUTHOR = "author", "Who reported the study.", "author"
    PATIENTS = "patients", "How many patients there were.", "patients"
    DISEASE = "disease", "What they had.", "disease"
    DISEASE_STATUS = "disease_status", "The state of the disease.", "state of the disease"
    COSTIMULATION = "costimulation", "Costimulatory domains of the CAR.", "costimulation"
    DOSE = "dose", "Cells infused, or planned.", "dose"
    DRUGS = "drugs", "Drugs before the cells.", "drugs"
    GVHD = "gvhd", "GVHD after the cells.", "GVHD"
    TOXICITIES = "toxicities", "Toxicities after the cells, but for GVHD.", "toxicities"
    OUTCOMES = "outcomes", "Responses, remissions and relapses after the cells.", "outcomes"
    CENTRE = "centre", "Sponsor or centre.", "centre"
    PHASE = "phase", "Phase of the trial.", "phase"
    STATUS = "status", "Status in the registry.", "status"
    IDENTIFIER = "identifier", "Registration number.", "registration number"


class Difference(DefinedChoices):
    """Why the base says another thing than a cell of a published table prints."""

    DISCREPANCY = "discrepancy", "The document disagrees with itself: the discrepancy is named.", "discrepancy"
    TABLE_SILENT = "table_silent", "The table is silent where the text tells.", "the table is silent"
    FLATTENED = "flattened", "The text that was read has lost its superscripts.", "superscripts lost in the text read"
    OTHER_TERMS = "other_terms", "The same, in the terms of the base.", "recorded in other terms"
    MARK = "mark", "The table prints a mark: not reported by this table.", "not reported by this table"
    NOT_IN_BASE = "not_in_base", "The base does not hold it.", "not in this base"


class CheckSeverity(DefinedChoices):
    """What a finding of a datacheck does."""

    ERROR = (
        "error",
        "Keeps a record from being published until it is mended, or, where the check says so, a discrepancy names it.",
        "error",
    )
    WARNING = (
        "warning",
        "Keeps a record back until a curator has written why it stands, or a discrepancy explains it.",
        "warning",
    )
    NOTE = "note", "Is told to readers and keeps nothing back.", "note"


class AppraisalTool(DefinedChoices):
    JBI_CASE_REPORT = "jbi_case_report", "JBI checklist for case reports, 8 items.", "JBI case report"
    JBI_CASE_SERIES = "jbi_case_series", "JBI checklist for case series, 10 items.", "JBI case series"
    MURAD = "murad_2018", "Murad and others 2018, 8 items in 4 domains.", "Murad 2018"


class AppraisalAnswer(DefinedChoices):
    YES = "yes", "Met.", "yes"
    NO = "no", "Not met.", "no"
    UNCLEAR = "unclear", "Cannot be told.", "unclear"
    NOT_APPLICABLE = "not_applicable", "Does not apply.", "not applicable"


class FoundBy(DefinedChoices):
    """How a paper came to be suggested for reading."""

    GIVEN = "given", "The base was begun with it; nobody searched for it.", "given at the beginning"
    SEARCH = "search", "A run of a saved search found it.", "saved search"
    REFERENCES = "reference_list", "A document of the base cites it.", "reference list"
    READER = "reader", "A reader suggested it.", "suggested by a reader"
    CURATOR = "curator", "A curator came upon it.", "suggested by a curator"
    LOOK_UP = "look_up", "It was imported by its identifier or from a file.", "imported"


class QueueState(DefinedChoices):
    """Where a candidate stands for those who read. A publication's extraction state comes first where it was read."""

    SUGGESTED = "suggested", "Nobody has decided on it yet.", "suggested"
    BEING_READ = "being_read", "Somebody has it, or a part of it is extracted.", "being read"
    EXHAUSTED = "exhausted", "All of what was read of it is extracted.", "exhausted"
    EXCLUDED = "excluded", "It is not read for the base; stage and reason say why.", "excluded"


class ExclusionStage(DefinedChoices):
    """What was known of a paper when it was excluded."""

    DUPLICATE = "duplicate", "It is the same record as another candidate, which stays.", "the same as another candidate"
    ABSTRACT = "title_and_abstract", "Title and abstract were looked at.", "by title and abstract"
    NOT_RETRIEVED = "not_retrieved", "It was wanted, and the full text could not be had.", "not retrieved"
    FULL_TEXT = "full_text", "The full text was read.", "by full text"


class ExclusionReason(DefinedChoices):
    """Why a paper is not read for the base. The first that applies, in this order, is the reason."""

    SAME_RECORD = "same_record", "The same publication stands in the queue twice.", "same record"
    NOT_RETRIEVABLE = "not_retrievable", "The full text could not be had.", "full text not to be had"
    NO_CAR_T = "no_car_t", "It does not report on CAR-T cells.", "not about CAR-T cells"
    NO_PATIENTS = "no_patients", "Preclinical: cells or animals, no patients.", "no patients"
    NO_TRANSPLANT = "no_allogeneic_transplant", "No allogeneic transplant before or after.", "no allogeneic transplant"
    NO_OWN_DATA = "no_own_data", "A review, comment or guideline without patients of its own.", "no data of its own"
    SAME_REPORT = "duplicate_report", "Another paper reports the same and is read.", "reported in another paper"
    OTHER = "other", "None of the others; the text says what.", "another reason"


class RunOutcome(DefinedChoices):
    """How a run of a saved search ended. Newness is measured against the last one that was complete."""

    COMPLETE = "complete", "Everything that the service counted is in the queue.", "complete"
    PARTIAL = "partial", "Some of it is in the queue, some was not fetched.", "in part"
    FAILED = "failed", "Nothing was fetched.", "failed"


class FlowPlace(DefinedChoices):
    """Where a paper stands in the public flow, from top to bottom."""

    DUPLICATE = "duplicate", "The same record as another paper of the flow.", "the same as another"
    WAITING = "waiting", "Identified, and nobody has looked at it yet.", "not screened yet"
    EXCLUDED_BY_ABSTRACT = "excluded_by_abstract", "Excluded by title and abstract.", "excluded by title and abstract"
    NOT_RETRIEVED = "not_retrieved", "Wanted, and the full text could not be had.", "not retrieved"
    BEING_READ = "being_read", "Being read or entered; nothing of it is public yet.", "being read"
    EXCLUDED_BY_FULL_TEXT = "excluded_by_full_text", "Excluded by its full text.", "excluded by full text"
    TAKEN_OUT = "taken_out", "It was in the base and was withdrawn or superseded.", "withdrawn from the base"
    INCLUDED = "included", "A document of the base, read.", "included"


class ProblemState(DefinedChoices):
    OPEN = "open", "Nobody has answered it yet.", "not answered yet"
    ANSWERED = "answered", "A curator has answered it; the answer is public.", "answered"
    SPAM = "spam", "It reports nothing.", "dismissed as spam"
