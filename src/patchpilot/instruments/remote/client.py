"""An instrument that is played on another machine: what `patchpilot instrument serve` serves, as an `Instrument`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import platformdirs

from patchpilot.audio import Audio
from patchpilot.errors import EngineError, ParameterError, PatchError
from patchpilot.files import write_bytes
from patchpilot.instruments.remote.assets import AssetPost
from patchpilot.instruments.remote.link import Link
from patchpilot.instruments.remote.nouns import edit_of, space_of
from patchpilot.instruments.remote.playing import play
from patchpilot.instruments.remote.priors import prior_of
from patchpilot.instruments.remote.serving import read_token
from patchpilot.instruments.remote.wire import ABOUT_HEADER, MOST_BODY, Frame
from patchpilot.space.assets import Asset, Bag
from patchpilot.space.canonical import Json
from patchpilot.space.edit import Edit
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Performance
from patchpilot.space.prior import Prior
from patchpilot.space.space import Space

TOKEN = "PATCHPILOT_TOKEN"
TOKEN_FILE = "PATCHPILOT_TOKEN_FILE"


class RemoteInstrument:
    """An instrument on another machine (docs/remote.md). Renders are the far engine's, byte for byte.

        with pp.instrument("http://127.0.0.1:8080") as synth: ...

    Its name, space, priors, presets and fingerprint are the far instrument's; patches are drawn here, from the prior's
    data. The server is first asked when something is wanted of it, and then every method may raise `EngineError`
    where it is not there, is another one, or refuses.

    Args:
        url: "http://host:port", or https.
        token: that the server wants; what PATCHPILOT_TOKEN says by default, or the file that PATCHPILOT_TOKEN_FILE
            names, or none.
        options: none: how many workers there are is said where it is served.

    Raises:
        ParameterError: the address is none, the token cannot be read, or an option is given.
    """

    def __init__(self, url: str, *, token: str | None = None, **options: object) -> None:
        given = [name for name, value in options.items() if value is not None]
        if given:
            raise ParameterError(
                f"{' and '.join(given)} can only be chosen where the instrument is: "
                f"give it to `patchpilot instrument serve`, not to {url}"
            )
        self._link = Link(url, _token() if token is None else token)
        self._built_in: dict[str, bool] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the far instrument goes on."""
        self._link.close()

    @property
    def url(self) -> str:
        """Where it is."""
        return self._link.url

    @property
    def name(self) -> str:
        """The far instrument's."""
        return str(self._about["name"])

    @property
    def suffix(self) -> str:
        """The far instrument's."""
        return str(self._about["suffix"])

    @property
    def fingerprint(self) -> str:
        """The far engine's: version, system and processor, over there."""
        return str(self._about["fingerprint"])

    @cached_property
    def space(self) -> Space:
        """The far instrument's."""
        said = self._about["space"]
        self._post.fetch(said["assets"].values())
        return space_of(said, self._post)

    @cached_property
    def priors(self) -> Mapping[str, Prior]:
        """The far instrument's; their patches are drawn here."""
        return {said["name"]: prior_of(said, self._post.get) for said in self._about["priors"]}

    def render(self, patch: Patch, performance: Performance) -> Audio:
        """Play a patch.

        Raises:
            EngineError: the far engine crashed, hung or refused, or the server is gone.
        """
        ((_, result),) = list(self.stream([(patch, performance)]))
        if isinstance(result, EngineError):
            raise result
        return result

    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        """Play many patches, and yield (position, audio or error) as they are done; `pairs` may be endless.

        A render that fails over there is one error in its place.

        Raises:
            EngineError: the server is gone, or was started again as another instrument.
        """
        limits = self._about["limits"]
        yield from play(
            self._link, self._post, pairs, self._headers, batch=limits["batch"], in_flight=limits["in_flight"]
        )

    def export(self, patch: Patch, path: Path | str) -> None:
        """Write its native preset file here; raises `OutputError`."""
        frame, *_ = self._asked("/v1/export", {"name": Path(path).name}, patch)
        write_bytes(Path(path), frame.body)

    def load(self, path: Path | str) -> Patch:
        """Read its native preset file, which is here; raises `PatchError`."""
        path = Path(path)
        try:
            if path.stat().st_size > MOST_BODY:
                raise PatchError(f"{path}: expected a preset below {MOST_BODY >> 20} MB; is it one?")
            data = path.read_bytes()
        except OSError as error:
            raise PatchError(f"{path}: cannot be read as a preset: {error.strerror}") from None
        first, *rest = self._link.ask("/v1/load", Frame({"name": str(path)}, data), self._headers)
        bag = Bag(Asset.from_bytes(frame.body) for frame in rest)
        return Patch.from_json(first.head["patch"], bag)

    def is_random(self, patch: Patch) -> bool:
        """Whether a patch draws from the far engine's dice."""
        return bool(self._asked("/v1/ask", {"what": "is_random"}, patch)[0].head["is"])

    def is_built_in(self, asset: Asset) -> bool:
        """Whether an asset is one that every user of the instrument has."""
        digest = asset.sha256
        if digest not in self._built_in:
            self._post.send(asset)
            said = {"what": "is_built_in", "sha256": digest}
            self._built_in[digest] = bool(self._asked("/v1/ask", said)[0].head["is"])
        return self._built_in[digest]

    def asset(self, digest: str) -> Asset:
        """The asset of that sha256, of those that every user of the instrument has; raises `PatchError`."""
        return Asset.from_bytes(self._asked("/v1/ask", {"what": "asset", "sha256": digest})[0].body)

    def knobs(self, patch: Patch) -> Mapping[str, float]:
        """What is worth turning on a patch, each with a typical step in stored units."""
        found: dict[str, float] = self._asked("/v1/ask", {"what": "knobs"}, patch)[0].head["knobs"]
        return found

    def edits(self, patch: Patch) -> list[Edit]:
        """Structural moves that suit a patch."""
        said = self._asked("/v1/ask", {"what": "edits"}, patch)[0].head["edits"]
        self._post.fetch(digest for edit in said for digest in edit["assets"].values())
        return [edit_of(edit, self._post) for edit in said]

    def preset_folder(self) -> Path:
        """Where its presets are kept on this machine: Vital's own folder, a folder of Patch Pilot's for others."""
        if self.name == "vital":
            from patchpilot.instruments.vital.folders import user_presets

            return user_presets()
        return platformdirs.user_data_path("patchpilot") / "presets" / self.name

    @cached_property
    def _about(self) -> Json:
        frame, *_ = self._link.ask("/v1/about")
        return frame.head

    @property
    def _headers(self) -> dict[str, str]:
        return {ABOUT_HEADER: str(self._about["sha256"])}

    @cached_property
    def _post(self) -> AssetPost:
        return AssetPost(self._link, self._headers)

    def _asked(self, path: str, said: dict[str, Any], patch: Patch | None = None) -> list[Frame]:
        """Ask something, of a patch where there is one."""
        bag = Bag()
        head = said if patch is None else {**said, "patch": patch.to_json(bag)}
        return self._post.sending(bag, lambda: self._link.ask(path, Frame(head), self._headers))


def _token() -> str | None:
    """What the environment says."""
    if os.environ.get(TOKEN):
        return os.environ[TOKEN].strip()
    named = os.environ.get(TOKEN_FILE)
    return read_token(Path(named)) if named else None
