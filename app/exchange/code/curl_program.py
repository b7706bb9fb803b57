"""A request as a shell script: curl posts it, one line of Python prints the loss."""

import shlex

SCRIPT = """\
#!/bin/sh
# Posts a network and a sequence to /api/v1/bptt and prints the loss and the gradients' norms.
# Written by Unrolled. Needs curl and python3; the server must be running.
curl -sS {address} \\
  -H 'content-type: application/json' --data-binary @- <<'JSON' |
{body}
JSON
python3 -c '
import json, sys
answer = json.load(sys.stdin)
if "loss" not in answer:
    sys.exit(answer["title"] + ": " + answer["detail"])
print("loss", answer["loss"]["total"])
for name, norm in answer["gradient_norms"].items():
    print("gradient", name, norm)
'
"""


def curl_program(body: str, base_url: str) -> str:
    """Return the script that posts a JSON body, which must be one line, to base_url's /bptt."""
    address = shlex.quote(f"{base_url.rstrip('/')}/api/v1/bptt")
    return SCRIPT.format(address=address, body=body)
