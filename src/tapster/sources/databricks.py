"""Databricks: the model serving endpoints of a workspace.

https://docs.databricks.com/aws/en/machine-learning/model-serving/score-foundation-models
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="databricks",
    title="Databricks",
    base_url=None,
    docs="https://docs.databricks.com/aws/en/machine-learning/model-serving/score-foundation-models",
    # The workspace lists its endpoints elsewhere, in a shape of its own.
    dialect=OpenAIChat(never_takes=frozenset({"verbosity"})),
    key_page="https://docs.databricks.com/aws/en/dev-tools/auth/pat",
    key_variables=(
        "DATABRICKS_TOKEN",
        "DATABRICKS_API_KEY",
    ),
    models_path=None,
    always_external=True,
    note=(
        "The endpoint is `https://<workspace>/serving-endpoints`; "
        "a serving endpoint's name is the model."
    ),
)
