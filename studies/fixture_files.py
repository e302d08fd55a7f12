"""Reading fixture files: YAML whose every scalar is text, with line numbers and no doubled keys.

Text, because YAML would turn a bare `no` into false, `2017-10-02` into a date and `1.0` into another precision.
"""

import io
from pathlib import Path

import yaml

# The parser of libyaml reads as the other does, five times as fast; not every build of PyYAML has it.
_Base = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class Node(dict):
    """A mapping of a fixture file that knows where it stands."""

    file = ""
    line = 0


class FixtureSyntaxError(Exception):
    """The file is not YAML of the expected form; the message says where and why."""

    def __init__(self, message: str, line: int = 1):
        self.line = line
        super().__init__(message)


class _Loader(_Base):
    def construct_mapping(self, node, deep=False):
        mapping = Node()
        mapping.file, mapping.line = self.name, node.start_mark.line + 1
        for key_node, value_node in node.value:
            key, line = self.construct_object(key_node, deep=True), key_node.start_mark.line + 1
            if not isinstance(key, str):
                raise FixtureSyntaxError(f"{self.name}:{line}: a key is a word, not a list or a mapping.", line)
            if key in mapping:
                raise FixtureSyntaxError(f"{self.name}:{line}: the key “{key}” stands twice.", line)
            mapping[key] = self.construct_object(value_node, deep=True)
        return mapping


_Loader.add_constructor("tag:yaml.org,2002:map", _Loader.construct_mapping)


def read(path: Path):
    """The content of one fixture file. Raises FixtureSyntaxError with file and line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FixtureSyntaxError(f"{path.name}: cannot be read as UTF-8 text ({error}).") from error
    return parse(text, path.name)


def parse(text: str, name: str):
    """The content of a text in the format of fixtures; `name` is what it is called. Raises FixtureSyntaxError."""
    stream = io.StringIO(text)
    stream.name = name
    try:
        loader = _Loader(stream)
    except yaml.YAMLError as error:  # a character that YAML does not allow
        raise FixtureSyntaxError(f"{name}: not valid YAML: {error}") from error
    loader.name = name
    try:
        return loader.get_single_data() or Node()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise FixtureSyntaxError(f"{name}: not valid YAML: {error}", mark.line + 1 if mark else 1) from error
    except RecursionError as error:
        raise FixtureSyntaxError(f"{name}: it is nested too deeply.") from error
    finally:
        loader.dispose()
