"""Preset files of others as sources of datasets: found, fetched, read, their wavetables collected."""
