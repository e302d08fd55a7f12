"""A study in one paragraph, made of the cells that its page shows: nothing is said here that has no place there."""

from dataclasses import replace

from .cell import SILENT, Cell

RESULTS = ("Best response", "Remission maintained")
TOXICITIES = ("CRS", "Neurotoxicity", "GVHD after", "Acute GVHD after CAR-T", "Chronic GVHD after CAR-T")
PATIENTS = ("Patients", "of ", "Disease", "Age", "Sex")
GIVEN = ("Order", "T cells collected from", "Genetic origin", "Construct", "Dose", "Lymphodepletion")


def summary(cells: list[Cell], n_courses: int) -> list[str]:
    """Sentences, from labelled cells: the patients; of each course what was given, what followed and what of it is not
    told; then what came later."""
    sentences = [_patients([cell for cell in cells if cell.label.startswith(PATIENTS)])]
    of_course = GIVEN + RESULTS + TOXICITIES
    for number in range(1, n_courses + 1):
        prefix = f"Course {number} · " if n_courses > 1 else ""
        own = [replace(c, label=c.label.removeprefix(prefix)) for c in cells if c.label.startswith(prefix)]
        own = _starting(own, of_course)
        sentences.append(_sentence(f"CAR-T course {number}" if prefix else "CAR-T cells", _starting(own, GIVEN)))
        sentences += [_sentence("", _starting(own, labels)) for labels in (RESULTS, TOXICITIES)]
        sentences.append(_silences("Not told of it", own))
    later = [cell for cell in cells if not _bare(cell.label).startswith(PATIENTS + of_course)]
    return [sentence for sentence in (*sentences, _sentence("", later), _silences("Not told", later)) if sentence]


def _patients(cells: list[Cell]) -> str:
    """“1 patient with B-ALL: 27 years, male.” or “10 patients: CLL 4, lymphoma 6.”"""
    told = {cell.label: cell.text for cell in cells if cell.state != SILENT}
    if not told:
        return ""
    n = told.get("Patients", "An unknown number of")
    parts = [told[name] for name in ("Age", "Sex") if name in told]
    parts += [f"{name.removeprefix('of these, ')} {text}" for name, text in told.items() if name.startswith("of these")]
    disease = f" with {told['Disease']}" if "Disease" in told else ""
    return f"{n} patient{'' if n == '1' else 's'}{disease}{': ' if parts else ''}{', '.join(parts)}."


def _silences(opening: str, cells: list[Cell]) -> str:
    silent = dict.fromkeys(_lower(cell.label) for cell in cells if cell.state == SILENT)
    return f"{opening}: {', '.join(silent)}." if silent else ""


def _bare(label: str) -> str:
    """A label without the course it is of."""
    return label.split(" · ", 1)[1] if label.startswith("Course ") and " · " in label else label


def _starting(cells: list[Cell], labels: tuple[str, ...]) -> list[Cell]:
    return [cell for cell in cells if cell.label.startswith(labels)]


def _sentence(opening: str, cells: list[Cell]) -> str:
    """“Label: text (remark); …” of what is told, one label for what follows it."""
    parts, last = [], ""
    for cell in cells:
        if cell.state == SILENT:
            continue
        text = f"{cell.text} ({cell.remark.rstrip('.')})" if cell.remark else cell.text
        if cell.label == last:
            parts[-1] += f", {text}"
        else:
            parts.append(f"{_lower(cell.label)}: {text}")
        last = cell.label
    text = "; ".join(parts)
    if opening and text:
        return f"{opening} – {text}."
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _lower(label: str) -> str:
    """A label within a sentence; abbreviations stay."""
    return label if label[1:2].isupper() or label[1:2] == " " else label[:1].lower() + label[1:]
