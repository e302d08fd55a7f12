"""The evidence: what curators enter, the door that publishes it, and how the public asks for it."""
