"""A citizen without a mouse: every control is reached by Tab, and is seen when it is."""

from playwright.sync_api import Locator, Page

MOST_TABS = 90  # the longest of our pages has fewer stops
MOST_CHOICES = 40

# Whether the focus is on such an element.
_IS_ON = "selector => document.activeElement.matches(selector)"
# What is wrong with the place of the focus: not on the screen, behind something else, or without a visible mark.
_FAULT = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
  const seen = e.closest('label') || e;
  if (box.bottom < 0 || box.top > innerHeight || box.right < 0 || box.left > innerWidth) return 'off the screen';
  const top = document.elementFromPoint(box.left + Math.min(12, box.width / 2), box.top + box.height / 2);
  if (top && !seen.contains(top) && !top.contains(e)) return `behind ${top.outerHTML.slice(0, 80)}`;
  return style.outlineStyle === 'none' && style.boxShadow === 'none' ? 'without a mark of the focus' : '';
}"""


class Keyboard:
    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, key: str, times: int = 1) -> None:
        for _time in range(times):
            self.page.keyboard.press(key)

    def tab_to(self, selector: str, *, key: str = "Tab") -> Locator:
        """Tab until the focus is on it. Raises AssertionError when it never is, or cannot be seen there."""
        for _stop in range(MOST_TABS):
            if self.page.evaluate(_IS_ON, selector):
                fault = self.page.evaluate(_FAULT)
                assert not fault, f"{selector} has the focus {fault}"
                return self.page.locator(":focus")
            self.press(key)
        raise AssertionError(f"{key} never comes to {selector} on {self.page.url}")

    def type_into(self, selector: str, text: str) -> None:
        """In place of what stands there."""
        self.tab_to(selector)
        self.press("ControlOrMeta+A")
        self.page.keyboard.type(text)

    def choose(self, selector: str, value: str) -> None:
        """One of a list, or of radio buttons, by the arrows."""
        self.tab_to(selector)
        for _choice in range(MOST_CHOICES):
            if self.page.locator(":focus").input_value() == value:
                return
            self.press("ArrowDown")
        raise AssertionError(f"the arrows never come to {value} in {selector}")

    def follow(self, selector: str, key: str = "Enter") -> None:
        """Press a link or button and wait for the page it leads to."""
        self.tab_to(selector)
        with self.page.expect_navigation():
            self.press(key)

    def open_file(self, name: str) -> bytes:
        """What the link with these words leads to, to be shown or stored; then back."""
        page, address = self.page, self.page.get_by_role("link", name=name).get_attribute("href") or ""
        before = page.url
        self.tab_to(f"a[href='{address}']")
        with page.expect_response(f"**{address}") as started:
            self.press("Enter")
        if started.value.headers["content-disposition"].startswith("inline"):
            page.wait_for_url(f"**{address}", wait_until="commit")
        file = page.context.request.get(started.value.url)
        assert file.ok
        page.goto(before)
        return file.body()
