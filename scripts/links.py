"""Checks that the relative links of the documents lead somewhere: ``python scripts/links.py``."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)


def documents(root: Path = ROOT) -> list[Path]:
    """Return the repository's markdown files."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return [root / line for line in listed.stdout.splitlines()]


def anchors(text: str) -> set[str]:
    """Return the anchors of a document's headings, as code hosts name them."""
    words = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(text))
    return {word.strip().replace(" ", "-") for word in words}


def broken_links(document: Path) -> list[str]:
    """Return one line for each relative link of the document that leads nowhere."""
    text = CODE.sub("", document.read_text(encoding="utf-8"))
    broken = []
    for link in LINK.findall(text):
        address = urlsplit(link)
        if address.scheme or address.netloc:
            continue
        target = document.parent / unquote(address.path) if address.path else document
        if not target.exists():
            broken.append(f"{document.name}: {link}: there is no such file")
        elif address.fragment and address.fragment not in anchors(target.read_text("utf-8")):
            broken.append(f"{document.name}: {link}: there is no such heading")
    return broken


def main() -> int:
    """Print what is broken; return the exit status."""
    broken = [line for document in documents() for line in broken_links(document)]
    print("\n".join(broken) or f"{len(documents())} documents, all links lead somewhere")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
