import ast
import re
from functools import cache
from pathlib import Path

import pytest

import tapster
from scripted_transport import ScriptedTransport
from tapster.core.errors import InvalidInput
from tapster.core.links import Link
from tapster.core.origins import origin_of
from tapster.core.settings import SETTINGS
from tapster.sources import HttpSource, all_sources, find_source

PACKAGE = Path(tapster.__file__).parent
SOURCES = list(all_sources().values())
every_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
over_http = pytest.mark.parametrize(
    "source",
    [source for source in SOURCES if isinstance(source, HttpSource) and not source.built_in],
    ids=lambda source: source.id,
)
# Words that mean something else where they stand: (the word, the file) and what it is there.
OTHER_MEANINGS = {
    ("browser", "app/browser_grant.py"): "the program that shows pages, told to a person",
    ("browser", "app/grants.py"): "the program that shows pages, told to a person",
    ("browser", "cli/connect.py"): "the program that shows pages, told to a person",
    ("browser", "cli/serve.py"): "the program that shows pages, told to a person",
    ("browser", "app/connections.py"): "the program that shows pages, told to a person",
    ("browser", "core/checks.py"): "the program that shows pages, told to a person",
    ("browser", "errands/failures.py"): "the program that shows pages, told to a person",
    ("browser", "relay/check.py"): "the program that shows pages, told to a person",
    ("browser", "server/application.py"): "the program that shows pages, told to a person",
    ("browser", "sources/_table.py"): "the program that shows pages, in an address",
    ("browser", "sources/windowai.py"): "the program that shows pages, in a title",
    ("browser", "store/failures.py"): "a program that looks into databases",
    ("claude", "dialects/anthropic_families.py"): "how the ids of Anthropic's models begin",
    ("claude", "sources/vertex.py"): "how the ids of the Claude models it serves begin",
    ("cohere", "dialects/cohere_chat/dialect.py"): "the vendor its models are listed under",
    ("custom", "app/drafts.py"): "the way out of a refused header, told to a person",
    ("custom", "cli/connect.py"): "the way out for whoever named no source, told to a person",
    ("custom", "dialects/openai_responses/items.py"): "OpenAI's kind of tool that takes text",
    ("custom", "dialects/openai_responses/request.py"): "OpenAI's kind of tool that takes text",
    ("google", "dialects/google_generate/configuration.py"): "the field for what is Google's own",
    ("google", "dialects/google_generate/dialect.py"): "the publisher in the name of a model",
    ("google", "dialects/google_models.py"): "the vendor its models are listed under",
    ("google", "sources/perplexity.py"): "the vendor in a model's id",
    ("google", "sources/windowai.py"): "the vendor in a model's id",
    ("google", "sources/vertex.py"): "the publisher in the address of a model",
    ("groq", "sources/huggingface.py"): "a provider it routes to, in an example",
    ("local", "app/tapster.py"): "the policy under which private addresses may be reached",
    ("local", "core/origins.py"): "how the names of machines in a house end",
    ("local", "engine/process.py"): "the package's extra that brings the embedded engine",
    ("local", "net/guard.py"): "the policy under which private addresses may be reached",
    ("meta", "dialects/cohere_chat/reply.py"): "the field that holds the bill",
    ("meta", "dialects/model_lists.py"): "a field in which servers describe a model",
    ("meta", "engine/transport.py"): "the field in which llama.cpp describes a model",
    ("meta", "sources/llamacpp.py"): "the field in which llama.cpp describes a model",
    ("meta", "sources/cloudflare.py"): "the vendor in a model's id",
    ("ollama", "net/guard.py"): "part of the name of a host, in an example",
    ("openai", "sources/azure.py"): "part of the path below a resource",
    ("openai", "sources/cloudflare.py"): "the vendor in a model's id",
    ("openai", "sources/perplexity.py"): "the vendor in a model's id",
    ("xai", "core/redaction.py"): "how its keys begin",
    ("xai", "sources/perplexity.py"): "the vendor in a model's id",
}
IDS = frozenset(source.id for source in SOURCES)
# A name that is joined to more by a dash or an underscore is another name; addresses are none.
WORD = re.compile(rf"(?<!\w)(?<!\w-)(?:{'|'.join(sorted(IDS))})(?!\w)(?!-\w)")
ADDRESS = re.compile(r"https?://\S+")


@cache
def named_in(path: Path) -> frozenset[str]:
    """Return the sources whose ids are words in a module's strings, or which it imports."""
    return ids_named(path.read_text(), path.relative_to(PACKAGE.parent).parts[:-1])


def ids_named(text: str, package: tuple[str, ...]) -> frozenset[str]:
    tree = ast.parse(text)
    words = {word for text in strings_of(tree) for word in WORD.findall(ADDRESS.sub(" ", text))}
    return frozenset(words | sources_imported(tree, package))


def sources_imported(tree: ast.Module, package: tuple[str, ...]) -> set[str]:
    home = "tapster.sources."
    names = [name for name in imports_of(tree, package) if name.startswith(home)]
    return {name.removeprefix(home).split(".")[0] for name in names} & IDS


def strings_of(tree: ast.Module) -> list[str]:
    """Return the text constants of a module, without its docstrings."""
    explained = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, explained) and node.body and isinstance(node.body[0], ast.Expr)
    }
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    values = [node.value for node in constants if node not in docstrings]
    texts = [value.decode("latin-1") if isinstance(value, bytes) else value for value in values]
    return [text for text in texts if isinstance(text, str)]


def imports_of(tree: ast.Module, package: tuple[str, ...]) -> list[str]:
    """Return the whole names of all a module of `package` imports."""
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            place = ".".join((*above, *filter(None, [node.module])))
            found += [f"{place}.{alias.name}" for alias in node.names]
    return found


