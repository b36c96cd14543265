// Shows on the screen what the sheets say for print. Without it the browser's own print preview does the same.

const show = (rules) => {
  for (const rule of rules) {
    if (rule.media?.mediaText === "print") rule.media.mediaText = "all";
    const inner = rule.styleSheet?.cssRules ?? rule.cssRules;
    if (inner) show(inner);
  }
};

// The banner keeps its links on the screen.
for (const sheet of document.styleSheets) if (!/preview/.test(sheet.href)) show(sheet.cssRules);
