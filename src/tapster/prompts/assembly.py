"""Puts a prompt together: the system prompt, the newest of the history that fits, a nudge."""

from collections.abc import Iterable

from msgspec import Struct, structs

from tapster.core.errors import InvalidInput
from tapster.core.messages import Message, Role, says
from tapster.prompts.costs import PRIMING, cost_of, is_guessed
from tapster.prompts.counting import Counter, Estimate
from tapster.prompts.nudges import nudge_for
from tapster.prompts.occasion import Occasion, Turn
from tapster.prompts.report import MOST_NAMED, Cut, Item, Label, Report, Why
from tapster.prompts.turns import Gathering, Omitted, Unit

# So far back the user's last message is looked for once nothing else fits any more.
_FARTHEST = 1_000


class Prompt(Struct, frozen=True):
    """What goes out, and how it came about."""

    messages: tuple[Message, ...]
    report: Report


class _Kept(Struct, frozen=True, gc=False):
    unit: Unit
    costs: tuple[int, ...]
    cost: int


class _Tally:
    """Counts what is left out for one reason."""

    def __init__(self) -> None:
        self.count = 0
        self.tokens = 0
        self.ids: list[str] = []

    def add(self, id: str, tokens: int) -> None:  # noqa: A002  # the field's name everywhere
        self.count += 1
        self.tokens += tokens
        if len(self.ids) < MOST_NAMED:
            self.ids.append(id)


