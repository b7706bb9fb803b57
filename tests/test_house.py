"""The house: what the repository's own files promise each other."""

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from app.settings import Settings
from scripts.links import anchors, broken_links, documents

ROOT = Path(__file__).resolve().parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ; .+?)? \\$")
NODE_FOLDERS = ("", "scripts/audit/")
LONGEST_LINE = 1500


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def tracked() -> list[Path]:
    command = ["git", "ls-files", "-z"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def pins(lock: Path) -> dict[str, str]:
    return {m[1]: m[2] for line in lock.read_text().splitlines() if (m := PIN.match(line))}


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):.*## ", read("Makefile"), re.MULTILINE))


def fenced(document: str, language: str = "bash") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", read(document), re.DOTALL | re.MULTILINE)


# Locks


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_requirement_is_pinned_and_hashed(lock: Path) -> None:
    body = re.sub(r"^\s*#.*\n", "", lock.read_text(), flags=re.MULTILINE)
    entries = re.split(r"\n(?=\S)", body.strip())
    assert len(entries) == len([e for e in entries if PIN.match(e.split("\n")[0])]) > 5
    for entry in entries:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


@pytest.mark.parametrize("name", [*(f"requirements/{p.name}" for p in LOCKS), "package-lock.json"])
def test_locks_name_no_index(name: str) -> None:
    assert not re.search(r"https?://|file:|--(extra-)?index|--find-links", read(name))


def test_the_locks_of_pip_agree() -> None:
    versions: dict[str, str] = {}
    for lock in LOCKS:
        for name, version in pins(lock).items():
            assert versions.setdefault(name, version) == version, f"{name} in {lock.name}"


def test_locks_hold_what_pyproject_asks() -> None:
    app, dev = (pins(ROOT / f"requirements/{name}.lock") for name in ("app", "dev"))
    groups = PYPROJECT["dependency-groups"]
    wanted = [(app, r) for r in PYPROJECT["project"]["dependencies"]]
    wanted += [(dev, r) for r in [*groups["test"], *groups["check"]]]
    for lock, text in wanted:
        requirement = Requirement(text)
        assert requirement.specifier.contains(lock[requirement.name.lower()]), text


def test_the_site_needs_none_of_the_tests_packages() -> None:
    app = pins(ROOT / "requirements/app.lock")
    assert not app.keys() & {"pytest", "playwright", "hypothesis", "ruff", "pyright", "torch"}


@pytest.mark.parametrize("folder", NODE_FOLDERS)
def test_package_lock_holds_what_package_json_asks(folder: str) -> None:
    package = json.loads(read(f"{folder}package.json"))
    root = json.loads(read(f"{folder}package-lock.json"))["packages"][""]
    for group in ("dependencies", "devDependencies"):
        wanted = package.get(group, {})
        assert root.get(group, {}) == wanted
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())


@pytest.mark.parametrize("folder", NODE_FOLDERS)
def test_package_lock_has_hashes_and_no_addresses(folder: str) -> None:
    lock = json.loads(read(f"{folder}package-lock.json"))
    entries = {name: entry for name, entry in lock["packages"].items() if name}
    assert entries
    for name, entry in entries.items():
        assert entry["integrity"].startswith("sha512-"), name
        assert not {"resolved", "funding"} & entry.keys(), name


# What is committed


def test_nothing_speaks_of_one_machine() -> None:
    machine = re.compile(r"(?<![\w.])/(?:work|farm|root|opt|tmp|home/[a-z]\w*)/")
    texts = {p: p.read_bytes() for p in tracked()}
    found = [str(p.relative_to(ROOT)) for p, text in texts.items() if _finds(machine, text)]
    assert found == []


def _finds(pattern: re.Pattern[str], content: bytes) -> bool:
    return b"\0" not in content and pattern.search(content.decode("utf-8")) is not None


def test_library_code_is_not_committed() -> None:
    names = [str(path.relative_to(ROOT)) for path in tracked()]
    made = re.compile(r"(static/(vendor|build)|node_modules|\.venv|build)/")
    assert not [n for n in names if made.match(n)]
    minified = [
        path.name
        for path in tracked()
        if path.suffix in {".js", ".mjs", ".css"}
        and max(map(len, path.read_text("utf-8").splitlines()), default=0) > LONGEST_LINE
    ]
    assert minified == []


def test_scripts_that_are_called_by_name_are_executable() -> None:
    assert os.access(ROOT / ".ci/run", os.X_OK)


# Documents


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.name)
def test_links_of_the_documents(document: Path) -> None:
    assert broken_links(document) == []


