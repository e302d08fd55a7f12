"""What a new base begins with beside its tables: the full-text index, the groups of the roles, the saved search."""

# The full-text index of each database over the words that search looks through.
SEARCH_INDEX = {
    "sqlite": "CREATE VIRTUAL TABLE studies_search_index USING fts5(words, tokenize=\"unicode61 tokenchars '-./+'\")",
    "postgresql": (
        "CREATE INDEX studies_search_index ON studies_searchtext "
        "USING gin (array_to_tsvector(string_to_array(words, ' ')))"
    ),
}
DROP_SEARCH_INDEX = {"sqlite": "DROP TABLE studies_search_index", "postgresql": "DROP INDEX studies_search_index"}


def create_search_index(apps, schema_editor):
    schema_editor.execute(SEARCH_INDEX[schema_editor.connection.vendor])


def drop_search_index(apps, schema_editor):
    schema_editor.execute(DROP_SEARCH_INDEX[schema_editor.connection.vendor])


def tell_postgresql(apps, schema_editor):
    """Field and value of a term depend on each other; and words are found at once, not when the table is next tidied."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE STATISTICS evidence_term_statistics (mcv) ON field, value FROM studies_evidenceterm"
        )
        schema_editor.execute("ALTER INDEX studies_search_index SET (fastupdate = off)")


def take_back(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP STATISTICS evidence_term_statistics")


def make_groups(apps, schema_editor):
    """The roles; `studies/roles.py` gives them their permissions once all of those are known."""
    for name in ("reader", "curator", "reviewer", "manager"):
        apps.get_model("auth", "Group").objects.get_or_create(name=name)


SEARCH = {
    "name": "CAR-T cells and allogeneic transplant",
    "query": (
        '("Receptors, Chimeric Antigen"[Mesh] OR "chimeric antigen receptor"[tiab] OR "chimeric antigen receptors"[tiab]'
        ' OR "CAR-T"[tiab] OR "CAR T"[tiab] OR "CAR19"[tiab])'
        ' AND ("Transplantation, Homologous"[Mesh] OR "Hematopoietic Stem Cell Transplantation"[Mesh]'
        ' OR "allogeneic"[tiab] OR "allo-HSCT"[tiab] OR "alloHSCT"[tiab] OR "allo-HCT"[tiab] OR "haploidentical"[tiab]'
        ' OR "donor-derived"[tiab] OR "stem cell transplantation"[tiab] OR "bone marrow transplantation"[tiab])'
        ' NOT ("Animals"[Mesh] NOT "Humans"[Mesh])'
    ),
    "note": (
        "CAR-T cells together with an allogeneic transplant, by subject heading or by a word of title or abstract; what "
        "is indexed as animals alone is left out. Wide on purpose: it finds autologous transplants and off-the-shelf "
        "cells too, which screening takes out. It misses what is not in PubMed, such as abstracts of meetings."
    ),
}


def save_the_search(apps, schema_editor):
    """The search for this base's subject. It has never been run: no count comes with it."""
    apps.get_model("studies", "SavedSearch").objects.get_or_create(name=SEARCH["name"], defaults=SEARCH)
