"""Questions and answers over UDP, which loses, doubles and delays: nothing is believed that was not asked for.

AbletonOSC looks at its messages ten times a second, in their order, and answers to a fixed port. A reply repeats the
address and the ids that were asked with, and nothing else. Setters do not answer, and an error does not say of which
message it is; it also puts off all that waits behind it to the next look. So messages go out in rounds between two
*marks*: questions with a number that AbletonOSC repeats. What comes before the first mark is late and not ours; what
is missing at the second was lost or refused. What was lost is asked again, alone where there were errors, so that
an error belongs to one message. A server that does not repeat the number is believed less strictly (`marks` False).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Sequence
from typing import NoReturn, Self

from patchpilot.errors import LiveError
from patchpilot.live.answers import ERROR, Answer, Refusal, Replies, Round
from patchpilot.live.port import PORT, REPLY_PORT, Ignored, Port
from patchpilot.live.wire import Message, get, packed

TICK_S = 0.1
"""How often AbletonOSC looks."""
_MARK = "/live/song/get/is_playing"
_MARKS = 2
"""How often each mark is sent: one of them may be lost."""
_MOST_AT_ONCE = 96
"""Messages in a round: what the receiving buffers of all systems hold."""


class Link:
    """A socket to AbletonOSC.

    Args:
        host: of Live; only this machine's own addresses, unless `beyond` is set.
        port: where AbletonOSC listens.
        reply_port: where it answers to.
        timeout_s: longest silence before a round is repeated.
        tries: how often a round is tried.
        beyond: whether another machine may be asked.

    Raises:
        LiveError: the host is another machine, or the reply port is taken.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = PORT,
        reply_port: int = REPLY_PORT,
        *,
        timeout_s: float = 1.0,
        tries: int = 4,
        beyond: bool = False,
    ) -> None:
        self._port = Port(host, port, reply_port, beyond=beyond)
        self.timeout_s, self.tries = timeout_s, tries
        self.marks, self.bundles = True, False
        self._numbers = itertools.count(int(time.time()) % 100_000 * 10_000 + 1)

    @property
    def ignored(self) -> Ignored:
        """What was not believed so far."""
        return self._port.ignored

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the port back."""
        self._port.close()

    def ask(self, questions: Iterable[Message]) -> list[Answer]:
        """Answers without the ids that they repeat, in the order of the questions.

        Raises:
            LiveError: nothing answers.
        """
        asked, found = list(questions), dict[Message, Answer]()
        wanted = list(dict.fromkeys(asked))
        for start in range(0, len(wanted), _MOST_AT_ONCE):
            found.update(self._asked(wanted[start : start + _MOST_AT_ONCE]))
        return [found[question] for question in asked]

    def exchange(self, groups: Sequence[Sequence[Message]]) -> tuple[list[Replies], list[str]]:
        """Setters and questions strictly in their order and sent once, so that the same may be asked after a setter.

        A group is one datagram where AbletonOSC takes bundles, so that nothing comes in between. Whether a setter
        arrived is not known: ask for what it set.

        Args:
            groups: of messages, each of at most 96.

        Returns:
            For each group the replies to each of its questions, in the order in which they came (more than there were
            questions where somebody else listens to what is set); and what AbletonOSC said against the messages.
        """
        found, errors = list[Replies](), list[str]()
        for part in packed(groups, _MOST_AT_ONCE):
            heard = self._round([message for group in part for message in group], part)
            errors += heard.errors
            for group in part:
                found.append({m: heard.matching(m) for m in group if m.answers})
        return found, errors

    def tell(self, messages: Sequence[Message], *, once: bool = False) -> list[str]:
        """Setters and methods; returns what AbletonOSC said against them.

        Args:
            messages: in order.
            once: never repeat them: for what makes something new.

        Raises:
            LiveError: nothing answers.
        """
        errors: list[str] = []
        for start in range(0, max(len(messages), 1), _MOST_AT_ONCE):
            for _ in range(self.tries):
                heard = self._round(messages[start : start + _MOST_AT_ONCE])
                if heard.is_whole or once:
                    break
            else:
                self.give_up()
            errors += heard.errors
        return errors

    def check(self) -> None:
        """Whether Live still answers at all; raises `LiveError` if not."""
        self.tell([])

    def probe(self) -> bool:
        """Whether somebody answers at all, repeats numbers (`marks`), and takes several messages as one (`bundles`).

        Raises:
            LiveError: what answers is not AbletonOSC.
        """
        for _ in range(self.tries):
            number, bundled = next(self._numbers), next(self._numbers)
            self._port.send([get(_MARK, number)])
            self._port.send([get(_MARK, bundled), get(_MARK, bundled)])
            answers = False
            end = time.monotonic() + self.timeout_s
            while (left := end - time.monotonic()) > 0.0 and not self.bundles:
                found = self._port.receive(left)
                if found is None:
                    continue
                address, args = found
                if address == _MARK and args[1:] == (bundled,):
                    self.bundles = answers = True
                elif address == _MARK and (args[1:] == (number,) or len(args) == 1):
                    self.marks, answers = len(args) > 1, True
                    end = min(end, time.monotonic() + 2.0 * TICK_S)
                elif address == ERROR and not answers:
                    raise LiveError(
                        f"{self._port.name} answers, but not as AbletonOSC does: {args[0] if args else '?'}; install "
                        "AbletonOSC again, and choose it in Live's settings as a control surface"
                    )
            if answers:
                return True
        return False

    def _asked(self, questions: Sequence[Message]) -> dict[Message, Answer]:
        """One round for all, again for those that are missing, and alone where somebody objects."""
        found: dict[Message, Answer] = {}
        missing = list(questions)
        for _ in range(self.tries):
            heard = self._round(missing)
            for question in list(missing):
                if len(set(replies := heard.matching(question))) == 1:
                    found[question] = replies[0]
                    missing.remove(question)
            if not missing:
                return found
            if heard.errors:
                break
        else:
            if not heard.is_whole and not found:
                self.give_up()
        for question in missing:
            found[question] = self._alone(question)
        return found

    def _alone(self, question: Message) -> Answer:
        silent = differ = False
        for _ in range(self.tries):
            heard = self._round([question])
            replies = set(heard.matching(question))
            if len(replies) == 1:
                return replies.pop()
            if heard.errors:
                return Refusal(heard.errors[0])
            silent, differ = heard.is_whole, bool(replies)
        if differ:
            raise LiveError(
                f"different answers to {question.title}: two Lives, or another program on Live's port, answer at once; "
                "close one of them"
            )
        if not silent:
            self.give_up()
        return Refusal("")

    def _round(self, messages: Sequence[Message], groups: Sequence[Sequence[Message]] = ()) -> Round:
        """Send and collect until the second mark answers, or until nothing came for too long."""
        first, last = next(self._numbers), next(self._numbers)
        heard = Round()
        is_ours = not self.marks
        self._drain()
        opening = [[get(_MARK, first)]] * _MARKS if self.marks else []
        sent = groups if groups and self.bundles else [[message] for message in messages]
        for group in (*opening, *sent, *[[get(_MARK, last)]] * _MARKS):
            self._port.send(group)
        patience = time.monotonic() + self.timeout_s
        wanted = sum(message.answers for message in messages)
        while (left := patience - time.monotonic()) > 0.0:
            found = self._port.receive(left)
            if found is None:
                continue
            address, args = found
            patience = time.monotonic() + self.timeout_s
            if address == _MARK and (args[1:] == (last,) or not self.marks):
                heard.is_whole = True
                if not self.marks:
                    heard.take(address, args)  # it may be what was asked for
                if self.marks or heard.n_replies >= wanted or heard.errors:
                    break
                patience = time.monotonic() + 2.0 * TICK_S
            elif address == _MARK and len(args) > 1:
                is_ours = is_ours or args[1:] == (first,)
            elif is_ours:
                heard.take(address, args)
            else:
                self.ignored.late += 1
        return heard

    def _drain(self) -> None:
        """What lies there already is an answer to nothing that is asked now."""
        while (found := self._port.receive(0.0)) is not None:
            self.ignored.late += found[0] != _MARK

    def give_up(self) -> NoReturn:
        """Say that nobody answers; raises `LiveError`."""
        raise LiveError(
            f"{self._port.name} does not answer (asked {self.tries} times for {self.timeout_s:g} s): is Live running, "
            "and AbletonOSC chosen under Settings, Link/Tempo/MIDI, Control Surface? It listens in the first Live that "
            "was opened only; Live also is silent while it loads a set or shows a dialog"
        )
