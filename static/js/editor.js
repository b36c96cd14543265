/* A text editor over the body's textarea. Optional: the textarea alone works the same, and holds what is sent.
   A text that the editor could not give back as it stands is left to the textarea. */
import * as prose from "../django_prose_editor/editor.js";

const kept = (names) => Object.fromEntries(names.map((name) => [name, { default: null }]));
const withAttributes = (node, names) =>
  node.extend({ addAttributes() { return { ...this.parent?.(), ...kept(names) }; } });

/* The caption of a table is plain text, changed by its button: rows are all that the table itself may hold. */
const Table = prose.Table.extend({
  addAttributes() {
    const parseHTML = (table) => table.querySelector(":scope > caption")?.textContent.trim() || null;
    return { ...this.parent?.(), caption: { default: null, parseHTML, rendered: false } };
  },
  parseHTML: () => [{ tag: "table" }, { tag: "caption", ignore: true }],
  addNodeView: () => null, // its own would not show the caption
  renderHTML: ({ node }) => ["table", ...(node.attrs.caption ? [["caption", node.attrs.caption]] : []), ["tbody", 0]],
});

const extensions = [
  prose.Document, prose.Text, prose.HardBreak, prose.Bold, prose.Italic, prose.Underline, prose.Subscript,
  prose.Superscript, prose.Blockquote, prose.HorizontalRule, prose.BulletList, prose.ListItem, prose.History,
  prose.Gapcursor,
  withAttributes(prose.Paragraph, ["class"]),
  prose.OrderedList,
  prose.Heading.configure({ levels: [2, 3, 4, 5] }),
  prose.Link.configure({ autolink: false, openOnClick: false, linkOnPaste: false }),
  Table.configure({ resizable: false }),
  prose.TableRow,
  withAttributes(prose.TableCell, ["class"]),
  withAttributes(prose.TableHeader, ["class", "scope"]),
];

const FREE = new Set(["TBODY", "THEAD", "COLGROUP", "COL", "DIV"]);
const WORTH = ["class", "href", "colspan", "rowspan", "scope", "start"];

/* What a text says, without what the editor may lawfully write otherwise. */
function substance(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const marks = [...page.body.querySelectorAll("*")]
    .filter((e) => !FREE.has(e.tagName) && !(e.tagName === "P" && !e.className && e.closest("td, th, li, blockquote")))
    .map((e) => e.tagName + WORTH.map((name) => {
      const value = e.getAttribute(name);
      return value && value !== "1" ? ` ${name}=${value}` : "";
    }).join(""));
  return `${marks.join("\n")}\n${page.body.textContent.replace(/\s+/g, "")}`;
}

/* What the editor holds as our texts are written: no paragraph inside a cell of one line, heads of tables apart. */
function written(editor) {
  if (editor.isEmpty) return "";
  const page = new DOMParser().parseFromString(editor.getHTML(), "text/html");
  for (const cell of page.body.querySelectorAll("td, th, li")) {
    const only = cell.children.length === 1 && cell.firstElementChild;
    if (only && only.tagName === "P" && !only.className) only.replaceWith(...only.childNodes);
  }
  for (const body of page.body.querySelectorAll("table > tbody")) {
    const heads = [];
    for (const row of body.rows) {
      if (![...row.cells].every((cell) => cell.tagName === "TH")) break;
      heads.push(row);
    }
    if (heads.length && heads.length < body.rows.length) {
      const head = page.createElement("thead");
      head.append(...heads);
      body.before(head);
    }
  }
  return [...page.body.children].map((block) => block.outerHTML).join("\n");
}

const chain = (run) => (editor) => run(editor.chain().focus()).run();
const paragraph = (name) => chain((c) => c.setParagraph().updateAttributes("paragraph", { class: name }));
const BUTTONS = {
  undo: chain((c) => c.undo()),
  redo: chain((c) => c.redo()),
  text: paragraph(null),
  h2: chain((c) => c.toggleHeading({ level: 2 })),
  h3: chain((c) => c.toggleHeading({ level: 3 })),
  h4: chain((c) => c.toggleHeading({ level: 4 })),
  bold: chain((c) => c.toggleBold()),
  bullets: chain((c) => c.toggleBulletList()),
  numbers: chain((c) => c.toggleOrderedList()),
  to: paragraph("doc-to"),
  centre: paragraph("doc-centre"),
  sign: paragraph("doc-sign"),
  link(editor, words) {
    const href = window.prompt(words, editor.getAttributes("link").href || "https://");
    if (href === null) return;
    const link = editor.chain().focus().extendMarkRange("link");
    (href.trim() && href.trim() !== "https://" ? link.setMark("link", { href: href.trim() }) : link.unsetMark("link")).run();
  },
  table: chain((c) => c.insertTable({ rows: 3, cols: 3, withHeaderRow: true })),
  caption(editor, words) {
    const caption = window.prompt(words, editor.getAttributes("table").caption || "");
    if (caption !== null) editor.chain().focus().updateAttributes("table", { caption: caption.trim() || null }).run();
  },
  row: chain((c) => c.addRowAfter()),
  column: chain((c) => c.addColumnAfter()),
  "row-off": chain((c) => c.deleteRow()),
  "column-off": chain((c) => c.deleteColumn()),
  merge: chain((c) => c.mergeOrSplit()),
};

function open(area) {
  const stored = area.value;
  const template = document.getElementById("editor-tools");
  if (!template || (stored.trim() && !/<[a-z][^<>]*>/i.test(stored))) return;
  const frame = template.content.firstElementChild.cloneNode(true);
  const page = frame.querySelector(".page");
  area.before(frame);
  const editor = new prose.Editor({
    element: page,
    extensions,
    content: stored,
    injectCSS: false,
    enableInputRules: false,
    enablePasteRules: false,
    editorProps: { attributes: { role: "textbox", "aria-multiline": "true", "aria-label": area.labels[0]?.textContent || "" } },
  });
  const leave = (isUnfit) => {
    editor.destroy();
    frame.remove();
    area.hidden = false;
    if (isUnfit) area.before(Object.assign(document.createElement("p"), { className: "hint", textContent: template.dataset.unfit }));
  };
  if (stored.trim() && substance(stored) !== substance(written(editor))) {
    leave(true);
    return;
  }
  area.hidden = true;
  editor.on("update", () => {
    area.value = written(editor);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  // The summary of faults leads to the textarea, which nobody sees while the editor is on.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(`a[href="#${area.id}"]`);
    if (!link || editor.isDestroyed) return;
    event.preventDefault();
    frame.scrollIntoView({ block: "start" });
    editor.commands.focus();
  });
  // The text keeps the focus, so that the next key goes where the reader looks.
  frame.addEventListener("mousedown", (event) => {
    if (event.target.closest("button")) event.preventDefault();
  });
  frame.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-do]");
    if (!button) return;
    if (button.dataset.do === "source") {
      leave(false);
      area.focus();
    } else {
      BUTTONS[button.dataset.do](editor, button.dataset.words);
    }
  });
}

for (const area of document.querySelectorAll("textarea[data-editor]")) open(area);
