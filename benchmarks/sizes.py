#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What holds the bytes of a native program, and why it is there.

sizes.py groups MAP [DEPTH]      bytes by assembly and namespace, DEPTH parts of the name (4 by default)
sizes.py diff MAP OTHER [DEPTH]  the same, what MAP has more than OTHER
sizes.py why GRAPH PATTERN       the shortest way from a root to the first name that matches the regular expression

MAP and GRAPH are made by: dotnet publish ... -p:IlcGenerateMapFile=true -p:IlcGenerateDgmlFile=true
and lie under obj/.../native: NAME.map.xml, NAME.codegen.dgml.xml (what was compiled) and NAME.scan.dgml.xml (what was looked at).
"""
import collections
import re
import sys
import xml.etree.ElementTree as xml

PREFIXES = re.compile(r"^(_ZTV\d+|__GCSTATICS|__NONGCSTATICS|__writableData|__InterfaceDispatchMap_|__GenericDict_|__readonlydata_|unbox_|<Boxed>)+")


def elements(path):
    for _, element in xml.iterparse(path):
        yield element.tag.split("}")[-1], element
        element.clear()


def groups(path, depth):
    sizes = collections.Counter()
    for kind, element in elements(path):
        if not element.get("Length") or kind in ("DehydratedData", "ArrayOfFrozenObjects"): continue  # these hold what others stand for
        name = re.sub("<.*", "", PREFIXES.sub("", element.get("Name"))).replace("S_P_", "SP")
        sizes["_".join(name.split("_")[:depth])] += int(element.get("Length"))
    return sizes


def show(sizes):
    for name, size in sizes.most_common(60): print(f"{size:>9} {name}")
    print(f"{sum(sizes.values()):>9} in all")


def why(path, pattern):
    names, targets, is_target = {}, collections.defaultdict(list), set()
    for kind, element in elements(path):
        if kind == "Node": names[element.get("Id")] = element.get("Label")
        if kind == "Link":
            targets[element.get("Source")].append((element.get("Target"), element.get("Reason")))
            is_target.add(element.get("Target"))
    came_from = {node: (None, "root") for node in names if node not in is_target}
    queue = collections.deque(came_from)
    while queue:
        node = queue.popleft()
        if re.search(pattern, names[node]):
            while node is not None:
                print(f"{names[node][:180]}\n    <- {came_from[node][1]}")
                node = came_from[node][0]
            return
        for target, reason in targets[node]:
            if target in came_from: continue
            came_from[target] = (node, reason)
            queue.append(target)
    sys.exit("no such name")


match sys.argv[1:]:
    case ["groups", path, *depth]: show(groups(path, int(*depth or [4])))
    case ["diff", path, other, *depth]: show(groups(path, int(*depth or [4])) - groups(other, int(*depth or [4])))
    case ["why", path, pattern]: why(path, pattern)
    case _: sys.exit(__doc__)
