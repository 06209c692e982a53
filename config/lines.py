"""Where the keys of a TOML text stand: `tomllib` gives their values and forgets their lines."""

import re
import tomllib

KeyPath = tuple[str | int, ...]  # ("counters", 0, "id"): the tables' keys, and places in arrays from 0

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]*")  # a number, a date, true or false
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'  # the last two quotes before the closing three are text
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line, from 1, of every key, table and array element of a text that `tomllib` has accepted."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


class _Scanner:
    """Walks over a valid TOML text once; it looks at values only as far as needed to step over them."""

    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._text = text
        self._at = 0
        self._tables: dict[KeyPath, int] = {}  # how many tables each array of tables has so far

    def document(self) -> None:
        table: KeyPath = ()
        while self._skip_blank() < len(self._text):
            if self._take("[["):
                table = self._header(one_more=True)
                self._take("]]")
            elif self._take("["):
                table = self._header(one_more=False)
                self._take("]")
            else:
                self._pair(table)

    def _header(self, *, one_more: bool) -> KeyPath:
        """Read the key of a table; `one_more` for the next table of an array."""
        start = self._at
        path = self._key(())
        if one_more:
            self._tables[path] = self._tables.get(path, 0) + 1
        path = self._newest(path)
        self._note(path, start)
        return path

    def _pair(self, table: KeyPath) -> None:
        path = self._key(table)
        self._take("=")
        self._value(path)

    def _key(self, path: KeyPath) -> KeyPath:
        """Read a dotted key below `path`, noting each of its parts."""
        while True:
            self._skip_blank()
            start = self._at
            if bare := _BARE_KEY.match(self._text, start):
                self._at = bare.end()
                name = bare[0]
            else:
                self._step_over(_STRING)
                name = tomllib.loads(f"key = {self._text[start : self._at]}")["key"]
            path = (*self._newest(path), name)
            self._note(path, start)
            if not self._take("."):
                return path

    def _newest(self, path: KeyPath) -> KeyPath:
        """An array of tables stands for its newest table."""
        return (*path, self._tables[path] - 1) if path in self._tables else path

    def _value(self, path: KeyPath) -> None:
        start = self._skip_blank()
        if self._text[start] in "\"'":
            self._step_over(_STRING)
        elif self._take("["):
            place = 0
            while not self._take("]"):
                self._note((*path, place), self._at)
                self._value((*path, place))
                self._take(",")
                place += 1
        elif self._take("{"):
            while not self._take("}"):
                self._pair(path)
                self._take(",")
        else:
            self._step_over(_SCALAR)

    def _note(self, path: KeyPath, at: int) -> None:
        self.lines.setdefault(path, self._text.count("\n", 0, at) + 1)

    def _skip_blank(self) -> int:
        return self._step_over(_BLANK)

    def _take(self, token: str) -> bool:
        """Step over `token` if it comes next, after blanks."""
        found = self._text.startswith(token, self._skip_blank())
        self._at += len(token) * found
        return found

    def _step_over(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at)
        assert found is not None, "tomllib has accepted this text"
        self._at = found.end()
        return self._at
