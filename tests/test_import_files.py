"""Files of citation managers are read right, or refused with entry, field and reason. All entries are made up."""

import json
import time

import pytest

from studies.importers import files
from studies.importers.encodings import CHOICES, EncodingUnknown
from studies.importers.found import Refused

RIS = """TY  - JOUR
AU  - Author, A.
AU  - Äuthor-Ñame, B. C.
TI  - Example of donor cells: “smart” quotes – and p <0.01
JF  - Example journal of haematology
PY  - 2024/03/07/
VL  - 12
IS  - 3
SP  - 41
EP  - 49
DO  - https://doi.org/10.5555/example.2024.001
KW  - CAR-T
KW  - donor
N1  - PMID: 99000001
LA  - eng
ER  -
"""
NBIB = """PMID- 99000001
OWN - NLM
STAT- MEDLINE
DP  - 2024 Mar
TI  - Example of donor cells: “smart” quotes – and
      p <0.01.
PG  - 41-9
LID - 10.5555/example.2024.001 [doi]
FAU - Author, A.
AU  - Author A
FAU - Äuthor-Ñame, B. C.
AU  - Äuthor-Ñame BC
LA  - eng
PT  - Journal Article
PT  - Case Reports
DEP - 20231209
JT  - Example journal of haematology
VI  - 12
IP  - 3
OT  - CAR-T
OT  - donor
PHST- 2023/05/02 00:00 [received]
AID - 10.5555/example.2024.001 [doi]
PMC - PMC9900001
SO  - Ex J. 2024 Mar;12(3):41-9.
"""
BIBTEX = r"""@comment{made by an example program}
@string{exj = "Example journal of haematology"}
@article{author2024,
  author = {Author, A. and B. C. {\"A}uthor-{\~N}ame and {Example study group}},
  title = {Example of {CAR-T} at 10$^{6}$/kg \& ``donors''},
  journal = exj, year = {2024}, month = mar, volume = 12, number = 3, pages = {41--49},
  doi = {10.5555/example.2024.001}, pmid = {99000001}, keywords = {CAR-T, donor}, language = {english},
}
"""
CSL = json.dumps(
    [
        {
            "id": "author2024", "type": "article-journal",
            "title": "Example of <i>donor</i> cells at 10<sup>6</sup>/kg",
            "container-title": "Example journal of haematology", "volume": 12, "issue": "3", "page": "41-49",
            "DOI": "10.5555/example.2024.001", "note": "PMID: 99000001\nPMCID: PMC9900001", "language": "en-GB",
            "author": [{"family": "Author", "given": "A."}, {"literal": "Example study group"},
                       {"family": "Beispiel", "given": "C", "non-dropping-particle": "von"}],
            "issued": {"date-parts": [["2024", 3, 7]]},
        }
    ]
)  # fmt: skip
SHARED = {"doi": "10.5555/example.2024.001", "pmid": "99000001", "journal": "Example journal of haematology",
          "volume": "12", "issue": "3", "year": "2024"}  # fmt: skip


def read(content, name="example"):
    return files.read(name, content if isinstance(content, bytes) else content.encode())


def faults(content, name="example.ris") -> list[str]:
    with pytest.raises(Refused) as raised:
        read(content, name)
    return [str(fault) for fault in raised.value.faults]


