"""What servers of models at home say in the words of their makers, for the person at the screen."""

import re

_BUSY_LOADING = re.compile(
    r"^loading model\.?$|\bmodel is (?:(?:still )?loading|being loaded)", re.IGNORECASE
)
_TEMPLATE = re.compile(
    r"jinja|chat template|TemplateError|roles must alternate|raise_exception", re.IGNORECASE
)
# llama.cpp shows the place in the template before it says what is wrong.
_AT_LAST = re.compile(r"Error: (?:Jinja Exception: )?(.+)\s*$")
_LONGEST = 300


def is_about_the_template(message: str) -> bool:
    """Whether a server says that its chat template does not take the messages, or is broken."""
    return _TEMPLATE.search(message) is not None


def said_plainly(message: str) -> str:
    """Return `message`, in words that name the way out where the server's own do not."""
    if _BUSY_LOADING.search(message):
        return "The server is still loading its model. Try again in a moment."
    if not is_about_the_template(message):
        return message
    found = _AT_LAST.search(message)
    words = " ".join((found[1] if found else message).split())[:_LONGEST].rstrip(".")
    return (
        f"The model's chat template does not take these messages: {words}. Post-processing "
        "`strict` makes the roles take turns; else choose another model, or have the server use "
        "another template."
    )
