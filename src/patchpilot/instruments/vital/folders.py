"""Where Vital keeps a user's presets on each system."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs


def user_presets() -> Path:
    """Vital's own folder for a user's presets; PATCHPILOT_VITAL_PRESETS names another.

    Windows: Documents/Vital/User/Presets; macOS: ~/Music/Vital/User/Presets;
    Linux: ~/.local/share/vital/User/Presets.
    """
    named = os.environ.get("PATCHPILOT_VITAL_PRESETS")
    if named:
        return Path(named)
    if sys.platform == "win32":
        root = platformdirs.user_documents_path() / "Vital"
    elif sys.platform == "darwin":
        root = Path.home() / "Music" / "Vital"
    else:
        root = platformdirs.user_data_path("vital")
    return root / "User" / "Presets"
