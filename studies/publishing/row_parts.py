"""What is told of parts of a cohort where nothing of the kind is told of all: a value of a few must not look like
silence about all."""

RESULTS = ("response", "maintained")
LISTS = ("maintained", "mrd", "relapses", "durations", "disease_status", "sites", "therapies")
EMPTY = {"response": None, **{name: [] for name in LISTS}}


def told_of_parts(row: dict, parts: list[dict], has_answer: bool) -> list[dict]:
    """The fields that parts of a cohort tell and the cohort itself does not, part by part, the nearest that tells it.
    `row` and `parts` are contents of evidence rows; `has_answer` says that a response is told of the cohort itself."""
    found = []
    for part in parts:
        told = {
            name: value for name in EMPTY if (value := _told(name, row, part)) and not (has_answer and name in RESULTS)
        }
        if told:
            found.append(
                {"cohort": part["cohort"], "label": part["cohort_label"], "n": part["n_patients"]} | EMPTY | told
            )
        for deeper in part["told_of_subgroups"]:
            more = {name: value for name in EMPTY if name not in told and (value := _told(name, row, deeper))}
            if has_answer:
                more = {name: value for name, value in more.items() if name not in RESULTS}
            if more:
                found.append({key: deeper[key] for key in ("cohort", "label", "n")} | EMPTY | more)
    return found


def _told(name: str, row: dict, part: dict):
    """What a part tells of a field that the cohort leaves empty; of durations, those of kinds that the cohort lacks."""
    if name == "durations":
        kinds = {duration["code"] for duration in row["durations"]}
        return [duration for duration in part["durations"] if duration["code"] not in kinds]
    return part[name] if not row[name] else None
