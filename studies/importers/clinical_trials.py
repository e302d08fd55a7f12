"""ClinicalTrials.gov (API v2): registrations by NCT number, each as the registry's record on the day it was looked up.

A registration is a plan: what the record says that has a field of its own is taken over; drugs, doses and the free text
of eligibility have none, so they are kept beside the draft and a curator reads them.
"""

import json
import re

from ..models import RegistrationDescription
from ..models.choices import PublicationKind
from .client import Client, Missing, Unavailable
from .found import Found

SERVICE = "ClinicalTrials.gov"
# The registry's codes → its own words.
STATUS = {
    "ACTIVE_NOT_RECRUITING": "Active, not recruiting",
    "COMPLETED": "Completed",
    "ENROLLING_BY_INVITATION": "Enrolling by invitation",
    "NOT_YET_RECRUITING": "Not yet recruiting",
    "RECRUITING": "Recruiting",
    "SUSPENDED": "Suspended",
    "TERMINATED": "Terminated",
    "WITHDRAWN": "Withdrawn",
    "AVAILABLE": "Available",
    "NO_LONGER_AVAILABLE": "No longer available",
    "TEMPORARILY_NOT_AVAILABLE": "Temporarily not available",
    "APPROVED_FOR_MARKETING": "Approved for marketing",
    "WITHHELD": "Withheld",
    "UNKNOWN": "Unknown status",
}
PHASE = {"EARLY_PHASE1": "early I", "PHASE1": "I", "PHASE2": "II", "PHASE3": "III", "PHASE4": "IV"}
AGE = re.compile(r"(\d+) (Year|Month|Week|Day)s?")


def fetch(numbers: list[str], client: Client | None = None) -> list[Found]:
    """The records of these NCT numbers, in their order. Raises Missing naming the first that is unknown."""
    client = client or Client(SERVICE)
    return [_fetch(number, client) for number in numbers]


def _fetch(number: str, client: Client) -> Found:
    try:
        answer = client.get(number, "json", format="json", markupFormat="legacy")
    except Missing:
        raise Missing(f"ClinicalTrials.gov knows no {number}. Nothing was changed.") from None
    try:
        study = json.loads(answer.content)["protocolSection"]
        given = study["identificationModule"]["nctId"]
        if given != number:
            raise Unavailable(f"ClinicalTrials.gov was asked for {number} and answered with {given}.")
        return _found(study, answer.source.entry_named(number))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        problem = "ClinicalTrials.gov answered with something that is no whole record. Nothing was changed."
        raise Unavailable(f"{problem} Try again later.") from None


def _found(study: dict, source) -> Found:
    found = Found(source)
    module = study.get
    identification, status = study["identificationModule"], study["statusModule"]
    found.take("registry", SERVICE, "the registry itself", part="registration")
    found.take("identifier", identification["nctId"], "identificationModule.nctId", part="registration")
    name = "officialTitle" if identification.get("officialTitle") else "briefTitle"
    found.take("title", identification[name], f"identificationModule.{name}")
    found.take("kind", PublicationKind.REGISTRY_RECORD, "the registry itself", "an entry of a trial registry")
    posted = status.get("lastUpdatePostDateStruct") or status["studyFirstPostDateStruct"]
    place = "statusModule." + ("lastUpdatePostDateStruct" if "lastUpdatePostDateStruct" in status else
                               "studyFirstPostDateStruct")  # fmt: skip
    found.take_year(posted["date"], f"{place}.date")
    found.take_date("published", posted["date"], f"{place}.date")
    _take_plan(found, study, status)
    _take_eligibility(found, module("eligibilityModule") or {})
    for intervention in (module("armsInterventionsModule") or {}).get("interventions") or []:
        text = ": ".join(filter(None, (intervention.get(key) for key in ("type", "name", "description"))))
        found.keep(text, "armsInterventionsModule.interventions", f"Planned, for you to enter: {text}")
    return found


