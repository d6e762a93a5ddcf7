"""Votes as the page saves them: a CSV file for each participant, read with suspicion."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from patchpilot.errors import ParameterError
from patchpilot.listening.trials import MUSHRA, ListeningTest, Trial

COLUMNS = ("test", "kind", "participant", "trial", "place", "stimulus", "vote")
LARGEST = 4 << 20
"""Bytes of a file of votes: thousands of participants."""
PAIR_VOTES = (0.0, 0.5, 1.0)


@dataclass(frozen=True)
class Ballot:
    """What one participant said.

    Attributes:
        participant: their word for themselves.
        votes: by code of the trial, then of the stimulus: 0..100, or in pairs 1 for the better, 0.5 for no difference.
    """

    participant: str
    votes: Mapping[str, Mapping[str, float]]


def read_votes(files: Iterable[Path], test: ListeningTest) -> list[Ballot]:
    """All ballots of several files, in their order.

    Raises:
        ParameterError: a file cannot be read, is damaged or of another test, or somebody's votes come twice.
    """
    found: dict[str, tuple[Ballot, str]] = {}
    for path in files:
        for ballot in parsed(_text(path), test, name=path.name):
            if ballot.participant in found:
                raise ParameterError(
                    f"{path.name}: the votes of {ballot.participant!r} come twice, also in "
                    f"{found[ballot.participant][1]}: leave one of the two out"
                )
            found[ballot.participant] = (ballot, path.name)
    return [ballot for ballot, _ in found.values()]


def parsed(text: str, test: ListeningTest, *, name: str = "the votes") -> list[Ballot]:
    """The ballots of a CSV file: every participant's are whole.

    Args:
        text: of the file; commas or semicolons, as spreadsheets write them.
        test: that was voted on.
        name: of the file, for messages.

    Raises:
        ParameterError: it is no such file, is damaged, incomplete, of another test, or has votes twice.
    """
    rows = list(_rows(text, name))
    if not rows:
        raise ParameterError(f"{name}: expected votes, but there is only a header: save the file again")
    said: dict[str, dict[str, dict[str, float]]] = {}
    for line, row in rows:
        where = f"{name}, line {line}"
        if row["test"] != test.id:
            raise ParameterError(
                f"{where}: expected votes of the test {test.id} ({test.name}), got {row['test']!r}: "
                "they are of another test, or the test was made again after its page was sent"
            )
        who = row["participant"]
        if row["kind"] != test.kind or not (who and who.isprintable() and row["place"].isdigit()):
            raise ParameterError(
                f"{where}: expected kind {test.kind!r}, a participant and a place; the file is damaged"
            )
        trial = test.trial(row["trial"])
        if trial is None or trial.stimulus(row["stimulus"]) is None:
            what = "trial" if trial is None else "stimulus"
            raise ParameterError(f"{where}: the test has no {what} {row[what]!r}; the file is damaged")
        votes = said.setdefault(who, {}).setdefault(trial.code, {})
        if row["stimulus"] in votes:
            raise ParameterError(
                f"{where}: {row['participant']!r} votes twice on {row['stimulus']} of trial {trial.code}: "
                "two files were joined, or a line is doubled; take one away"
            )
        votes[row["stimulus"]] = _vote(row["vote"], test, where)
    for participant, trials in said.items():
        _check_whole(participant, trials, test, name)
    return [Ballot(participant, trials) for participant, trials in said.items()]


def _rows(text: str, name: str) -> Iterable[tuple[int, dict[str, str]]]:
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0].strip()
    comma = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=comma)
    try:
        header = tuple(cell.strip() for cell in next(reader, []))
        if header != COLUMNS:
            raise ParameterError(
                f"{name}: expected votes that the page of a listening test saved, with the columns "
                f"{','.join(COLUMNS)}; got {first[:80]!r}"
            )
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(COLUMNS):
                raise ParameterError(
                    f"{name}, line {reader.line_num}: expected {len(COLUMNS)} cells, got {len(cells)}: "
                    "the file is cut off or damaged; ask for it again"
                )
            yield reader.line_num, dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        raise ParameterError(f"{name}, line {reader.line_num}: no CSV: {error}") from None


def _vote(said: str, test: ListeningTest, where: str) -> float:
    try:
        vote = float(said.replace(",", "."))
    except ValueError:
        vote = math.nan
    if test.kind == MUSHRA and not 0.0 <= vote <= 100.0:
        raise ParameterError(f"{where}: expected a rating from 0 to 100, got {said!r}")
    if test.kind != MUSHRA and vote not in PAIR_VOTES:
        raise ParameterError(f"{where}: expected a vote of 1, 0.5 or 0, got {said!r}")
    return vote


def _check_whole(
    participant: str, trials: Mapping[str, Mapping[str, float]], test: ListeningTest, name: str
) -> None:
    for trial in test.trials:
        votes = trials.get(trial.code, {})
        missing = [one.code for one in trial.stimuli if one.code not in votes]
        if missing:
            raise ParameterError(
                f"{name}: {participant!r} has no vote on {missing[0]} of trial {trial.code} "
                f"({sum(len(t) for t in trials.values())} of {_expected(test)} votes are there): "
                "the file is cut off; ask for it again"
            )
        if test.kind != MUSHRA:
            _check_pair(participant, trial, votes, test, name)


def _check_pair(
    participant: str, trial: Trial, votes: Mapping[str, float], test: ListeningTest, name: str
) -> None:
    pair = [votes[one.code] for one in trial.stimuli]
    if sum(pair) != 1.0 or (pair[0] == 0.5 and not test.no_difference):
        raise ParameterError(
            f"{name}: {participant!r} gives trial {trial.code} the votes {pair[0]:g} and {pair[1]:g}: expected one "
            f"that is better{' or no difference' if test.no_difference else ''}; the file was changed"
        )


def _expected(test: ListeningTest) -> int:
    return sum(len(trial.stimuli) for trial in test.trials)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise ParameterError(f"{path.name}: expected votes, got a file of more than {LARGEST >> 20} MB")
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path}: expected a file of votes, but it cannot be read: {error}") from None
