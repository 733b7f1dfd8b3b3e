"""The kit's public declarations as plain Markdown: kit_listing.py GRAPHS, the folder of symbol graphs.

Of each type its members' signatures and the first sentence of what is said of them, in the order of the sources.
"""
import collections
import json
import pathlib
import sys

MODULES = {
    "EncoderKit": "What an encoder of images or texts and a fusion head conform to.",
    "Layers": "Layers, and where they take their parameters from.",
    "Tensors": "Tensors, and the operations of a forward pass.",
}
TYPES = {"swift.struct", "swift.class", "swift.enum", "swift.protocol"}


def declared(symbol):
    text = "".join(part["spelling"] for part in symbol["declarationFragments"])
    return " ".join(text.split())


def sentence(symbol):
    lines = [line["text"].strip() for line in symbol.get("docComment", {}).get("lines", [])]
    text = " ".join(line for line in lines[:lines.index("")] if line) if "" in lines else " ".join(lines)
    return text.split(" - Parameters:")[0].strip()


def order(symbol):
    place = symbol.get("location", {})
    return place.get("uri", ""), place.get("position", {}).get("line", 0)


def listing(path, seen):
    graph = json.loads(path.read_text())
    symbols = {s["identifier"]["precise"]: s for s in graph["symbols"]
               if "::SYNTHESIZED::" not in s["identifier"]["precise"] and "location" in s}
    members = collections.defaultdict(list)
    for relation in graph["relationships"]:
        if relation["kind"] in ("memberOf", "requirementOf") and relation["source"] in symbols:
            members[relation["target"]].append(symbols[relation["source"]])
    inner = {m["identifier"]["precise"] for group in members.values() for m in group}
    types = sorted((s for s in symbols.values() if s["kind"]["identifier"] in TYPES), key=order)
    lines = []
    for symbol in types:
        name = ".".join(symbol["pathComponents"])
        if name in seen:
            continue
        seen.add(name)
        lines += ["", f"### {name}", "", sentence(symbol), "", "```swift", declared(symbol)]
        for member in sorted(members[symbol["identifier"]["precise"]], key=order):
            if member["kind"]["identifier"] in TYPES:
                continue
            lines += [f"  /// {sentence(member)}"] if sentence(member) else []
            lines.append(f"  {declared(member)}")
        lines.append("```")
    alone = sorted((s for key, s in symbols.items()
                    if key not in inner and s["kind"]["identifier"] not in TYPES
                    and len(s["pathComponents"]) == 1), key=order)
    if alone:
        lines += ["", "### Functions and constants", "", "```swift"]
        for symbol in alone:
            lines += [f"/// {sentence(symbol)}"] if sentence(symbol) else []
            lines.append(declared(symbol))
        lines.append("```")
    return lines


def main():
    graphs, seen = pathlib.Path(sys.argv[1]), set()
    lines = ["# The kit's declarations", "",
             "What `import EncoderKit` gives, written by `make kit-listing` from the doc comments. How it is used:",
             "[add a backbone](add-a-backbone.md)."]
    for module, summary in MODULES.items():
        lines += ["", f"## {module}", "", summary]
        lines += listing(graphs / module / f"{module}.symbols.json", seen)
        # What a module adds to another's types has a file of its own.
        for other in sorted((graphs / module).glob(f"{module}@*.symbols.json")):
            lines += listing(other, seen)
    print("\n".join(lines))


main()
