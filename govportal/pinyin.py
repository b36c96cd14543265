"""First letters of Chinese words, by which people find a name in a list."""


def first_letters(text: str) -> list[str]:
    """县民政局 → ["x", "m", "z", "j"]; what is not Chinese stays together as it is."""
    from pypinyin import Style, lazy_pinyin  # 50 MB of characters, which hardly a process needs and each would hold

    return [str(part) for part in lazy_pinyin(text, style=Style.FIRST_LETTER) if part]
