"""Whether two names are of one person, and the parts of a document that name the same one."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any


def parts_of(number: int, authors: Sequence[dict[str, Any]]) -> list[int]:
    """The numbers of the authors that are one person with an author, this one among them.

    A person is the same where one of the two stands with a role, as in the parts of EMPIAR's form
    for the corresponding author and the principal investigator; two namesakes have none.
    """
    own = authors[number]
    name, role = str(own.get("name", "")), own.get("roles")
    return [
        n
        for n, one in enumerate(authors)
        if n == number
        or ((role or one.get("roles")) and one_person(name, str(one.get("name", ""))))
    ]


def one_person(name: str, other: str) -> bool:
    """Whether two names are forms of one: words in common, and initials for all others.

    >>> one_person("Lindgren MA", "Mira Astrid Lindgren"), one_person("Li Exa", "Lo Exa")
    (True, False)
    """
    full, initials = zip(*(words(one) for one in (name, other)), strict=True)
    shared = full[0] & full[1]
    left = [one - shared for one in full]
    if not shared or all(left):
        return False
    letters = [Counter([word[0] for word in left[n]] + initials[n]) for n in (0, 1)]
    return not letters[0] - letters[1] or not letters[1] - letters[0]


def words(name: str) -> tuple[set[str], list[str]]:
    """The words of a name in small letters, and its initials."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = re.findall(r"[^\W\d_]+", plain)
    short = [word for word in words if len(word) == 1 or (word.isupper() and len(word) < 4)]
    full = {word.casefold() for word in words if word not in short}
    return full, [letter.casefold() for word in short for letter in word]
