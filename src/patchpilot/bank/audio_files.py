"""Audio of takes: a FLAC preview for each different sound, under the sha256 of its float32 samples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from patchpilot.audio import Audio
from patchpilot.audio.lossless import from_flac, to_flac
from patchpilot.errors import AudioError, BankError
from patchpilot.files import make_folder, write_bytes

SUFFIX = ".flac"


class AudioFiles:
    """A folder of previews.

    Args:
        folder: where they lie; made when first written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Where the preview of samples lies."""
        return self.folder / digest[:2] / f"{digest}{SUFFIX}"

    def has(self, digest: str) -> bool:
        """Whether it is there, and not empty."""
        try:
            return self.path(digest).stat().st_size > 0
        except OSError:
            return False

    def put(self, digest: str, audio: Audio) -> None:
        """Keep a preview of audio, whose digest it is, once; raises `OutputError`."""
        if not self.has(digest):
            path = self.path(digest)
            make_folder(path.parent)
            write_bytes(path, to_flac(audio.samples, audio.sample_rate)[0])

    def get(self, digest: str, *, gain: float, sample_rate: int, channels: int) -> Audio:
        """A preview as audio: to 24 bits what was rendered.

        Raises:
            BankError: it is not there, or damaged.
        """
        path = self.path(digest)
        try:
            samples = from_flac(path.read_bytes(), gain)
            return Audio(
                samples.reshape(channels, -1), sample_rate
            )  # silence has one file, whatever its shape
        except FileNotFoundError:
            raise BankError(f"the audio {path} is gone; `patchpilot bank repair` renders it again") from None
        except (AudioError, OSError, ValueError) as error:
            raise BankError(
                f"the audio {path} is damaged ({error}); remove it, and `patchpilot bank repair` renders it again"
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(p.stem for p in self.folder.glob(f"??/*{SUFFIX}") if len(p.stem) == 64))
