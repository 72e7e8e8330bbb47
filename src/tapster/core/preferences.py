"""What a person likes: how the page looks, and what a new chat begins with."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from tapster.core.requests import Settings

Theme = Literal["auto", "dark", "light"]
FontSize = Annotated[int, Meta(ge=12, le=24)]
# A tag such as `de` or `pt-BR`.
Language = Annotated[str, Meta(pattern=r"^([A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3})?$")]
ModelName = Annotated[str, Meta(min_length=1, max_length=300)]
Favourites = Annotated[tuple[ModelName, ...], Meta(max_length=1000)]
Combo = Annotated[str, Meta(max_length=50)]
Shortcuts = Annotated[dict[Combo, Combo], Meta(max_length=200)]


class Preferences(Struct, frozen=True, kw_only=True):
    """What one person likes.

    An empty `language` is the browser's. `favourites` are `source/model id`. New chats begin
    with `connection`, `model`, `settings` and `system`. `shortcuts` are those that differ from
    the usual ones, by action. `version` counts the changes.
    """

    theme: Theme = "auto"
    font_size: FontSize = 16
    language: Language = ""
    reduce_motion: bool = False
    send_on_enter: bool = True
    favourites: Favourites = ()
    connection: str | None = None
    model: str | None = None
    settings: Settings = Settings()
    system: str = ""
    shortcuts: Shortcuts = field(default_factory=dict)
    check_on_open: bool = False
    version: int = 0


class PreferenceFields(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person may change of it; what is not given stays as it is."""

    theme: Theme | UnsetType = UNSET
    font_size: FontSize | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    reduce_motion: bool | UnsetType = UNSET
    send_on_enter: bool | UnsetType = UNSET
    favourites: Favourites | UnsetType = UNSET
    connection: str | UnsetType | None = UNSET
    model: str | UnsetType | None = UNSET
    settings: Settings | UnsetType = UNSET
    system: str | UnsetType = UNSET
    shortcuts: Shortcuts | UnsetType = UNSET
    check_on_open: bool | UnsetType = UNSET
