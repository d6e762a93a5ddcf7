"""Ways of choosing a patch: one interface, one file or folder each."""
