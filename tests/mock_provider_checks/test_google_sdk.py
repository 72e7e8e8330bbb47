"""Google's own SDK as the client of the mock, for AI Studio and Vertex."""

import json

import pytest
from google import genai
from google.genai import errors, types

# Google's SDK inherits from aiohttp's session, which aiohttp discourages.
pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")


@pytest.fixture
async def client(mock):
    sdk = genai.Client(
        api_key="AIza-good",
        http_options=types.HttpOptions(base_url=mock.url + "/google", api_version="v1beta"),
    )
    yield sdk.aio
    await sdk.aio.aclose()
    sdk.close()


async def test_thoughts_come_apart_from_the_answer(client):
    reply = await client.models.generate_content(model="think", contents="Hello you")

    parts = reply.candidates[0].content.parts
    assert [(part.thought, part.text) for part in parts] == [
        (True, "The user wants an echo. So I echo."),
        (None, "Hello you"),
    ]
    assert parts[1].thought_signature
    assert reply.usage_metadata.thoughts_token_count > 0


async def test_the_answer_streams_and_ends_without_a_mark(client):
    stream = await client.models.generate_content_stream(model="echo", contents="one two three")
    chunks = [chunk async for chunk in stream]

    assert [chunk.text for chunk in chunks] == ["one", " two", " three"]
    assert chunks[-1].candidates[0].finish_reason == types.FinishReason.STOP
    assert chunks[-1].usage_metadata.total_token_count > 0


async def test_a_tool_is_called_signed_and_its_result_answered(client, weather):
    function = types.FunctionDeclaration(
        name=weather["name"], parameters_json_schema=weather["parameters"]
    )
    config = types.GenerateContentConfig(
        tools=[types.Tool(function_declarations=[function])],
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )
    model = "gemini-3.8-flash"
    asked = types.Content(role="user", parts=[types.Part(text="mock:tool")])
    reply = await client.models.generate_content(model=model, contents=[asked], config=config)
    said = reply.candidates[0].content
    call = said.parts[0].function_call
    result = types.Content(
        role="user",
        parts=[
            types.Part(
                function_response=types.FunctionResponse(
                    id=call.id, name=call.name, response={"output": "sunny"}
                )
            )
        ],
    )
    answer = await client.models.generate_content(
        model=model, contents=[asked, said, result], config=config
    )

    assert call.args == {"city": "mock", "days": 7}
    assert answer.text == "sunny"
    said.parts[0].thought_signature = None
    with pytest.raises(errors.ClientError, match="thought_signature"):
        await client.models.generate_content(
            model=model, contents=[asked, said, result], config=config
        )


async def test_json_fits_the_schema_and_an_image_is_measured(client, weather, png):
    fitting = await client.models.generate_content(
        model="json",
        contents="Where?",
        config={
            "response_mime_type": "application/json",
            "response_json_schema": weather["parameters"],
        },
    )
    seen = await client.models.generate_content(
        model="vision", contents=[types.Part.from_bytes(data=png, mime_type="image/png")]
    )

    assert json.loads(fitting.text) == {"city": "mock", "days": 7}
    assert seen.text == f"image/png {len(png)} bytes"


@pytest.mark.parametrize(
    ("model", "config", "words"),
    [
        ("gemini-3.8-flash", {"temperature": 0.5}, "temperature is not supported"),
        ("echo", {"stop_sequences": list("abcdef")}, "at most 5"),
        ("gemini-3.5-flash", {"candidate_count": 2}, "Multiple candidates"),
        ("gemini-2.5-flash", {"presence_penalty": 0.5}, "Penalty is not enabled"),
        ("gemini-4-argon", {"thinking_config": {"thinking_budget": 9}}, "budget"),
    ],
)
async def test_what_google_refuses_is_refused(client, model, config, words):
    with pytest.raises(errors.ClientError, match=words) as refused:
        await client.models.generate_content(model=model, contents="Hi", config=config)

    assert refused.value.status == "INVALID_ARGUMENT"


async def test_a_model_turn_at_the_end_is_refused_by_newer_models_only(client):
    contents = [
        types.Content(role="user", parts=[types.Part(text="Hi")]),
        types.Content(role="model", parts=[types.Part(text="So")]),
    ]
    await client.models.generate_content(model="gemini-2.5-flash", contents=contents)

    with pytest.raises(errors.ClientError, match="ending with a model turn"):
        await client.models.generate_content(model="gemini-3.8-flash", contents=contents)


async def test_a_blocked_answer_is_no_error(client):
    reply = await client.models.generate_content(model="filter", contents="one two")

    assert reply.candidates[0].finish_reason == types.FinishReason.SAFETY


async def test_models_are_listed_page_by_page(client):
    names = [model.name async for model in await client.models.list(config={"page_size": 7})]

    assert "models/gemini-3.8-flash" in names
    assert len(names) == len(set(names)) > 14


async def test_a_wrong_key_is_a_bad_request(mock):
    sdk = genai.Client(api_key="AIza-wrong", http_options={"base_url": mock.url + "/google"})
    with pytest.raises(errors.ClientError, match="API key not valid") as refused:
        await sdk.aio.models.generate_content(model="echo", contents="Hi")
    await sdk.aio.aclose()
    sdk.close()

    assert refused.value.code == 400
    assert refused.value.details["error"]["details"][0]["reason"] == "API_KEY_INVALID"


async def test_vertex_takes_a_service_account_and_wants_its_token(mock, http):
    from google.oauth2 import service_account

    account = mock.service_account()
    credentials = service_account.Credentials.from_service_account_info(
        account, scopes=["https://www.googleapis.com/auth/cloud-platform"]
    )
    credentials._create_self_signed_jwt("")
    assertion = credentials._make_authorization_grant_assertion()
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": assertion.decode(),
    }
    async with http.post(account["token_uri"], data=form) as answer:
        token = (await answer.json())["access_token"]
    forged = form | {"assertion": form["assertion"][:-8] + "AAAAAAAA"}
    async with http.post(account["token_uri"], data=forged) as answer:
        refused = await answer.json()

    place = mock.url + "/vertex/v1/projects/p/locations/global/publishers"
    contents = {"contents": [{"role": "user", "parts": [{"text": "Hi you"}]}]}
    signed = {"authorization": f"Bearer {token}"}
    gemini = f"{place}/google/models/gemini-3.8-flash:generateContent"
    async with http.post(gemini, json=contents, headers=signed) as answer:
        said = (await answer.json())["candidates"][0]["content"]["parts"][0]["text"]
    async with http.post(gemini, json=contents) as answer:
        without = answer.status
    assert (said, without, refused["error"]) == ("Hi you", 401, "invalid_grant")


async def test_claude_on_vertex_has_its_version_in_the_body(mock, http):
    place = mock.url + "/vertex/v1/projects/p/locations/us/publishers/anthropic/models"
    body = {
        "anthropic_version": "vertex-2023-10-16",
        "max_tokens": 9,
        "messages": [{"role": "user", "content": "Hi you"}],
        "stream": True,
    }
    url = f"{place}/claude-haiku-4-5@20251001:streamRawPredict"
    signed = {"authorization": "Bearer ya29.good"}
    async with http.post(url, json=body, headers=signed) as answer:
        text = await answer.text()
    async with http.post(url, json=body | {"model": "x"}, headers=signed) as answer:
        refused = await answer.json()

    assert text.endswith('event: message_stop\ndata: {"type":"message_stop"}\n\n')
    assert refused["error"]["message"] == "model: Extra inputs are not permitted"
