"""Sound, as far as one can hear it without knowing the instrument that made it.

A sound is an `Audio`: float32 samples of shape (channels, n) that know their sample rate; full scale is 1.0.
Times are in seconds, frequencies in Hz, levels in dB relative to full scale unless a name says otherwise.
Everything here is a function from `Audio` to `Audio` or to a number, and none changes its argument.

    >>> import numpy as np
    >>> t = np.arange(22050) / 22050
    >>> a3 = Audio(np.sin(2 * np.pi * 220 * t), sample_rate=22050)
    >>> heard = listen(a3)
    >>> heard.note, round(heard.f0_hz), heard.audio.sample_rate
    (57, 220, 44100)

What is inside:
    read, write      `load`, `duration_s`, `save`, `wav_bytes`, `flac_preview`
    shape            `resample`, `fold_to_stereo`, `mono_if_mono`, `without_cancelling`, `cut`, `fitted`
    where it is      `extent`, `trim`, `onset_hop_s`, `onset_strength`, `onsets_s`, `first_sound`, `hold_s`
    how loud         `peak`, `rms`, `loudness_lufs`, `db`, `level_db`
    how high         `pitch`, `pitch_track`, `hz_to_note`, `note_to_hz`, `note_name`
    spectra          `stft_magnitude`, `mel_filterbank`, `hz_to_mel`, `mel_to_hz`, `mel_power`, `power_to_db`, `mfcc`,
                     `frames`, `hann`
    pictures         `patchpilot.audio.pictures`, a module of its own: spectrograms, waveforms, colours
    all of it        `listen` makes a `Target`: the trimmed first sound and the note that would play it

For whole tracks (tempo, key, sections) this is the wrong package.
"""

from patchpilot.audio._audio import F32, F64, Audio
from patchpilot.audio._hold import hold_s
from patchpilot.audio._listen import Target, listen
from patchpilot.audio._load import duration_s, load
from patchpilot.audio._loudness import db, loudness_lufs, peak, rms
from patchpilot.audio._onset import FirstSound, first_sound, onset_hop_s, onset_strength, onsets_s
from patchpilot.audio._pitch import Pitch, PitchTrack, hz_to_note, note_name, note_to_hz, pitch, pitch_track
from patchpilot.audio._resample import fold_to_stereo, mono_if_mono, resample, without_cancelling
from patchpilot.audio._save import Preview, flac_preview, save, wav_bytes
from patchpilot.audio._spectral import (
    frames,
    hann,
    hz_to_mel,
    mel_filterbank,
    mel_power,
    mel_to_hz,
    mfcc,
    power_to_db,
    stft_magnitude,
)
from patchpilot.audio._trim import Extent, cut, extent, fitted, level_db, trim

__all__ = [
    "F32",
    "F64",
    "Audio",
    "Extent",
    "FirstSound",
    "Pitch",
    "PitchTrack",
    "Preview",
    "Target",
    "cut",
    "db",
    "duration_s",
    "extent",
    "first_sound",
    "fitted",
    "flac_preview",
    "fold_to_stereo",
    "frames",
    "hann",
    "hold_s",
    "hz_to_mel",
    "hz_to_note",
    "level_db",
    "listen",
    "load",
    "loudness_lufs",
    "mel_filterbank",
    "mel_power",
    "mel_to_hz",
    "mfcc",
    "mono_if_mono",
    "note_name",
    "note_to_hz",
    "onset_hop_s",
    "onset_strength",
    "onsets_s",
    "peak",
    "pitch",
    "pitch_track",
    "power_to_db",
    "resample",
    "rms",
    "save",
    "stft_magnitude",
    "trim",
    "wav_bytes",
    "without_cancelling",
]
