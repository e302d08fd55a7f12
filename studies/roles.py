"""The roles of those who curate, as groups: what each may do. Made by migration, and kept up with new models."""

READER, CURATOR, REVIEWER, MANAGER = "reader", "curator", "reviewer", "manager"
# Beside the others: who is one may say so of a record. No other role includes it.
HAEMATOLOGIST, CHECKS = "haematologist", "check_as_haematologist"
# Each of these roles may do what stands before it, and this.
STEPS = {
    READER: (),
    CURATOR: ("submit_units", "work_queue", "answer_problems"),
    REVIEWER: ("review_units",),
    MANAGER: ("withdraw_units", "redact_records", "manage_readings"),
}
# What is written by the product itself: nobody adds or changes it by hand.
WRITTEN_BY_ITSELF = {
    "accession", "accessioncounter", "change", "revision", "publicrecord", "publicfact", "evidencerow", "evidenceterm",
    "evidencedose", "redaction", "searchtext", "searchword", "formlink", "finding", "searchrun", "problemreport",
    "problemanswer", "doublereading", "reading", "comparedfact", "readingstep",
}  # fmt: skip


def give_permissions(**signal):
    """Give each group its permissions. Asked after every migration, when the permissions of all models are known."""
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission

    create_permissions(signal["app_config"], verbosity=0)  # whichever of the two hears of the migration first
    known = list(Permission.objects.filter(content_type__app_label="studies").select_related("content_type"))
    by_name = {permission.codename: permission for permission in known}
    allowed = {p for p in known if p.codename.startswith("view_")}
    for role, steps in STEPS.items():
        if role == CURATOR:
            allowed |= {p for p in known if p.codename.startswith(("add_", "change_", "delete_")) and _by_hand(p)}
        if role == MANAGER:
            allowed |= {by_name[name] for name in ("add_user", "change_user") if name in by_name}
        allowed |= {by_name[name] for name in steps if name in by_name}
        _give(Group, role, allowed)
    views = {permission for permission in known if permission.codename.startswith("view_")}
    _give(Group, HAEMATOLOGIST, views | {by_name[name] for name in (CHECKS,) if name in by_name})


def _give(groups, role: str, permissions: set):
    group, _ = groups.objects.get_or_create(name=role)
    group.permissions.add(*permissions)


def _by_hand(permission) -> bool:
    return permission.content_type.model not in WRITTEN_BY_ITSELF | {"user"}
