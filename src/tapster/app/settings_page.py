"""The page of all settings, written from the settings themselves.

`python -m tapster.app.settings_page` prints it; docs/settings.md is its output.
"""

import sys

from tapster.app.config import SETTINGS

_HEAD = """# Settings

Command line > environment > `config.toml` in the configuration folder > default. In
`config.toml` a setting is written by its name (`port = 8278`); in the environment by its
variable. Written from the settings themselves by `python -m tapster.app.settings_page`.

| name | variable | meaning |
|---|---|---|
"""

_TAIL = """
A provider's usual key variable (`OPENAI_API_KEY`, `ANTHROPIC_API_KEY`, …, see
[sources](sources.md)) offers a ready-made connection of that source. Its key is used from the
environment and never kept.
"""


def render_settings() -> str:
    """Return the whole page as Markdown."""
    rows = "\n".join(
        f"| `{setting.name}` | `{setting.variable}` | {setting.meaning} |" for setting in SETTINGS
    )
    return f"{_HEAD}{rows}\n{_TAIL}"


if __name__ == "__main__":
    sys.stdout.write(render_settings())
