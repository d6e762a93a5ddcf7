"""The trained retrieval embedding: the same patch is near, whatever its note, loudness and room."""
