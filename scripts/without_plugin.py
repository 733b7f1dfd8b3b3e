"""Makes a copy of the package without one plugin: without_plugin.py ROOT COPY NAME.

The copy loses Plugins/NAME, its entries in registry.json, and the tests about it. Files that are there
already with the same content stay as they are, so that a build in the copy goes on.
"""

import json
import pathlib
import re
import sys

root, copy, name = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
OTHERS = {".git", ".build", "demo"}
# They take what they test from the catalogue, whatever is there, or hold names as data alone.
FOLLOW_CATALOGUE = ("Tests/PluginsTests/RegisteredEncoderTests.swift", "Tests/BundlesTests/")


def files(folder):
    """Every file of a package by its path below it."""
    return {
        str(path.relative_to(folder)): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in OTHERS
    }


def about(tests, names, patterns):
    """The tests about some names.

    A file that names one of them in a string, or that matches one of some patterns, and the files of
    its target that use what such a file declares.
    """
    word = re.compile("|".join([rf'"{re.escape(n)}["\\]' for n in names] + patterns))
    left_out = {
        p for p, text in tests.items() if word.search(text) and not p.startswith(FOLLOW_CATALOGUE)
    }
    declared = re.compile(r"^(?:struct|enum|final class|class|let|func) (\w+)", re.M)
    while True:
        more = set()
        for path in left_out:
            target = path.rsplit("/", 1)[0]
            for declaration in declared.findall(tests[path]):
                use = re.compile(rf"\b{declaration}\b")
                more |= {
                    p
                    for p, text in tests.items()
                    if p.startswith(target + "/") and use.search(text)
                }
        if more <= left_out:
            return left_out
        left_out |= more


wanted = {
    path: source.read_bytes()
    for path, source in files(root).items()
    if not path.startswith(f"Plugins/{name}/")
}
registry = json.loads(wanted["registry.json"])
gone = []
for key in ["encoders", "fusionHeads"]:
    gone += [e["name"] for e in registry[key] if e["plugin"] == name]
    registry[key] = [e for e in registry[key] if e["plugin"] != name]
sets = [s["name"] for s in registry["weightSets"] if s["encoder"] in gone]
registry["weightSets"] = [s for s in registry["weightSets"] if s["name"] not in sets]
wanted["registry.json"] = json.dumps(registry, indent=2).encode()
# A link to it.
wanted["Sources/EncoderZoo/registry.json"] = wanted["registry.json"]

# Models that come with the program and need the plugin; tests name them.
models = [
    manifest.parent.name
    for manifest in root.glob("weights/*/bundle.json")
    if name in [plugin["id"] for plugin in json.loads(manifest.read_text())["plugins"]]
]
tests = {
    path: content.decode()
    for path, content in wanted.items()
    if re.match(r"(Tests/\w+Tests|Plugins/\w+/Tests)/.*\.swift$", path)
}
# Whatever joins two encoders needs a head, named or not.
joins = [r"\bTrainedModel\(", r'"fusion"'] if "concat" in gone else []
left_out = about(tests, gone + sets + models, joins)
for path in left_out:
    del wanted[path]

for path in files(copy):
    if path not in wanted:
        (copy / path).unlink()
        folder = (copy / path).parent
        while not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent
for path, content in wanted.items():
    target = copy / path
    if not target.exists() or target.read_bytes() != content:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod((root / path).stat().st_mode & 0o777)
print(f"without {name}: no {', '.join(gone)}")
print(f"  {len(tests) - len(left_out)} of {len(tests)} files of tests stay; not {', '.join(sorted(left_out))}")
