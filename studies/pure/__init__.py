"""Plain functions on plain values: no Django, no database, no request."""
