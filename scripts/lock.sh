#!/bin/sh
# usage: lock.sh PYTHON   locks every dependency at the newest version that its range allows, with hashes.
# No lock names a package index; uv.lock would, so it is made in a scratch directory and dropped.
set -eu
python=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
uv="$scratch/uv/bin/uv --quiet --no-progress"

export_lock() { # export_lock NAME [GROUP OPTIONS]
  name=$1; shift
  echo "lock: requirements/$name.lock"
  $uv export --project "$scratch" --python "$python" --format requirements-txt --no-header \
    --no-emit-project --no-default-groups "$@" --output-file "$scratch/$name.lock" >/dev/null
}

"$python" -c 'import tomllib
print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["lock"], sep="\n")' > "$scratch/uv.txt"
"$python" -m venv "$scratch/uv"
"$scratch/uv/bin/pip" install --quiet --disable-pip-version-check -r "$scratch/uv.txt"

cp pyproject.toml "$scratch/"
export_lock app
export_lock dev --group test --group check

# The CPU build alone: the one with CUDA brings gigabytes. Where it is not on the index, pip's variables say where.
echo "lock: requirements/oracle.lock"
echo "torch==2.13.0+cpu" | $uv pip compile - --constraints "$scratch/dev.lock" --generate-hashes --no-header --no-annotate \
  --python-version 3.11 --python-platform x86_64-manylinux_2_28 --index-strategy unsafe-best-match \
  ${PIP_FIND_LINKS:+--find-links "$PIP_FIND_LINKS"} ${PIP_EXTRA_INDEX_URL:+--index "$PIP_EXTRA_INDEX_URL"} \
  --output-file "$scratch/oracle.lock" >/dev/null
cp "$scratch/app.lock" "$scratch/dev.lock" "$scratch/oracle.lock" requirements/

echo "lock: package-lock.json"
npm update --package-lock-only --ignore-scripts --no-update-notifier --loglevel=error >/dev/null
node -e '
const fs = require("node:fs"), file = "package-lock.json", lock = JSON.parse(fs.readFileSync(file, "utf8"));
for (const entry of Object.values(lock.packages)) { delete entry.resolved; delete entry.funding; }
fs.writeFileSync(file, JSON.stringify(lock, null, 2) + "\n");'
echo "lock: done; make setup installs what changed"
