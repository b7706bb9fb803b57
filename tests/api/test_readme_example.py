"""The curl examples of README.md work as pasted."""

import json
import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.api.streams import TRAIN, train

ROOT = Path(__file__).parents[2]


def curl_of(readme: str, start: str = "curl -s ") -> list[str]:
    """Return the words of the first bash block that starts so."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    blocks = re.findall(r"```bash\n(.*?)```", text, re.DOTALL)
    block = next(block for block in blocks if block.startswith(start))
    return shlex.split(block)


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_example_is_answered(client, readme):
    words = curl_of(readme)
    address = urlsplit(next(word for word in words if word.startswith("http")))
    name, _, value = words[words.index("-H") + 1].partition(":")
    body = words[words.index("-d") + 1]
    headers = {name: value.strip()}
    response = client.post(address.path, content=body.encode(), headers=headers)
    assert response.status_code == 200, response.text
    assert response.json()["data"]["labels"] == list(
        dict.fromkeys(json.loads(body)["data"]["text"])
    )


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_example_of_a_training_streams(client, readme):
    words = curl_of(readme, "curl -sN ")
    assert urlsplit(words[2]).path == TRAIN
    events = train(client, json.loads(words[words.index("-d") + 1]))
    assert events[-1].name == "done"
    assert "steps" in {event.name for event in events}
