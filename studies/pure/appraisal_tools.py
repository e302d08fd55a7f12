"""The tools by which studies are appraised: their items in order, in our own words, and where they were read.

None of them is given a total score: a sum would weigh every item alike.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One item of a tool: what it is about, and what it asks. Its answer is yes, no, unclear or, where the question
    may not arise, not applicable."""

    number: int
    about: str
    question: str
    may_not_apply: bool = True


@dataclass(frozen=True)
class Tool:
    """A published checklist. `verified` says where its items were read; empty where they are known from memory alone.
    `designs` are those that it was made for."""

    name: str
    source: str
    verified: str
    designs: tuple[str, ...]
    items: tuple[Item, ...]

    def item(self, number: int) -> Item | None:
        return next((item for item in self.items if item.number == number), None)


def _items(*told: tuple) -> tuple[Item, ...]:
    return tuple(Item(number, *item) for number, item in enumerate(told, start=1))


TOOLS = {
    "jbi_case_report": Tool(
        "JBI case report",
        "Joanna Briggs Institute, checklist for case reports, 8 items",
        "",
        ("case_report",),
        _items(
            ("patient", "Is it told who the patient is: age, sex, background?"),
            ("history", "Is the history told clearly, and step by step in time?"),
            ("presentation", "Is the state in which the patient came told clearly?"),
            ("diagnosis", "Are the tests told clearly, with their methods and results?"),
            ("treatment", "Is the treatment told clearly?"),
            ("afterwards", "Is the state of the patient after the treatment told clearly?"),
            ("harms", "Are harms, and what nobody expected, named and described?"),
            ("lessons", "Does the report say what is to be learnt from it?"),
        ),
    ),
    "jbi_case_series": Tool(
        "JBI case series",
        "Joanna Briggs Institute, checklist for case series, 10 items (Munn and others 2020)",
        "PMC7778754, Table 2",
        ("case_series",),
        _items(
            ("inclusion", "Is it clear which patients were to be included?"),
            ("measurement", "Was the disease assessed in the same dependable way in every patient?"),
            ("identification", "Was the diagnosis made by valid methods in every patient?"),
            ("consecutive", "Were patients taken one after another, none passed over?"),
            ("complete", "Is every patient who could be included in it?"),
            ("patients", "Is it told clearly who the patients are?"),
            ("illness", "Is the illness of the patients told clearly?"),
            ("outcomes", "Are outcomes, or what follow-up found, told clearly?"),
            ("centres", "Is it told what the centres are, and whom they serve?"),
            ("statistics", "Do the statistics fit the data?"),
        ),
    ),
    "murad_2018": Tool(
        "Murad 2018",
        "Murad and others 2018, BMJ Evidence-Based Medicine 23:60, 10.1136/bmjebm-2017-110853, 8 items in 4 domains",
        "Table 1 of the paper",
        ("case_report", "case_series"),
        _items(
            ("selection", "Are these all such patients whom the centre saw, and could none have gone untold?", False),
            ("ascertainment", "Is it certain enough what was given?", False),
            ("ascertainment", "Is it certain enough what came of it?", False),
            ("causality", "Were other causes of what was seen ruled out?"),
            ("causality", "Did it go when the treatment was stopped, or return when it was given again?"),
            ("causality", "Did more of the treatment do more?"),
            ("causality", "Were the patients followed long enough for outcomes to occur?", False),
            ("reporting", "Is enough told to repeat it, or to judge by it in one's own practice?", False),
        ),
    ),
}


def fitting(design: str) -> list[str]:
    """The codes of the tools that were made for a design."""
    return [code for code, tool in TOOLS.items() if design in tool.designs]
