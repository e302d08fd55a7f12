"""Titles that are nearly the same, found among thousands without comparing each with each."""

from collections import Counter, defaultdict
from difflib import SequenceMatcher
from math import ceil

from .wording import tokens

WORDS_ALIKE = 0.8  # of the words of both together
LETTERS_ALIKE = 0.9


class Titles:
    """An index of titles by their rarest words.

    Two sets of words that share four fifths share at least one of the rarest fifth (and one more) of either: only
    titles with such a word in common are compared, letter by letter.
    """

    def __init__(self, titles: dict[str, str]):
        self.words = {key: frozenset(tokens(title)) for key, title in titles.items() if title}
        self.letters = {key: " ".join(tokens(titles[key])) for key in self.words}
        self.frequency = Counter(word for words in self.words.values() for word in words)
        self.by_word = defaultdict(set)
        for key, words in self.words.items():
            for word in self._rarest(words):
                self.by_word[word].add(key)

    def _rarest(self, words: frozenset) -> list[str]:
        ordered = sorted(words, key=lambda word: (self.frequency[word], word))
        return ordered[: len(words) - ceil(WORDS_ALIKE * len(words)) + 1]

    def like(self, key: str, title: str) -> list[str]:
        """The keys of other titles nearly the same as this one, in order."""
        words, letters = frozenset(tokens(title)), " ".join(tokens(title))
        near = {other for word in self._rarest(words) for other in self.by_word.get(word, ())} - {key}
        return sorted(
            other
            for other in near
            if len(words & self.words[other]) >= WORDS_ALIKE * len(words | self.words[other])
            and SequenceMatcher(None, letters, self.letters[other], autojunk=False).ratio() >= LETTERS_ALIKE
        )
