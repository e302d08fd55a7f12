"""The limit: a bare WSGI application that answers by one SQL statement on a connection that stays, without Django.

`/empty` is the floor of any answer. `/list`, `/record` and `/search` ask the product's own public rows; `/nested` makes
the same kind of list out of the plain app's tables in one statement. The environment names both databases.
"""

import json
import os
import sqlite3
from functools import cache
from urllib.parse import parse_qs

OPEN = 2_147_483_647
ON_POSTGRESQL = os.environ.get("LIMIT_PRODUCT", "").startswith("postgres")
TERM = "EXISTS (SELECT 1 FROM studies_evidenceterm t WHERE t.row_id = {row}.id AND t.field = %s AND t.value = %s)"
MATCHING = f"{TERM} AND {TERM}"
# `= TRUE`: SQLite takes no bare boolean column for an index, and would sort all rows.
LIST = f"""
    SELECT r.document FROM studies_evidencerow r
    WHERE r.valid_to = {OPEN} AND r.preferred = TRUE AND {MATCHING.format(row="r")}
    AND NOT EXISTS (SELECT 1 FROM studies_evidencerow a WHERE a.row = r.parent_row AND a.valid_to = {OPEN}
                    AND {MATCHING.format(row="a")})
    ORDER BY r.study, r.row LIMIT 50"""  # noqa: S608, of constants
RECORD = f"SELECT document FROM studies_evidencerow WHERE row = %s AND valid_to = {OPEN} AND preferred = TRUE"  # noqa: S608
FOUND = (
    "array_to_tsvector(string_to_array(words, ' ')) @@ %s::tsquery"
    if ON_POSTGRESQL
    else "id IN (SELECT rowid FROM studies_search_index WHERE words MATCH %s)"
)
# Of the kinds up to weight 6 what bears the name comes first, then studies, then all else: the product's own order.
SEARCH = f"""
    SELECT kind, title, address, text FROM studies_searchtext WHERE valid_to = {OPEN} AND {FOUND}
    ORDER BY CASE WHEN title_words LIKE %s AND weight <= 6 THEN 0 WHEN kind = 'study' THEN 1 ELSE 2 END, weight, id
    LIMIT 20"""  # noqa: S608, of constants
NESTED = """
    SELECT CAST({object}('row', c.row, 'study', c.study, 'label', c.label, 'n', c.n, 'year', c.year,
        'disease', c.disease, 'collected_from', c.collected_from, 'genetic_origin', c.genetic_origin,
        'intent', c.intent, 'title', c.title, 'text', c.text,
        'publication', {object}('slug', p.slug, 'name', p.name, 'kind', p.kind, 'citation', p.citation),
        'infusions', (SELECT {array}({object}('order', i."order", 'dose_low', i.dose_low, 'dose_high', i.dose_high,
            'unit', i.unit)) FROM plain_infusion i WHERE i.cohort_id = c.id),
        'toxicities', (SELECT {array}({object}('term', t.term, 'presence', t.presence, 'grade', t.grade, 'n', t.n,
            'as_reported', t.as_reported)) FROM plain_toxicity t WHERE t.cohort_id = c.id),
        'outcomes', (SELECT {array}({object}('measure', o.measure, 'category', o.category, 'n', o.n, 'of', o."of",
            'as_reported', o.as_reported)) FROM plain_outcome o WHERE o.cohort_id = c.id)) AS text)
    FROM plain_cohort c JOIN plain_publication p ON p.id = c.publication_id
    WHERE c.disease = %s AND c.intent = %s
    AND NOT EXISTS (SELECT 1 FROM plain_cohort a WHERE a.id = c.parent_id AND a.disease = %s AND a.intent = %s)
    ORDER BY c.study, c.row LIMIT 50"""
JSON_OF = (
    {"object": "json_build_object", "array": "json_agg"}
    if ON_POSTGRESQL
    else {"object": "json_object", "array": "json_group_array"}
)


def application(environ, start_response):
    query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    body = ANSWERS[environ["PATH_INFO"]](query).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def empty(query: dict) -> str:
    return ""


def listed(query: dict) -> str:
    asked = ["disease", query["disease"], "intent", query["intent"]]
    return _array(_rows("LIMIT_PRODUCT", LIST, asked * 2))


def record(query: dict) -> str:
    return _rows("LIMIT_PRODUCT", RECORD, [query["row"]])[0][0]


def search(query: dict) -> str:
    word = query["q"]
    quoted = f"'{word}'" if ON_POSTGRESQL else f'"{word}"'
    found = _rows("LIMIT_PRODUCT", SEARCH, [quoted, f"% {word} %"])
    names = ("kind", "title", "address", "text")
    return json.dumps([dict(zip(names, row, strict=True)) for row in found])


def nested(query: dict) -> str:
    return _array(_rows("LIMIT_PLAIN", NESTED.format(**JSON_OF), [query["disease"], query["intent"]] * 2))


ANSWERS = {"/empty": empty, "/list": listed, "/record": record, "/search": search, "/nested": nested}


def _array(rows: list[tuple]) -> str:
    return f"[{','.join(text for (text,) in rows)}]"


@cache
def _cursor(name: str):
    """One connection for as long as the process lives, made after the fork."""
    if ON_POSTGRESQL:
        import psycopg2

        connection = psycopg2.connect(os.environ[name])
        connection.autocommit = True
        return connection.cursor()
    return sqlite3.connect(f"file:{os.environ[name]}?mode=ro", uri=True).cursor()


def _rows(name: str, sql: str, values: list) -> list[tuple]:
    cursor = _cursor(name)
    cursor.execute(sql if ON_POSTGRESQL else sql.replace("%s", "?"), values)
    return cursor.fetchall()