@every_source
def test_an_id_is_the_name_of_its_file(source):
    assert (PACKAGE / "sources" / f"{source.id}.py").is_file()


@every_source
def test_is_named_in_no_other_file(source):
    home = PACKAGE / "sources" / f"{source.id}.py"
    others = [path for path in PACKAGE.rglob("*.py") if path != home]

    naming = {
        path.relative_to(PACKAGE).as_posix() for path in others if source.id in named_in(path)
    }

    excused = {file for word, file in OTHER_MEANINGS if word == source.id}
    assert naming == excused


@every_source
def test_imports_no_other_source(source):
    tree = ast.parse((PACKAGE / "sources" / f"{source.id}.py").read_text())

    assert not sources_imported(tree, ("tapster", "sources"))


@pytest.mark.parametrize(
    "line",
    [
        "import tapster.sources.groq",
        "from tapster.sources import groq",
        "from tapster.sources.groq import source",
        "from . import groq",
        "from .groq import source as other",
        "from ..sources.groq import source",
        "load('tapster.sources.groq')",
        "model.startswith('groq')",
        "model == 'groq/llama'",
        "model.startswith(b'groq-')",
        "f'{model} groq'",
    ],
)
def test_a_source_is_found_however_it_is_named(line):
    assert ids_named(line, ("tapster", "sources")) == {"groq"}


@pytest.mark.parametrize(
    "line",
    [
        "from tapster.sources import HttpSource",
        "from tapster.dialects.openai_chat import OpenAIChat",
        "dialect = 'openai-chat'",
        "docs = 'https://openai.com/docs'",
        "def f():\n    'Speak as groq does.'",
    ],
)
def test_a_name_that_only_holds_an_id_is_no_source(line):
    assert ids_named(line, ("tapster", "sources")) == frozenset()


@every_source
def test_its_docstring_names_the_page_it_was_written_from(source):
    module = ast.parse((PACKAGE / "sources" / f"{source.id}.py").read_text())

    assert source.docs in (ast.get_docstring(module) or "")
    assert source.docs.startswith("https://")


@every_source
def test_a_key_that_is_needed_can_be_made_somewhere(source):
    if source.key_need == "required":
        assert source.key_page
        assert source.key_page.startswith("https://")
        assert source.key_variables
    assert all(name == name.upper() and name.isidentifier() for name in source.key_variables)


@every_source
def test_takes_settings_that_exist_with_ranges_inside_out(source):
    for setting in source.settings():
        assert setting.name in SETTINGS
        if setting.low is not None and setting.high is not None:
            assert setting.low < setting.high


@over_http
def test_ranges_are_of_settings_it_takes(source):
    assert set(source.ranges) <= {setting.name for setting in source.settings()}


@every_source
def test_options_are_explained_and_choices_are_closed(source):
    names = [option.name for option in source.options]

    assert len(names) == len(set(names))
    for option in source.options:
        assert option.title
        assert option.meaning.endswith(".")
        assert (option.kind == "choice") == bool(option.choices)
        if option.choices and option.default is not None:
            assert option.default in option.choices


@over_http
def test_endpoints_to_choose_from_are_an_option(source):
    if not source.bases:
        return
    option = next(option for option in source.options if option.name == "endpoint")

    assert set(option.choices) == set(source.bases)
    assert source.bases[option.default] == source.base_url


@over_http
@pytest.mark.parametrize(
    "pasted",
    [
        "http://127.0.0.1:1234",
        "http://127.0.0.1:1234/",
        "http://127.0.0.1:1234/v1",
        "http://127.0.0.1:1234/v1/",
        "http://127.0.0.1:1234/v1/chat/completions",
        "http://127.0.0.1:1234/api/v4",
        "http://127.0.0.1:1234/gateway/x?tenant=1",
    ],
)
def test_an_endpoint_is_tidied_once_and_for_all(source, pasted):
    once = source.endpoint_of(Link(transport=ScriptedTransport(), endpoint=pasted))
    twice = source.endpoint_of(Link(transport=ScriptedTransport(), endpoint=once))

    assert once == twice
    assert not once.endswith("/")
    assert "/chat/completions" not in once
    assert origin_of(once) == "http://127.0.0.1:1234"


@over_http
def test_its_own_endpoint_is_tidy(source):
    if source.base_url is None or any(option.required for option in source.options):
        return
    own = source.endpoint_of(Link(transport=ScriptedTransport()))

    again = source.endpoint_of(Link(transport=ScriptedTransport(), endpoint=own))

    assert own == again


@over_http
def test_a_catalogue_names_each_model_once(source):
    names = [model.id for model in source.catalogue]

    assert len(names) == len(set(names))
    assert not any(model.external for model in source.catalogue)


def test_no_two_sources_share_a_title():
    titles = [source.title.casefold() for source in SOURCES]

    assert len(titles) == len(set(titles))


def test_no_environment_variable_offers_two_sources():
    variables = [name for source in SOURCES for name in source.key_variables]

    assert len(variables) == len(set(variables))


def test_an_unknown_source_is_answered_with_the_nearest_names():
    with pytest.raises(InvalidInput, match="groq"):
        find_source("gorq")


def test_a_source_without_an_address_of_its_own_says_what_it_needs():
    homeless = [s for s in SOURCES if isinstance(s, HttpSource) and s.base_url is None]

    assert homeless
    for source in homeless:
        with pytest.raises(InvalidInput, match="needs an endpoint"):
            source.endpoint_of(Link(transport=ScriptedTransport()))
