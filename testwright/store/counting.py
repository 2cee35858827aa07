"""How numbers of things are said in messages."""


def counted(number: int, thing: str, things: str = "") -> str:
    """`things` where it is not `thing` and an s."""
    return f"{number} {thing}" if number == 1 else f"{number} {things or thing + 's'}"
