"""The curl example of README.md works as pasted."""

import json
import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]


def curl_of(readme: str) -> list[str]:
    """Return the words of the first curl command in a bash block."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    blocks = re.findall(r"```bash\n(.*?)```", text, re.DOTALL)
    block = next(block for block in blocks if block.startswith("curl "))
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
