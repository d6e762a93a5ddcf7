"""Estimators: networks that have heard an instrument a lot, and propose patches for a sound."""
