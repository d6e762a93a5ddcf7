"""The main job: play it a sound, get ranked patches, presets, previews and a page."""
