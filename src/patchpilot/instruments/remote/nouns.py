"""Our nouns as JSON: spaces, edits, patches that are checked before an engine gets them. Assets go by sha256."""

from __future__ import annotations

import dataclasses
import json

from patchpilot.errors import PatchError
from patchpilot.space.assets import Assets, Bag
from patchpilot.space.canonical import Json
from patchpilot.space.edit import Edit
from patchpilot.space.parameter import Parameter
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Performance
from patchpilot.space.routing import Routing, RoutingSpace
from patchpilot.space.space import Space


def space_json(space: Space) -> Json:
    """A space as plain JSON."""
    routing = space.routing
    return {
        "instrument": space.instrument,
        "version": space.version,
        "parameters": [dataclasses.asdict(parameter) for parameter in space.parameters],
        "routing": None if routing is None else dataclasses.asdict(routing),
        "assets": {slot: asset.sha256 for slot, asset in space.assets.items()},
        "views": {name: list(names) for name, names in space.views.items()},
        "unused": list(space.unused),
    }


def space_of(said: Json, assets: Assets) -> Space:
    """The inverse of `space_json`; raises `PatchError` where an asset is missing."""
    routing = said["routing"]
    return Space(
        instrument=said["instrument"],
        version=said["version"],
        parameters=_parameters(said["parameters"]),
        routing=None
        if routing is None
        else RoutingSpace(
            sources=tuple(routing["sources"]),
            destinations=tuple(routing["destinations"]),
            n_slots=routing["n_slots"],
            fields=_parameters(routing["fields"]),
        ),
        assets={slot: assets.get(digest) for slot, digest in said["assets"].items()},
        views={name: tuple(names) for name, names in said["views"].items()},
        unused=tuple(said["unused"]),
    )


def _parameters(said: Json) -> tuple[Parameter, ...]:
    return tuple(Parameter(**{**parameter, "options": tuple(parameter["options"])}) for parameter in said)


def edit_json(edit: Edit) -> Json:
    """An edit as plain JSON."""
    return {
        "name": edit.name,
        "values": dict(edit.values),
        "assets": {slot: asset.sha256 for slot, asset in edit.assets.items()},
        "asset_names": dict(edit.asset_names),
        "routings": [dict(vars(routing)) for routing in edit.routings],
        "is_neutral": edit.is_neutral,
    }


def edit_of(said: Json, assets: Assets) -> Edit:
    """The inverse of `edit_json`; raises `PatchError` where an asset is missing."""
    return Edit(
        **{
            **said,
            "assets": {slot: assets.get(digest) for slot, digest in said["assets"].items()},
            "routings": tuple(Routing(**routing) for routing in said["routings"]),
        }
    )


def render_json(patch: Patch, performance: Performance, bag: Bag) -> Json:
    """What is to be played; its assets are in the bag then."""
    said = patch.to_json(bag)
    del said["info"]  # it does not sound
    return {"patch": said, "performance": performance.to_json(bag)}


def digests_of(said: Json) -> set[str]:
    """Of all assets that the JSON of a patch (or of a render) names; raises `PatchError` where it is damaged."""
    try:
        patch = said.get("patch", said)
        inputs = said["performance"].get("inputs", {}) if "performance" in said else {}
        return {str(digest) for digest in (*patch["assets"].values(), *inputs.values())}
    except (AttributeError, KeyError, TypeError) as error:
        raise PatchError(f"expected the JSON of a patch, but a part is missing: {error!r}") from None


def checked_patch(space: Space, said: Json, assets: Assets) -> Patch:
    """A patch that came from elsewhere, if the engine can take it.

    Raises:
        PatchError: it is damaged, of another instrument, or names what the space does not have.
    """
    patch = Patch.from_json(said, assets)
    if patch.instrument != space.instrument:
        raise PatchError(f"expected a patch of {space.instrument}, got one of {patch.instrument}")
    try:
        return Patch.make(
            space,
            patch.values,
            routings=patch.routings,
            assets=patch.assets,
            extra=json.loads(patch.extra),
            info=patch.info,
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise PatchError(f"expected the JSON of a patch, but a part is damaged: {error!r}") from None