@pytest.mark.parametrize(
    ("content", "kind", "title", "authors", "more"),
    [
        (RIS, "RIS file", "Example of donor cells: “smart” quotes – and p <0.01",
         ["Author A.", "Äuthor-Ñame B. C."],
         {"published": "2024-03-07", "pages": "41–49", "keywords": "CAR-T\ndonor", "language": "en"}),
        (NBIB, "NBIB file", "Example of donor cells: “smart” quotes – and p <0.01",
         ["Author A.", "Äuthor-Ñame B. C."],
         {"published": "2023-12-09", "received": "2023-05-02", "pages": "41-9", "pmcid": "PMC9900001",
          "keywords": "CAR-T\ndonor", "language": "en", "kind": "case_report"}),
        (BIBTEX, "BibTeX file", "Example of CAR-T at 10⁶/kg & ``donors''",
         ["Author A.", "Äuthor-Ñame B. C.", "Example study group"],
         {"published": "2024-03", "pages": "41–49", "keywords": "CAR-T\ndonor", "language": "en"}),
        (CSL, "CSL-JSON file", "Example of donor cells at 10⁶/kg",
         ["Author A.", "Example study group", "von Beispiel C"],
         {"published": "2024-03-07", "pages": "41-49", "pmcid": "PMC9900001", "language": "en"}),
    ],
    ids=["RIS", "NBIB", "BibTeX", "CSL-JSON"],
)  # fmt: skip
def test_each_format_gives_the_same_publication(content, kind, title, authors, more):
    [found] = read(content)
    assert found.source.name == kind and found.source.address == "example" and len(found.source.checksum) == 64
    assert found.values_of("publication") == SHARED | {"title": title} | more
    assert [str(author) for author in found.authors] == authors
    assert all(value.place and value.as_given for value in found.values)


# Encodings


def test_a_doi_that_stands_at_lid_alone_is_read_and_says_so():
    (found,) = read(NBIB.replace("AID - 10.5555/example.2024.001 [doi]\n", ""))
    (value,) = [value for value in found.values if value.field == "doi"]
    assert (value.value, value.place) == ("10.5555/example.2024.001", "LID")


@pytest.mark.parametrize(
    ("encoded", "said"),
    [
        (RIS.encode(), ""),
        (b"\xef\xbb\xbf" + RIS.encode(), ""),
        (RIS.encode("utf-16"), ""),
        (RIS.encode("utf-16-le"), "read as UTF-16"),
        (RIS.encode("utf-16-be"), "read as UTF-16"),
        (RIS.encode("cp1252"), "read as Windows-1252"),
        (RIS.replace("\n", "\r\n").encode(), ""),
        (RIS.replace("\n", "\r").encode(), ""),
        (RIS.replace("  - ", " - ").replace("ER  -", "ER  - ").encode(), ""),
        (b"\n\n" + RIS.encode() + b"\n\n\n", ""),
        (b"Provider: example\nContent: text/plain\n\n1.\n" + RIS.encode() + b"\n2.\n", ""),
    ],
    ids=["UTF-8", "mark", "UTF-16", "little", "big", "Windows-1252", "CRLF", "CR", "one space", "empty", "header"],
)
def test_every_encoding_is_read_right_or_said(encoded, said):
    [found] = read(encoded)
    assert found.title == "Example of donor cells: “smart” quotes – and p <0.01"
    assert found.authors[1].family_name == "Äuthor-Ñame"
    assert (said in " ".join(found.remarks)) and bool(found.remarks) == bool(said)
    assert found.guessed == ("Windows-1252" in said)


CHINESE = RIS.replace("Äuthor-Ñame, B. C.", "李, 华").replace("Example of donor cells", "嵌合抗原受体T细胞")
JAPANESE = RIS.replace("Äuthor-Ñame, B. C.", "山田, 太郎").replace("Example of donor cells", "ドナー由来のCAR-T細胞")
WESTERN = RIS.replace("“smart”", "smart").replace("–", "-").replace("Author, A.", "Böhm, José")


