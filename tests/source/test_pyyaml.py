import copy
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from dovetail.source.pyyaml import patterns_compiled_late

WORK_OF_OTHERS = """
import sys
import yaml

print(yaml.safe_load("{day: 2026-11-20, time: 2026-11-20 10:00:01.5Z, n: 0x1F, f: 1.5e3}"))
print(yaml.safe_load("{on: yes, none: ~, m: {<<: {a: 1}}}"))
print(yaml.load("- 2026-11-20\\n- 7", yaml.CSafeLoader))
print(yaml.safe_dump({"a": ["1", 1, "yes", "2026-11-20", None, "x: y"]}))
print(yaml.dump("é\\u2028", Dumper=yaml.CSafeDumper))
for loader in (yaml.SafeLoader, yaml.CSafeLoader):
    for text in ("a: [1", "a: \\x07", "- b\\n c: d: e"):
        try:
            print(yaml.load(text, loader))
        except yaml.YAMLError as error:
            print(type(error), error)
class Shouting(yaml.SafeLoader):
    pass
Shouting.yaml_implicit_resolvers = __import__("copy").deepcopy(yaml.SafeLoader.yaml_implicit_resolvers)
Shouting.add_implicit_resolver("!loud", __import__("re").compile("[A-Z]+!"), None)
Shouting.add_constructor("!loud", lambda loader, node: node.value.lower())
print(yaml.load("[HEY!, 12, hey]", Shouting))
"""


NO_PATTERN = "("
LOAD = "from dovetail.source.pyyaml import load_yaml\nload_yaml()"


def test_whoever_else_uses_pyyaml_in_this_process_finds_it_as_ever() -> None:
    alone, beside = (
        subprocess.run([sys.executable, "-c", start + WORK_OF_OTHERS], capture_output=True, text=True, check=True)
        for start in ("", LOAD)
    )
    assert beside.stdout == alone.stdout
    assert "ScannerError" in alone.stdout


COUNT = """
import re

made = []
compile_now = re._compiler.compile

def compile_counted(pattern, flags=0):
    made.append(str(pattern))
    return compile_now(pattern, flags)

re._compiler.compile = compile_counted
{load}
parser = yaml.cyaml.CParser("a: 2026-11-20")
while parser.check_event():
    parser.get_event()
print(any("\\ud7ff" in pattern for pattern in made))
"""


@pytest.mark.parametrize(("load", "is_made"), [("import yaml", "True"), (f"{LOAD}\nimport yaml", "False")])
def test_the_parser_does_not_wait_for_the_pattern_of_all_that_is_printable(load: str, is_made: str) -> None:
    told = subprocess.run([sys.executable, "-c", COUNT.format(load=load)], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == is_made


def test_a_late_pattern_answers_as_one_that_is_compiled() -> None:
    with patterns_compiled_late():
        late = re.compile(r"(?P<year>\d+)-X", re.IGNORECASE)
    found = late.search("in 2026-x")
    assert found is not None
    assert found["year"] == "2026"
    assert (late.groups, late.pattern) == (1, r"(?P<year>\d+)-X")
    assert late.sub("…", "in 2026-x") == "in …"


def test_a_copy_of_a_late_pattern_is_a_compiled_one() -> None:
    with patterns_compiled_late():
        late = re.compile("a+", re.IGNORECASE)
    for copied in (copy.copy(late), copy.deepcopy({"a": [late]})["a"][0]):
        assert copied == re.compile("a+", re.IGNORECASE)


def test_nothing_is_compiled_before_something_is_asked() -> None:
    with patterns_compiled_late():
        late = re.compile(NO_PATTERN)
    with pytest.raises(re.error):
        late.match("")


def test_what_is_made_afterwards_is_compiled_at_once_also_where_loading_failed() -> None:
    before = re.compile
    with pytest.raises(ImportError), patterns_compiled_late():
        raise ImportError
    assert re.compile is before
    with pytest.raises(re.error):
        re.compile(NO_PATTERN)


def test_other_threads_compile_meanwhile_as_ever() -> None:
    with ThreadPoolExecutor(1) as other, patterns_compiled_late():
        theirs = other.submit(re.compile, "a+").result()
    assert isinstance(theirs, re.Pattern)
