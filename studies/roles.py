"""The roles of those who curate, as groups: what each may do. Made by migration, and kept up with new models."""

READER, CURATOR, REVIEWER, MANAGER = "reader", "curator", "reviewer", "manager"
# Each role may do what stands before it, and this.
STEPS = {
    READER: (),
    CURATOR: ("submit_units",),
    REVIEWER: ("review_units",),
    MANAGER: ("withdraw_units", "redact_records", "manage_readings"),
}
# What is written by the product itself: nobody adds or changes it by hand.
WRITTEN_BY_ITSELF = {
    "accession", "accessioncounter", "change", "revision", "publicrecord", "publicfact", "evidencerow", "evidenceterm",
    "evidencedose", "redaction", "searchtext", "searchword", "formlink",
    "doublereading", "reading", "comparedfact", "readingstep",
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
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.add(*allowed)


def _by_hand(permission) -> bool:
    return permission.content_type.model not in WRITTEN_BY_ITSELF | {"user"}
