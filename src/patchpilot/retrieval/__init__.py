"""What was heard before: libraries of patches, looked up by how they sound."""
