"""The response settings a model takes over a connection, found out by writing requests to it.

Nothing is listed here: each setting is put into a request that is encoded and never sent. What
changes in its body is the setting's name on the wire, and a notice about it is the refusal.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import structs

from tapster.core.events import Noticed
from tapster.core.links import Link
from tapster.core.messages import says
from tapster.core.models import Model
from tapster.core.requests import ChatRequest, Settings
from tapster.core.settings import Setting
from tapster.dialects.dialect import Encoded
from tapster.sources import Source

# Some settings say something only beside another one.
_BESIDE: Mapping[str, Settings] = {
    "top_logprobs": Settings(logprobs=True),
    "show_reasoning": Settings(reasoning_effort="high"),
}
_MISSING = object()

Path = tuple[str, ...]


class SettingOffered(Setting, frozen=True, omit_defaults=False):
    """A response setting as one model takes it, within its true range.

    `wire` is the field it goes out in, such as `generationConfig.topP`. `refused` says why this
    model does not take it.
    """

    wire: str | None = None
    refused: str | None = None


def offered_settings(source: Source, link: Link, facts: Model) -> tuple[SettingOffered, ...]:
    """Return each setting `source` takes over `link`, as the model of these `facts` takes it."""
    request = ChatRequest(model=facts.id, messages=(says("user", "Hi"),))
    probes = _Probes(source, link, request)
    return tuple(
        _as_known(_probed(setting, probes), facts) for setting in source.settings_for(request, link)
    )


class _Probes:
    """Requests with one setting each, beside the same without it."""

    def __init__(self, source: Source, link: Link, request: ChatRequest) -> None:
        self._source = source
        self._link = link
        self._request = request
        self._without: dict[Settings, Encoded] = {}

    def unshaped(self) -> "_Probes":
        """Return the same without what the connection lays over bodies or takes out of them."""
        link = structs.replace(self._link, include_body={}, exclude_body=())
        return _Probes(self._source, link, self._request)

    @property
    def shapes(self) -> bool:
        """Whether the connection changes bodies itself."""
        return bool(self._link.include_body or self._link.exclude_body)

    def probe(self, name: str, value: Any) -> "_Probe":
        """Return what the setting `name` at `value` changes."""
        beside = _BESIDE.get(name, Settings())
        without = self._without.get(beside)
        if without is None:
            without = self._without[beside] = self._encoded(beside)
        return _Probe(name, value, without, self._encoded(structs.replace(beside, **{name: value})))

    def _encoded(self, settings: Settings) -> Encoded:
        return self._source.encoded(structs.replace(self._request, settings=settings), self._link)


class _Probe:
    """What one value of one setting changed."""

    def __init__(self, name: str, value: Any, without: Encoded, with_it: Encoded) -> None:
        self.value = value
        self.body = with_it.body
        self.changed = dict(_changes(without.body, with_it.body))
        self.notice = _new_notice(name, without.notices, with_it.notices)
        wanted = list(value) if isinstance(value, tuple) else value
        self._places = [path for path, said in self.changed.items() if _is_same(said, wanted)]

    @property
    def arrived(self) -> bool:
        """Whether the setting had its way: it is there as it was given, or nobody objects."""
        return bool(self._places) or (bool(self.changed) and self.notice is None)

    @property
    def wire(self) -> str | None:
        """The field it went into, dotted; what its parts share where it went into several."""
        if not self.changed:
            return None
        if self._places:
            _, nearest = min((len(path), path) for path in self._places)
            return ".".join(nearest)
        return ".".join(_shared(list(_leaves(self.changed)))) or None


def _probed(setting: Setting, probes: _Probes) -> SettingOffered:
    tried = [probes.probe(setting.name, value) for value in _values(setting)]
    if setting.kind == "choice":
        return _chosen(setting, tried, probes)
    told = next((each for each in tried if each.arrived), None)
    if told is not None:
        return _offered(setting, wire=told.wire)
    return _refused(setting, tried, probes)


def _chosen(setting: Setting, tried: list[_Probe], probes: _Probes) -> SettingOffered:
    """Return a choice with those of its words that make a difference, or why it is refused."""
    taken = [each for each in tried if each.arrived]
    # Words that are sent as another one stand for it; of those that have no better, one stays.
    others: list[list[_Probe]] = []
    for each in tried:
        if each in taken or not each.changed or any(each.body == one.body for one in taken):
            continue
        alike = next((group for group in others if group[0].body == each.body), None)
        if alike is None:
            others.append([each])
        else:
            alike.append(each)
    kept = [*taken, *(group[len(group) // 2] for group in others)]
    if not any(each.changed for each in kept):
        return _refused(setting, tried, probes)
    words = tuple(each.value for each in tried if each in kept)
    plainest = next((each for each in kept if each.value != "none"), kept[0])
    return _offered(structs.replace(setting, choices=words), wire=plainest.wire)


def _refused(setting: Setting, tried: list[_Probe], probes: _Probes) -> SettingOffered:
    if notice := next((each.notice for each in tried if each.notice), None):
        return _offered(setting, refused=notice)
    if probes.shapes:
        bare = _probed(setting, probes.unshaped())
        if bare.wire:
            return structs.replace(
                bare,
                refused=f"“{setting.title}” has no effect: the connection itself sets "
                f"“{bare.wire}” or leaves it out. Change its body fields to choose it here.",
            )
        return bare
    return _offered(setting, refused=f"“{setting.title}” changes nothing for this model.")


def _as_known(offered: SettingOffered, facts: Model) -> SettingOffered:
    """Return `offered` within what the provider says of the model."""
    if offered.name == "max_tokens" and facts.max_output:
        offered = structs.replace(offered, high=facts.max_output)
    if offered.refused or facts.settings is None or offered.name in facts.settings:
        return offered
    return structs.replace(
        offered,
        refused=f"The endpoint does not name “{offered.title}” among what {facts.id} takes: it "
        "may be ignored, or refused.",
    )


def _offered(
    setting: Setting, *, wire: str | None = None, refused: str | None = None
) -> SettingOffered:
    return SettingOffered(**structs.asdict(setting), wire=wire, refused=refused)


def _values(setting: Setting) -> tuple[Any, ...]:
    """Return values to try: within the range, and none that changes nothing."""
    match setting.kind:
        case "choice":
            return setting.choices
        case "switch":
            return (True, False)
        case "list":
            return (("~",),)
        case "map":
            return ({"1": -1.0},)
        case "text" | "code":
            return ("~",)
        case "ids":
            # Two, as each of them may become a field of its own.
            return ((4099, 4111),)
        case "json":
            return ({"type": "object"},)
        case "integer":
            return (_whole(setting),)
        case "number":
            low = 0.0 if setting.low is None else setting.low
            high = 1.0 if setting.high is None else setting.high
            return (low + (high - low) * 0.375,)


def _whole(setting: Setting) -> int:
    """Return a number that no default is likely to be."""
    low = int(setting.low or 0)
    high = 4099 if setting.high is None else int(setting.high)
    return min(low + 3, high)


def _new_notice(name: str, before: tuple[Noticed, ...], after: tuple[Noticed, ...]) -> str | None:
    known = {notice.text for notice in before}
    return next(
        (each.text for each in after if each.field == name and each.text not in known), None
    )


def _changes(before: Any, after: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every place in `after` that is not as in `before`, the outer ones first."""
    if before is not _MISSING and _is_same(before, after):
        return
    if path:
        yield path, after
    if isinstance(after, dict):
        for name, inner in after.items():
            known = before.get(name, _MISSING) if isinstance(before, dict) else _MISSING
            yield from _changes(known, inner, (*path, name))
    if isinstance(before, dict) and isinstance(after, dict):
        for name in before.keys() - after.keys():
            yield (*path, name), _MISSING


def _is_same(one: Any, other: Any) -> bool:
    """Whether both are equal; 1 and true are not."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _leaves(changed: Mapping[Path, Any]) -> Iterator[Path]:
    for path in changed:
        if not any(other[: len(path)] == path for other in changed if len(other) > len(path)):
            yield path


def _shared(paths: list[Path]) -> Path:
    """Return what `paths` begin with alike; the first of them where that is nothing."""
    first, *others = sorted(paths)
    length = 0
    while length < len(first) and all(
        other[: length + 1] == first[: length + 1] for other in others
    ):
        length += 1
    return first[:length] or first
