"""The studio: a page and an HTTP interface over one workspace; nothing here knows what the verbs do."""
