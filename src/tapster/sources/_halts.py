"""How a server is told to stop an answer, where a closed connection does not always reach it."""

from collections.abc import Mapping
from dataclasses import dataclass

from tapster.core.links import Link


@dataclass(frozen=True)
class Halt:
    """A call that ends an answer.

    - `path`: where it is posted, below the endpoint.
    - `name`: the field of a request in which the answer gets a name of its own. The call has
      the same field, and ends the answer of that name alone.
    - `option`: for a call that ends whatever the server writes, whoever asked for it: the option
      that has to be `everything` before it is made.
    """

    path: str
    name: str | None = None
    option: str | None = None

    def naming(self, link: Link) -> Mapping[str, str]:
        """Return the field that names the answer asked for over `link`, if it gets a name.

        A name the person sends, or keeps from being sent, is theirs: answers may share it.
        """
        if self.name is None or link.answer is None:
            return {}
        if self.name in link.include_body or self.name in link.exclude_body:
            return {}
        return {self.name: link.answer}

    def is_wanted(self, link: Link) -> bool:
        """Whether leaving an answer that was asked for over `link` is followed by the call."""
        if self.option is not None:
            return link.options.get(self.option) == "everything"
        return bool(self.naming(link))
