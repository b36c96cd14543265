"""统一社会信用代码 of organisations (GB 32100-2015): 18 characters, the last one checks the others. Pure."""

_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V and Z
_LENGTH = 18
_WEIGHTS = tuple(pow(3, place, 31) for place in range(_LENGTH - 1))


def is_credit_code(code: str) -> bool:
    """Whether the check character is right. Upper case, as the code is written."""
    if len(code) != _LENGTH or not set(_SIGNS).issuperset(code):
        return False
    total = sum(_SIGNS.index(sign) * weight for sign, weight in zip(code, _WEIGHTS, strict=False))
    return _SIGNS[-total % 31] == code[-1]
