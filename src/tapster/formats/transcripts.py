"""Chats as people read them: the shown path, as Markdown or as plain text."""

from collections.abc import Iterator

from tapster.formats.archives import Archive, Written, shown_path


def as_markdown(archive: Archive) -> Iterator[str]:
    """Yield the chat as Markdown, without what is hidden from prompts."""
    chat = archive.chat
    if chat.title:
        yield f"# {_one_line(chat.title)}\n\n"
    blocks = [f"**system**\n\n{chat.system}\n"] if chat.system else []
    blocks += [f"**{_who(each)}**\n\n{each.text}\n" for each in _visible(archive)]
    yield "\n".join(blocks)


def as_text(archive: Archive) -> Iterator[str]:
    """Yield the chat as plain text, without what is hidden from prompts."""
    chat = archive.chat
    blocks = [f"system: {chat.system}\n"] if chat.system else []
    blocks += [f"{_who(each)}: {each.text}\n" for each in _visible(archive)]
    yield "\n".join(blocks)


def _visible(archive: Archive) -> Iterator[Written]:
    path = (archive.messages[place - 1] for place in shown_path(archive))
    return (message for message in path if not message.hidden)


def _who(message: Written) -> str:
    return _one_line(message.author or message.role)


def _one_line(text: str) -> str:
    return " ".join(text.split())