@pytest.mark.parametrize(
    ("encoded", "chosen", "family"),
    [
        (CHINESE.replace("“smart”", "smart").encode("gb18030"), "gb18030", "李"),
        (JAPANESE.replace("–", "-").encode("cp932"), "cp932", "山田"),
        (WESTERN.encode("mac_roman"), "mac_roman", "Äuthor-Ñame"),
        (WESTERN.replace("Äuthor-Ñame", "Strauße-Dürr").encode("mac_roman"), "mac_roman", "Strauße-Dürr"),
        (RIS.replace("Äuthor-Ñame", "Иванова").replace("“smart”", "smart").encode("cp1251"), "cp1251", "Иванова"),
        (
            RIS.replace("Äuthor-Ñame", "김민수").replace("“smart”", "smart").replace("–", "-").encode("cp949"),
            "cp949",
            "김민수",
        ),
    ],
    ids=["GB18030", "Shift_JIS", "Mac Roman", "Mac Roman ß", "Windows-1251", "EUC-KR"],
)
def test_an_encoding_that_cannot_be_told_is_asked_for_and_then_said_of_each_value(encoded, chosen, family):
    with pytest.raises(EncodingUnknown) as raised:
        read(encoded)
    assert "choose “This file's encoding”" in str(raised.value.faults[0])
    shown = dict(raised.value.readings)
    assert any(family in line for line in shown[CHOICES[chosen]])
    [found] = files.read("example", encoded, chosen)
    assert found.authors[1].family_name == family and not found.guessed
    title = next(value for value in found.values if value.field == "title")
    assert title.as_given.isascii() or "the encoding that a curator chose" in title.derivation
    assert found.values[-1].place == "the file's encoding"


@pytest.mark.parametrize(
    "name", ["Hämäläinen, Jääskeläinen", "Grüßner, Ö.", "Núñez, José¹", "Lefèvre, Hervé", "Šimun, Ž."]
)
def test_what_western_europe_writes_is_read_without_asking(name):
    [found] = read(RIS.replace("Äuthor-Ñame, B. C.", name).encode("cp1252"))
    assert found.authors[1].family_name == name.partition(",")[0] and found.guessed


def test_a_wrong_choice_of_encoding_is_refused_with_its_line():
    with pytest.raises(EncodingUnknown) as raised:
        files.read("example.ris", RIS.encode("cp1252"), "cp932")
    assert "it is not in Shift_JIS (Japanese), which line 4 shows" in str(raised.value.faults[0])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (RIS.encode().decode("cp1252", "replace").encode(), "entry 1, line 1"),
        (RIS.replace("Äuthor-Ñame", "MÃ¼ller"), "“MÃ¼ller” looks like “Müller” read in a wrong encoding"),
        (RIS.replace("Ä", "\ufffd"), "a character was lost"),
        (RIS.replace("cells", "cel\x02ls"), "control character"),
        ("例の論文".encode("shift-jis") + b"\x81\x8d", "neither UTF-8 nor UTF-16 nor plainly Windows-1252"),
        (b"PK\x03\x04" + b"\0" * 30, "a Word, Excel or ZIP file"),
        (b"%PDF-1.7 example", "a PDF"),
        ("<xml><records/></xml>", "an XML or HTML file"),
        ("name;year\nexample;2024\n", "something else; what can be read is RIS, NBIB, BibTeX, CSL-JSON"),
        ("", "it is empty"),
        ("   \n\n", "it is empty"),
        (b"\xff\xfe", "it is empty"),
        ("TY  - JOUR\n" * 2_000_000, "larger than 10 MB"),
    ],
)
def test_what_cannot_be_read_right_is_refused_with_the_reason(content, said):
    assert said in "\n".join(faults(content))