class Assembly:
    """A prompt in the making. It is fed the history newest first, until it wants no more.

    The messages are never split. The newest one and the user's last one always go out, then as
    many as fit, without a gap between them. Raises `InvalidInput` when even those two are too
    long together with the system prompt; where the model's room is only assumed, they go out all
    the same, for the provider to judge.
    """

    def __init__(self, occasion: Occasion, count: Counter) -> None:
        if occasion.kind == "quiet" and not occasion.instruction.strip():
            raise InvalidInput("A quiet generation needs an instruction.", field="instruction")
        self._occasion = occasion
        self._count = count
        self._budget = self._room = occasion.budget
        self._gathering = Gathering()
        self._kept: list[_Kept] = []
        self._tallies: dict[Why, _Tally] = {}
        self._system = says("system", occasion.system) if occasion.system.strip() else None
        if self._system:
            self._room -= cost_of(self._system, count)
        self._nudge: tuple[Label, Message] | None = None
        self._is_full = False
        self._awaits_user = True
        self._searched = 0

    @property
    def wants_more(self) -> bool:
        """Whether an older message may still find a place."""
        return not self._is_full or (self._awaits_user and self._searched < _FARTHEST)

    def feed(self, turns: Iterable[Turn]) -> bool:
        """Take more of the history, newest first; return whether still older messages count."""
        for turn in turns:
            for found in self._gathering.take(turn):
                if isinstance(found, Unit):
                    self._take(found)
                else:
                    self._omit(found)
            if self._is_full and not self.wants_more:
                return False
        return self.wants_more

    def finish(self, *, all_read: bool = True) -> Prompt:
        """Return the prompt. `all_read` tells whether the history was fed up to its beginning."""
        for found in self._gathering.end():
            self._omit(found)
        if not self._kept:
            self._begin(None)
        sent = [
            (one, tokens)
            for kept in reversed(self._kept)
            for one, tokens in zip(kept.unit.sent, kept.costs, strict=True)
        ]
        messages = [one.message for one, _ in sent]
        items = [Item("history", one.message.role, tokens, one.id) for one, tokens in sent]
        if self._system:
            messages.insert(0, self._system)
            items.insert(0, self._item("system prompt", self._system))
        if self._nudge:
            label, nudge = self._nudge
            messages.append(nudge)
            items.append(self._item(label, nudge))
        elif self._occasion.kind == "continue" and messages and messages[-1].role == "assistant":
            messages[-1] = structs.replace(messages[-1], prefix=True)
        return Prompt(tuple(messages), self._report(items, messages, all_read=all_read))

    def _take(self, unit: Unit) -> None:
        """Keep `unit` if there is room, or make room if it is one that must go out."""
        if not self._kept:
            self._begin(unit)
        costs = tuple([cost_of(one.message, self._count) for one in unit.sent])
        kept = _Kept(unit, costs, sum(costs))
        is_last_said = unit.is_said and self._awaits_user
        if is_last_said:
            self._awaits_user = False
            self._make_room(kept.cost)
        must_go = is_last_said or not self._kept
        if must_go:
            self._demand_room(kept.cost)
        if must_go or (kept.cost <= self._room and not self._is_full):
            self._kept.append(kept)
            self._room -= kept.cost
        else:
            self._is_full = True
            self._searched += 1
            self._cut(kept)

    def _begin(self, newest: Unit | None) -> None:
        """Find what has to be said at the end, now that it is known who spoke last."""
        role: Role | None = newest.sent[-1].message.role if newest else None
        if self._occasion.kind == "continue" and role is None:
            raise InvalidInput("There is no answer to continue.", field="kind")
        self._nudge = nudge_for(self._occasion, role)
        if self._nudge:
            self._room -= cost_of(self._nudge[1], self._count)
        self._demand_room(0)

    def _make_room(self, cost: int) -> None:
        """Take back what was kept between the newest message and the user's last one."""
        while cost > self._room and len(self._kept) > 1:
            taken = self._kept.pop()
            self._room += taken.cost
            self._is_full = True
            self._cut(taken)

    def _cut(self, kept: _Kept) -> None:
        for one, tokens in zip(kept.unit.sent, kept.costs, strict=True):
            self._tally("budget").add(one.id, tokens)

    def _omit(self, omitted: Omitted) -> None:
        self._tally(omitted.why).add(omitted.id, cost_of(omitted.message, self._count))

    def _tally(self, why: Why) -> _Tally:
        return self._tallies.setdefault(why, _Tally())

    def _item(self, label: Label, message: Message) -> Item:
        return Item(label, message.role, cost_of(message, self._count))

    def _report(self, items: list[Item], messages: list[Message], *, all_read: bool) -> Report:
        if not all_read:
            self._tally("budget")
        occasion = self._occasion
        return Report(
            items=tuple(items),
            total=sum(item.tokens for item in items),
            budget=self._budget,
            context=occasion.room,
            reply=occasion.kept_for_reply,
            cuts=tuple(
                Cut(
                    why,
                    tally.count,
                    tally.tokens,
                    tuple(tally.ids),
                    and_older=why == "budget" and not all_read,
                )
                for why, tally in self._tallies.items()
            ),
            context_assumed=occasion.context is None,
            estimated=self._count.is_estimate or any(map(is_guessed, messages)),
            counter=self._count.name,
        )

    def _demand_room(self, cost: int) -> None:
        """Refuse what must go out and has no room, as far as it is known how much there is."""
        occasion = self._occasion
        over = cost - self._room
        if over <= 0 or occasion.context is None:
            return
        longer = f"about {over:,}" if self._count.is_estimate else f"{over:,}"
        raise InvalidInput(
            f"The last message does not fit: with the system prompt it is {longer} tokens "
            f"longer than the {self._budget:,} there is room for (the model's {occasion.room:,} "
            f"less {occasion.kept_for_reply:,} for the answer and {PRIMING} that open it). Shorten "
            "the message or the system prompt, ask for a shorter answer, or choose a model with "
            "more room.",
            field="messages",
        )


def assemble(
    history: Iterable[Turn], occasion: Occasion, *, count: Counter | None = None
) -> Prompt:
    """Return the prompt for `history`, newest first, of which no more is read than fits."""
    assembly = Assembly(occasion, count or Estimate())
    newest_first = iter(history)
    assembly.feed(newest_first)
    return assembly.finish(all_read=next(newest_first, None) is None)