def test_broken_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# A heading, `so` to say\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](there.md) [b](missing.md) ![c](no.png) [d](there.md#nothing)\n"
        "[e](there.md#a-heading-so-to-say) [f](https://example.org/x) `[g](code.md)`\n"
    )
    assert broken_links(page) == [
        "page.md: missing.md: there is no such file",
        "page.md: no.png: there is no such file",
        "page.md: there.md#nothing: there is no such heading",
    ]


def test_anchors_are_those_of_the_headings() -> None:
    assert anchors("# One\n## Two words!\nno # heading\n") == {"one", "two-words"}


@pytest.mark.parametrize("document", ["README.md", "README.zh.md", "CONTRIBUTING.md"])
def test_documented_make_targets_exist(document: str) -> None:
    named = set(re.findall(r"(?:^|`|index of CPU builds> )make ([a-z]+)", read(document), re.M))
    assert named
    assert named <= targets()


def test_readme_opens_with_the_two_commands() -> None:
    commands = [line.split("#")[0].strip() for line in fenced("README.md")[0].splitlines()]
    assert commands == ["make run", "make test"]


def test_readme_names_the_api_as_it_is(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    rows = re.findall(r"^\| (GET|POST) `(\S+)`", read("README.md"), re.MULTILINE)
    assert len(rows) >= 6
    for method, path in rows:
        documented = method.lower() in paths.get(path, {})
        assert documented or client.request(method, path).status_code == 200, path
    in_readme = {path for _, path in rows}
    assert {path for path in paths if path.startswith("/api/")} <= in_readme


def test_readme_names_settings_that_exist() -> None:
    named = set(re.findall(r"UNROLLED_([A-Z_]+)", read("README.md")))
    assert named
    assert named <= {name.upper() for name in Settings.model_fields}


def test_readme_names_every_link_parameter() -> None:
    script = "import('./static/js/state.js').then(s => console.log(s.PROPERTIES.map(p => p.name)"
    command = ["node", "-e", f"{script}.join()))"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    section = read("README.md").split("## Links")[1].split("\n## ")[0]
    table = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert sorted(re.findall(r"`(\w+)`", "".join(table))) == sorted(done.stdout.strip().split(","))


def test_contributings_table_leads_to_what_exists() -> None:
    text = read("CONTRIBUTING.md")
    assert text.split("\n\n")[1].startswith("| I want to change … ")
    rows = text.split("\n\n")[1].splitlines()[2:]
    for row in rows:
        *_, where, tests, _end = row.split("|")
        paths = re.findall(r"\]\(([^)]+)\)", where) + re.findall(r"`(tests/[^`]+)`", tests)
        assert paths, row
        assert [path for path in paths if not (ROOT / path).exists()] == [], row


# One version, one Python


def test_there_is_one_version() -> None:
    version = PYPROJECT["project"]["version"]
    assert Settings.model_fields["version"].default == version
    assert f"ARG VERSION={version}\n" in read("Dockerfile")
    headings = re.findall(r"^## (\S+)", read("CHANGELOG.md"), re.MULTILINE)
    assert next(heading for heading in headings if heading != "Unreleased") == version


def test_dockerfile_runs_a_python_and_a_node_that_we_promise() -> None:
    dockerfile = read("Dockerfile")
    pythons = set(re.findall(r"^FROM python:(\d+\.\d+)-slim", dockerfile, re.MULTILINE))
    assert len(pythons) == 1
    python = pythons.pop()
    assert SpecifierSet(PYPROJECT["project"]["requires-python"]).contains(python)
    tools: dict[str, Any] = PYPROJECT["tool"]
    assert tools["pyright"]["pythonVersion"] == python
    assert tools["ruff"]["target-version"] == "py" + python.replace(".", "")
    node = re.findall(r"^FROM node:(\d+)-slim", dockerfile, re.MULTILINE)
    assert json.loads(read("package.json"))["engines"]["node"] == f">={node[0]}"


def test_dockerfile_copies_what_dockerignore_lets_in() -> None:
    let_in = set(re.findall(r"^!(\S+)", read(".dockerignore"), re.MULTILINE))
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", read("Dockerfile"), re.MULTILINE)
    assert {name for line in copied for name in line.split()} == let_in
    assert all((ROOT / name).exists() for name in let_in)


def test_the_image_runs_without_rights_and_reports_its_health() -> None:
    final = read("Dockerfile").rpartition("\nFROM ")[2]
    user = re.search(r"^USER (\d+)$", final, re.MULTILINE)
    assert user
    assert int(user[1]) > 0
    assert re.search(r"^HEALTHCHECK .*\n +CMD .*/healthz", final, re.MULTILINE)


def test_make_help_lists_every_target() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = set(re.findall(r"^  make ([a-z]+) ", done.stdout, re.MULTILINE))
    assert listed == targets()
    phony = re.search(r"^\.PHONY: (.+)$", read("Makefile"), re.MULTILINE)
    assert phony
    assert set(phony[1].split()) >= targets()
