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


class _Loader(_Base):
    def construct_mapping(self, node, deep=False):
        mapping = Node()
        mapping.file, mapping.line = self.name, node.start_mark.line + 1
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in mapping:
                raise FixtureSyntaxError(f"{self.name}:{key_node.start_mark.line + 1}: the key “{key}” stands twice.")
            mapping[key] = self.construct_object(value_node, deep=True)
        return mapping


_Loader.add_constructor("tag:yaml.org,2002:map", _Loader.construct_mapping)


def read(path: Path):
    """The content of one fixture file. Raises FixtureSyntaxError with file and line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FixtureSyntaxError(f"{path.name}: cannot be read as UTF-8 text ({error}).") from error
    stream = io.StringIO(text)
    stream.name = path.name
    loader = _Loader(stream)
    loader.name = path.name
    try:
        return loader.get_single_data() or Node()
    except yaml.YAMLError as error:
        raise FixtureSyntaxError(f"{path.name}: not valid YAML: {error}") from error
    finally:
        loader.dispose()
