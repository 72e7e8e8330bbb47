"""A mock of every provider, on a real socket on loopback: strict, scripted, faulty on demand.

    async with MockProvider() as mock:
        client = AsyncOpenAI(base_url=mock.url + "/openai/v1", api_key="sk-good")

Places: `/openai/v1`, `/azure/openai/v1`, `/anthropic/v1`, `/google/v1beta`, `/vertex`,
`/palm/v1beta2`, `/mistral/v1`, `/cohere`, `/ollama`, `/openrouter/api/v1`, `/compatible/v1`
(vLLM), `/lmstudio/v1`, `/xai/v1`, `/deepseek`, `/groq/openai/v1`, `/together/v1`, `/moonshot/v1`.

What it says is chosen by the model (`behaviours`), by a last user message that starts with
`mock:`, or by `mock.script(Reply(…))`. What goes wrong (`faults`) is chosen by the path
(`mock.url + "/~fault=html/openai/v1"`), by the model (`fault~html~echo`), by the message
(`mock:fault=html`) or by `Reply(fault="html")`. Which keys are good is read in the key's own
words (`keys`). What was asked is in `mock.requests` and at `/_mock/requests`.
"""

from mock_provider.records import Record
from mock_provider.replies import Reply, ToolUse
from mock_provider.server import MockProvider

__all__ = ["MockProvider", "Record", "Reply", "ToolUse"]
