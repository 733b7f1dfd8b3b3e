#!/usr/bin/env bash
# Shows that nothing depends on a plugin: copies the package without one folder of Plugins and its
# entries in registry.json, builds, and runs the tests that do not name one of its encoders.
# without-plugin.sh NAME [FOLDER]: the copy goes to FOLDER (default: a temporary one, removed at the end).
set -euo pipefail

name=$1
root=$(cd "$(dirname "$0")/.." && pwd)
if [[ ! -d "$root/Plugins/$name" ]]; then
  echo "no plugin Plugins/$name; there are: $(ls "$root/Plugins" | tr '\n' ' ')" >&2
  exit 1
fi
if grep -rnE "\b${name}Plugin\b|\"$name\"|plugin_$name\b" "$root/Sources" --include='*.swift' |
  grep -v '^[^:]*:[0-9]*: *//'; then
  echo "Sources names the plugin $name (above)" >&2
  exit 1
fi
if [[ $# -ge 2 ]]; then
  copy=$2
else
  copy=$(mktemp -d)
  trap 'rm -rf "$copy"' EXIT
fi
mkdir -p "$copy"
tar -C "$root" --exclude=.git --exclude=.build --exclude=demo -cf - . | tar -C "$copy" -xf -
cd "$copy"

# Every encoder has a line of its own in registry.json, every weight set an object that names it.
encoders=$(python3 - "$name" <<'PY'
import json, pathlib, shutil, sys
name = sys.argv[1]
path = pathlib.Path("registry.json")
registry = json.loads(path.read_text())
gone = [e["name"] for e in registry["encoders"] if e["plugin"] == name]
registry["encoders"] = [e for e in registry["encoders"] if e["plugin"] != name]
registry["weightSets"] = [s for s in registry["weightSets"] if s["encoder"] not in gone]
path.write_text(json.dumps(registry, indent=2))
shutil.rmtree(f"Plugins/{name}")
print("\n".join(gone))
PY
)
echo "removed Plugins/$name with $(echo "$encoders" | tr '\n' ' ')"

# Tests of registered encoders follow the catalogue. Elsewhere, files that name one of the encoders are
# about it; where they are many, others of their target need them, and the target is left out.
pattern=$(echo "$encoders" | sed 's/.*/"&"/' | paste -sd '|')
for target in Tests/*Tests; do
  [[ $target == Tests/PluginsTests ]] && continue
  mapfile -t about < <(grep -rlE "$pattern" "$target" --include='*.swift' || true)
  if ((${#about[@]} > 2)); then
    echo "left out: $target"
    rm -r "$target"
  else
    for file in "${about[@]}"; do
      echo "left out: $file"
      rm "$file"
    done
  fi
done
flags=(--manifest-cache none --disable-build-manifest-caching -c release -Xswiftc -enable-testing
  --scratch-path .build/test)
swift build "${flags[@]}" --build-tests
swift test "${flags[@]}" --skip-build
.build/test/release/zoo list
