"""A number with the word for what it counts."""


def counted(number: int, one: str, many: str = "") -> str:
    """`1 message`, `8,412 messages`; `many` where an s at its end is not enough."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
