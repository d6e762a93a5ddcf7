"""Datasets for those who train elsewhere: WebDataset shards, Parquet, or presets with their sounds."""

from patchpilot.datasets.export.export import FORMATS, Exported, export

__all__ = ["FORMATS", "Exported", "export"]