# Entries


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (RIS.replace("PY  - 2024/03/07/", "PY  - in press"), "entry 1, line 1 · PY “in press”"),
        (RIS.replace("PY  - 2024/03/07/", "PY  - 24"), "PY “24”: “24” is no year of publication"),
        (RIS.replace("PY  - 2024/03/07/", "PY  - 20244"), "PY “20244”: “20244” is no year of publication"),
        (RIS.replace("PY  - 2024/03/07/\n", ""), "year: there is no year of publication"),
        (RIS.replace("PY  - 2024/03/07/", "PY  - 2024/13/07/"), "is not in the calendar"),
        (RIS.replace("TI  - Example of donor cells: “smart” quotes – and p <0.01\n", ""), "title: there is none"),
        (RIS.replace("https://doi.org/10.5555/example.2024.001", "see publisher"), "DOI “see publisher”"),
        (RIS.replace("VL  - 12", "VL  - " + "12, " * 9), "at most 20 characters"),
        (RIS.replace("AU  - Author, A.", "AU  - Author, " + "A. " * 40), "at most 80 characters"),
        (RIS.replace("ER  -\n", ""), "it has no end (ER); the file may be cut off"),
        (RIS.replace("TY  - JOUR\n", "") + RIS, "text outside an entry"),
        (RIS.replace("ER  -\n", "") + RIS, "entry 1, line 1 · the entry: it has no end"),
        (NBIB.replace("PMID- 99000001", "PMID- example"), "it is not as PubMed writes it"),
        (NBIB.replace("JT  - ", "Journal: "), "it is not as PubMed writes it"),
        (NBIB.replace("20231209", "2023-99-99"), "it is not as PubMed writes it"),
        (BIBTEX.replace("3, pages = {41--49},", "3, pages = {41--49,"), "entry 1, line 3 · the entry “author2024”"),
        (BIBTEX + BIBTEX.replace("author2024", "second").replace("title = {", "title = "), "entry 2, line 11"),
        (
            BIBTEX.replace("journal = exj", "journal = other"),
            "entry 1 “author2024”, line 6 · journal “other”: it is not defined by @string",
        ),
        (RIS + "and so on\n" + RIS, "entry 2, line 17 · the entry: text outside an entry"),
        (CSL[:-3], "line 1, column"),
        ('[{"volume": ' + "9" * 5000 + "}]", "a number is endless"),
        ("[1, 2]", "entry 1 · the item “1”"),
        (CSL.replace('"title": "', '"title": ["').replace('/kg"', '/kg"]'), "title “["),
        (CSL.replace('[["2024", 3, 7]]', '"2024"'), "entry 1 · issued"),
        (CSL.replace('[{"family": "Author", "given": "A."}', '["Author A"'), "a list of names is expected"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_an_entry_that_is_wrong_is_named_with_field_and_reason(content, said):
    assert said in "\n".join(faults(content))


def test_one_wrong_entry_refuses_the_file_and_every_fault_is_named():
    second = RIS.replace("2024/03/07/", "soon").replace("https://doi.org/10.5555/example.2024.001", "none")
    said = faults(RIS + second + RIS.replace("TI  - ", "XX  - "))
    assert [line.partition(":")[0] for line in said] == [
        "entry 2, line 17 · PY “soon”", "entry 2, line 17 · DOI “none”", "entry 3, line 33 · title",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["ris", "nbib", "bib", "json"])
def test_a_thousand_entries_are_read_in_their_order_and_soon(kind):
    numbers = [f"{99000000 + n}" for n in range(1000)]
    made = {
        "ris": lambda: "".join(RIS.replace("99000001", n).replace("example.2024.001", n) for n in numbers),
        "nbib": lambda: "\n".join(NBIB.replace("99000001", n).replace("example.2024.001", n) for n in numbers),
        "bib": lambda: BIBTEX + "".join(
            BIBTEX.partition("\n@article")[1][1:] + BIBTEX.partition("\n@article")[2].replace("99000001", n)
            .replace("author2024", f"a{n}") for n in numbers[1:]
        ),
        "json": lambda: json.dumps([json.loads(CSL.replace("99000001", n))[0] for n in numbers]),
    }[kind]()  # fmt: skip
    started = time.process_time()
    found = read(made)
    assert [one.get("pmid") for one in found][1:] == numbers[1:]
    assert time.process_time() - started < 25
    assert found[999].source.entry.startswith("entry 1000")


def test_more_entries_than_can_be_looked_through_are_refused(monkeypatch):
    monkeypatch.setattr(files, "MOST_ENTRIES", 2)
    assert faults(RIS * 3) == ["example.ris · the file: it holds 3 entries; export at most 2 at once"]


# Small things that programs do


@pytest.mark.parametrize(
    ("content", "name", "value"),
    [
        (RIS.replace("DO  - https", "UR  - https"), "doi", "10.5555/example.2024.001"),
        (RIS.replace("e.2024.001", "e\u20112024\u2013001"), "doi", "10.5555/example-2024-001"),
        (RIS.replace("N1  - PMID: 99000001", "AN  - 99000001\nDB  - PubMed"), "pmid", "99000001"),
        (RIS.replace("N1  - PMID: 99000001", "AN  - 99000001\nDB  - Scopus"), "pmid", ""),
        (RIS.replace("N1  - PMID: 99000001", "N1  - compare 10.5555/other and 99000002"), "pmid", ""),
        (RIS.replace("SP  - 41", "SP  - 41–9").replace("EP  - 49", "EP  - 49"), "pages", "41–9"),
        (RIS.replace("SP  - 41", "SP  - e1234").replace("EP  - 49\n", ""), "pages", "e1234"),
        (RIS.replace("PY  - 2024/03/07/", "PY  - 2024///"), "published", "2024"),
        (RIS.replace("LA  - eng", "LA  - Volapük"), "language", ""),
        (RIS.replace("TI  - ", "TI  - RETRACTED: "), "retraction_status", "retracted"),
        (RIS, "retraction_status", ""),
        (NBIB.replace("PT  - Case Reports", "PT  - Retracted Publication"), "retraction_status", "retracted"),
        (NBIB.replace("2024 Mar", "2024 Mar-Apr"), "year", "2024"),
        (BIBTEX.replace("10$^{6}$/kg", r"p $<$0.01, 50\%, \'{e}t{\'e} $\alpha$"), "title",
         "Example of CAR-T at p <0.01, 50%, été α & ``donors''"),
        (BIBTEX.replace("10$^{6}$/kg", "$10^{6}$"), "title", "Example of CAR-T at 10⁶ & ``donors''"),
        (CSL.replace('{"date-parts": [["2024", 3, 7]]}', '{"date-parts": [[], []], "raw": "2024"}'), "year", "2024"),
        (BIBTEX.replace("pages = {41--49}", "eid = {e1234}"), "pages", "e1234"),
        (BIBTEX.replace("$^{6}$", r"\textsuperscript{6}"), "title", "Example of CAR-T at 10⁶/kg & ``donors''"),
        (CSL.replace('[["2024", 3, 7]]', '[["2024", 3], ["2024", 5]]'), "published", "2024"),
        (CSL.replace('{"date-parts": [["2024", 3, 7]]}', '{"raw": "2024 Spring"}'), "published", "2024"),
    ],
)  # fmt: skip
def test_a_value_is_found_where_programs_put_it_and_only_there(content, name, value):
    [found] = read(content)
    assert found.get(name) == value


@pytest.mark.parametrize(
    ("content", "day", "said"),
    [
        (NBIB.replace("Case Reports", "Retracted Publication").replace("OWN ", "LR  - 20250607\nOWN "), "2025-06-07",
         "as the file says, of 2025-06-07"),
        (NBIB.replace("Case Reports", "Retracted Publication"), "", "which tells no day; nobody looked it up"),
        (RIS.replace("TI  - ", "TI  - RETRACTED: "), "", "which tells no day; nobody looked it up"),
    ],
    ids=["its own day", "NBIB without a day", "RIS"],
)  # fmt: skip
def test_a_retraction_in_a_file_is_what_the_file_says_and_no_look_up(content, day, said):
    [found] = read(content)
    values = {value.field: value for value in found.values}
    assert said in values["retraction_status"].derivation
    assert values["retraction_as_of"].value == (day or found.source.day)
    assert "not of a look-up" in values["retraction_as_of"].derivation
    assert "look it up by PMID or DOI" in found.remarks[-1]


def test_authors_without_full_names_are_not_lost():
    [found] = read("\n".join(line for line in NBIB.split("\n") if not line.startswith("FAU")))
    assert [str(author) for author in found.authors] == ["Author A", "Äuthor-Ñame BC"]


def test_authors_that_a_file_leaves_out_are_told():
    [found] = read(BIBTEX.replace(" and {Example study group}", " and others"))
    assert found.remarks == ["The author list ends with “and others”: enter the missing authors."]