def _take_plan(found: Found, study: dict, status: dict):
    def take(name, text, place, derivation="", as_given=None):
        found.take(name, text, place, derivation, as_given, part="plan")

    sponsor = (study.get("sponsorCollaboratorsModule") or {}).get("leadSponsor") or {}
    take("sponsor", sponsor.get("name"), "sponsorCollaboratorsModule.leadSponsor.name")
    conditions = "; ".join((study.get("conditionsModule") or {}).get("conditions") or [])
    _take_if_it_fits(found, "disease_as_reported", conditions, "conditionsModule.conditions")
    design = study.get("designModule") or {}
    phases = design.get("phases") or []
    known = [PHASE[phase] for phase in phases if phase in PHASE]
    said = "the registry's codes in Roman numerals"
    take("phase", "/".join(known), "designModule.phases", said, as_given=", ".join(phases))
    code = status["overallStatus"]
    take("status", STATUS.get(code, code), "statusModule.overallStatus", "the registry's code in words", as_given=code)
    asked = "the day on which the registry was asked"
    take("as_of", found.source.day, "statusModule.overallStatus", asked, as_given=code)
    if code == "UNKNOWN" and status.get("lastKnownStatus"):
        last = status["lastKnownStatus"]
        found.keep(last, "statusModule.lastKnownStatus", f"Its last known status was “{STATUS.get(last, last)}”.")
    enrolment = design.get("enrollmentInfo") or {}
    count = enrolment.get("count")
    if count is not None and enrolment.get("type") == "ESTIMATED":
        take("target_enrolment", count, "designModule.enrollmentInfo.count", as_given=f"{count} (ESTIMATED)")
    elif count is not None:
        remark = f"It gives {count} as the enrolment that took place, not as the target; treated patients are a study."
        found.keep(f"{count} ({enrolment.get('type', 'no type')})", "designModule.enrollmentInfo", remark)
    outcomes = [
        ", ".join(filter(None, (outcome.get("measure"), outcome.get("timeFrame"))))
        for outcome in (study.get("outcomesModule") or {}).get("primaryOutcomes") or []
    ]
    _take_if_it_fits(found, "primary_endpoint", "; ".join(outcomes), "outcomesModule.primaryOutcomes")


def _take_if_it_fits(found: Found, name: str, text: str, place: str):
    longest = RegistrationDescription._meta.get_field(name).max_length
    if len(text) <= longest:
        found.take(name, text, place, part="plan")
    else:
        found.keep(text, place, f"{place} is longer than {longest} letters: enter it in a few words.")


def _take_eligibility(found: Found, module: dict):
    """The limits of age and sex have fields of their own; the criteria in free text are for the curator."""
    place = "eligibilityModule."
    bounds = {}
    for key in ("minimumAge", "maximumAge"):
        match = AGE.fullmatch(module.get(key) or "")
        if match:
            bounds[key] = (match[1], f"{match[2].lower()}s", module[key])
    units = {unit for _, unit, _ in bounds.values()}
    # Six months to 21 years are two criteria: one row has one unit.
    groups = [bounds] if len(units) == 1 else [{key: bound} for key, bound in bounds.items()]
    for number, group in enumerate(filter(None, groups), start=1):
        part = f"criterion age {number}"
        given = "; ".join(f"{key}: {text}" for key, (_, _, text) in group.items())
        where = place + " and ".join(group)
        low, high = (group[key][0] if key in group else "" for key in ("minimumAge", "maximumAge"))
        unit = next(iter(group.values()))[1]
        values = {"topic": "age", "low": low, "high": high, "unit": unit}
        if low and high:
            values["text"] = f"{low} to {high} {unit}"
        elif low:
            values |= {"text": f"{low} {unit} or older", "operator": "≥"}
        else:
            values |= {"text": f"up to {high} {unit}", "operator": "≤"}
        for name, value in values.items():
            found.take(name, value, where, as_given=given, part=part)
    sex = module.get("sex")
    if sex in ("FEMALE", "MALE"):
        words = {"FEMALE": "women and girls only", "MALE": "men and boys only"}[sex]
        for name, value in (("topic", "sex"), ("text", words)):
            found.take(name, value, f"{place}sex", as_given=sex, part="criterion sex")
    criteria = module.get("eligibilityCriteria")
    if criteria:
        remark = "The criteria in free text are kept beside the draft: enter those that matter, GVHD first."
        found.keep(criteria, f"{place}eligibilityCriteria", remark)
