"""The sentences of every notice: Persian for customers, English for the staff."""

from collections.abc import Callable, Mapping

from functions.support.words import en, fa
from functions.support.words.text import Text
from zimmer.models import Audience, Json
from zimmer.notifications import Kind

__all__ = ["SENTENCES", "Text", "of"]

Sentences = Mapping[Kind, Callable[[Json], Text]]

SENTENCES: Mapping[Audience, Sentences] = {Audience.USER: fa.SENTENCES, Audience.ADMIN: en.SENTENCES}

# For a kind that this version of the code does not know, or data that it cannot read: the row is shown all the same.
UNREADABLE: Mapping[Audience, Text] = {
    Audience.USER: Text("پیام تازه", "این پیام اکنون خوانده نمی‌شود. صفحه را تازه کنید."),
    Audience.ADMIN: Text("A new message", "It cannot be read by this version. Reload the page."),
}


def of(kind: str, data: Json, audience: Audience) -> Text:
    """What a person of this panel reads about a notice; what is said in one language only is read in that one."""
    try:
        known = Kind(kind)
        sentence = SENTENCES[audience].get(known) or next(
            sentences[known] for sentences in SENTENCES.values() if known in sentences
        )
        return sentence(data)
    except (KeyError, ValueError, TypeError, StopIteration):
        return UNREADABLE[audience]
