"""A whole chat at a glance: its tree with every run of messages drawn together."""

from collections.abc import Iterator, Sequence

from tapster.chats.limits import how_many
from tapster.chats.ownership import chat_of
from tapster.chats.shapes import Shape
from tapster.chats.titles import title_from
from tapster.core.chats import Checkpoint, Outline, Segment
from tapster.store import Store

MOST_SEGMENTS = 5_000
"""How many segments may be asked for at once."""

_LONGEST = 120
# Of a text with many spaces more has to be read to have so many signs on one line.
_READ = 4 * _LONGEST


class Outlines:
    """The trees of chats, without most of what is said in them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, owner: str, chat_id: str, *, limit: int = 2_000) -> Outline:
        """Return the tree of a chat in at most `limit` segments."""
        limit = how_many(limit, most=MOST_SEGMENTS)
        async with self._store.read() as rows:
            chat = await chat_of(rows, owner, chat_id)
            links = await rows.outlines.links(chat.id)
            shape = Shape([(own, parent) for own, parent, _ in links])
            places = await rows.checkpoints.of(chat.id)
            path = set(shape.upwards(chat.head))
            runs, more = _chosen(shape, path, limit)
            openings = await rows.outlines.openings([run[0] for run in runs], most=_READ)
        written = {own: at for own, _, at in links}
        named = _names(places)
        segments = tuple(
            Segment(
                first=run[0],
                last=run[-1],
                parent=shape.above(run[0]),
                count=len(run),
                role=opening.role,
                author=opening.author,
                text=title_from((opening.text,), longest=_LONGEST),
                created_at=opening.created_at,
                ends_at=written[run[-1]],
                names=tuple(name for one in run for name in named.get(one, ())) if named else (),
                on_path=run[0] in path,
            )
            for run in runs
            for opening in (openings[run[0]],)
        )
        return Outline(segments=segments, head=chat.head, more=more)


def _chosen(shape: Shape, path: set[str], limit: int) -> tuple[list[list[str]], bool]:
    """Return at most `limit` runs, none without the one it hangs on, and whether there are more.

    Those of the shown path are taken first, then those nearest to the beginning.
    """
    by_depth = list(_runs(shape))
    if len(by_depth) <= limit:
        chosen = by_depth
    else:
        shown = [run for run in by_depth if run[0] in path]
        others = [run for run in by_depth if run[0] not in path]
        chosen = [*shown, *others][:limit]
    runs = {run[0]: run for run in chosen}
    return list(_in_order(shape, runs)), len(by_depth) > limit


def _runs(shape: Shape) -> Iterator[list[str]]:
    """Yield every run, after the one it hangs on, level by level."""
    level: Sequence[str] = shape.below(None)
    while level:
        runs = [shape.run_from(first) for first in level]
        yield from runs
        level = [first for run in runs for first in shape.below(run[-1])]


def _in_order(shape: Shape, runs: dict[str, list[str]]) -> Iterator[list[str]]:
    """Yield these runs, each followed by what hangs on it."""
    waiting = list(reversed(shape.below(None)))
    while waiting:
        run = runs.get(waiting.pop())
        if run is not None:
            yield run
            waiting += reversed(shape.below(run[-1]))


def _names(places: Sequence[Checkpoint]) -> dict[str, list[str]]:
    named: dict[str, list[str]] = {}
    for place in places:
        named.setdefault(place.message_id, []).append(place.name)
    return named
