"""Pictures of the evidence: public documents in, a specification, bytes and rows out. Nothing here knows a request."""
