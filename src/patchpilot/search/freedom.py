"""What of a patch a search may choose: parameters are fixed, pinned, randomised or searched."""

from __future__ import annotations

import dataclasses
import difflib
import fnmatch
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from patchpilot.errors import ParameterError


@dataclass(frozen=True)
class Freedom:
    """What of a patch is free. Names may have `*` and `?`; those of routings are "source>destination".

    Attributes:
        searched: what the search chooses; where empty, all that the prior varies, or what is worth turning on the
            base, and the assets and routings that go with it.
        fixed: stored values, the same in all patches.
        pinned: what stays as it is in the base.
        randomised: what is drawn anew for every patch, without the search's knowing.
        prior: name of the instrument's prior that says what is likely; its first by default.
    """

    searched: tuple[str, ...] = ()
    fixed: Mapping[str, float] = field(default_factory=dict)
    pinned: tuple[str, ...] = ()
    randomised: tuple[str, ...] = ()
    prior: str = ""

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Freedom:
        """From options by name, as in a file.

        Raises:
            ParameterError: there is no such option, or what should be a list of names is none.
        """
        known = [one.name for one in dataclasses.fields(cls)]
        made = dict(options)
        for name, value in options.items():
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(known)}"
                raise ParameterError(f"a search has no option {name!r}{hint}")
            if name in ("searched", "pinned", "randomised"):
                made[name] = (value,) if isinstance(value, str) else tuple(value)
        return cls(**made)

    def check(self, names: Collection[str]) -> None:
        """Refuse what names nothing.

        Raises:
            ParameterError: a name or pattern fits none of `names`.
        """
        for pattern in (*self.searched, *self.fixed, *self.pinned, *self.randomised):
            if not any(fnmatch.fnmatchcase(name, pattern) for name in names):
                near = difflib.get_close_matches(pattern, names, n=3)
                hint = f"; did you mean {' or '.join(near)}?" if near else ""
                raise ParameterError(f"nothing to search is called {pattern!r}{hint}")

    def is_free(self, name: str, *, usual: bool) -> bool:
        """Whether something varies from patch to patch.

        Args:
            name: of a parameter, a slot or a routing.
            usual: whether it does where nothing is said of what is searched.
        """
        if name in self.fixed or _fits(name, self.pinned):
            return False
        return self.is_random(name) or (_fits(name, self.searched) if self.searched else usual)

    def is_random(self, name: str) -> bool:
        """Whether it is drawn anew for every patch."""
        return _fits(name, self.randomised)


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
