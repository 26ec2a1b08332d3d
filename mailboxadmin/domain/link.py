"""Links in our own sentences, `[words](https://…)`, where nothing can be clicked."""

import re
from typing import Final

_LINK: Final = re.compile(r"\[([^\]]+)\]\((https://[^\s)]+)\)")


def written_out(text: str) -> str:
    """The text with each link as `words (https://…)`."""
    return _LINK.sub(r"\1 (\2)", text)
