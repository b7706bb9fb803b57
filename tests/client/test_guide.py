"""Every example of the guide runs as it stands and prints what the guide says."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.main import app

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(bash|python|js)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.M | re.S)
COMMANDS = {
    "bash": ["bash", "-euo", "pipefail", "-c"],
    "python": [sys.executable, "-W", "error", "-c"],
    "js": ["node", "--input-type=module", "--eval"],
}


@dataclass(frozen=True)
class Example:
    """A block of code and what is printed below it."""

    number: int
    language: str
    code: str
    output: str

    def __str__(self) -> str:
        return f"{self.number}-{self.language}"


def examples(document: str) -> list[Example]:
    text = (ROOT / document).read_text(encoding="utf-8")
    return [Example(i, *match.groups(default="")) for i, match in enumerate(BLOCK.finditer(text))]


GUIDE = examples("docs/api.md")


def run(example: Example, url: str, folder: Path) -> str:
    code = example.code.replace("http://127.0.0.1:8000", url)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # a python3 that has NumPy
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PATH": path}
    command = [*COMMANDS[example.language], code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("example", GUIDE, ids=str)
def test_an_example_prints_what_the_guide_says(live_url, tmp_path, example):
    assert example.output, "an example has its output below it"
    assert run(example, live_url, tmp_path) == example.output


def test_the_guide_speaks_three_languages_and_calls_everything():
    assert {example.language for example in GUIDE} == set(COMMANDS)
    code = "".join(example.code for example in GUIDE)
    named = set(re.findall(r"unrolled\.(\w+)\(", code)) | set(re.findall(r"/api/v1/(\w+)", code))
    paths = {p.split("/")[3] for p in app.openapi()["paths"] if p.startswith("/api/v1/")}
    assert paths <= named


def test_both_languages_have_the_same_examples():
    assert examples("docs/api.zh.md") == GUIDE


@pytest.mark.parametrize(("guide", "other"), [("api.md", "api.zh.md"), ("api.zh.md", "api.md")])
def test_the_guides_have_the_same_sections_and_links(guide, other):
    def outline(name: str) -> tuple[int, list[str]]:
        text = re.sub(r"^```.*?^```", "", (ROOT / "docs" / name).read_text(), flags=re.M | re.S)
        links = re.findall(r"\]\(([^)#]+)\)", text)
        return len(re.findall(r"^#+ ", text, re.M)), [a.replace(".zh.md", ".md") for a in links]

    assert outline(guide) == outline(other)


@pytest.mark.parametrize("document", ["docs/mathematics.md", "docs/mathematics.zh.md"])
def test_what_holds_a_formula_exists(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    named = re.findall(r"\[`(test_\w+)`\]\(\.\./(\S+?)\)", text)
    assert len(named) > 30
    for name, file in named:
        assert f"\ndef {name}(" in (ROOT / file).read_text(encoding="utf-8"), (file, name)
    sections = re.split(r"^## ", text, flags=re.M)[1:-1]  # the last has the sources
    for section in sections:
        assert "[`test_" in section, section.splitlines()[0]


def test_both_languages_have_the_same_mathematics():
    def bones(document: str) -> list[str]:
        text = (ROOT / document).read_text(encoding="utf-8")
        return re.findall(r"\[`test_\w+`\]\(\S+?\)|^#+ |^- .+(?:\n  .+)?", text, re.M)

    assert bones("docs/mathematics.zh.md") == bones("docs/mathematics.md")
