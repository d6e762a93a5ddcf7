"""Loops as levels to master: taken apart into hits, matched part by part, played again and scored."""
