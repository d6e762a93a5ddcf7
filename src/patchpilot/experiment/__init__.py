"""The one loop that runs every search."""
