"""What is told of parts of a cohort where nothing of the kind is told of all: a value of a few must not look like
silence about all."""

RESULTS = ("response", "maintained")
LISTS = ("maintained", "mrd", "relapses", "durations", "disease_status", "sites", "therapies", "prior_therapy")
EMPTY = {"response": None, **{name: [] for name in LISTS}}


def told_of_parts(row: dict, parts: list[dict], has_answer: bool) -> list[dict]:
    """The fields that parts of a cohort tell and the cohort itself does not, part by part, the nearest that tells it.
    `row` and `parts` are contents of evidence rows; `has_answer` says that a response is told of the cohort itself."""
    wanted = [name for name in EMPTY if not (has_answer and name in RESULTS)]
    found = []
    for part in parts:
        own = _told(wanted, row, part)
        name = {"cohort": part["cohort"], "label": part["cohort_label"], "n": part["n_patients"]}
        found += [name | EMPTY | own] if own else []
        for deeper in part["told_of_subgroups"]:
            more = _told([name for name in wanted if name not in own], row, deeper)
            found += [{key: deeper[key] for key in name} | EMPTY | more] if more else []
    return found


def _told(names: list[str], row: dict, part: dict) -> dict:
    """What a part tells of fields that the cohort leaves empty; of durations, those of kinds that the cohort lacks."""
    told = {name: part[name] for name in names if part[name] and not row[name]}
    if "durations" in names:
        kinds = {duration["code"] for duration in row["durations"]}
        told["durations"] = [duration for duration in part["durations"] if duration["code"] not in kinds]
    return {name: value for name, value in told.items() if value}
