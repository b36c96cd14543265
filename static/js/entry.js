/* Saves the entry page line by line, and moves by keys. Optional: without it one button saves everything. */
(() => {
  const form = document.querySelector("form.entry");
  if (!form || form.querySelector("fieldset[disabled]")) return;
  const lines = [...form.querySelectorAll("[data-line]")];
  const keys = document.querySelector(".entry-keys");
  const words = form.dataset;
  const newNames = ["text", "link", "item", "file"];
  const of = (line, name) => form.elements[`${line.dataset.line}-${name}`];
  const isNew = (line) => newNames.some((name) => of(line, name)?.value.trim());
  const chosen = (line) => line.querySelector("input[type=radio]:checked");
  const lists = new Intl.ListFormat(document.documentElement.lang || "zh-CN");
  const changed = new Set(); // lines typed into since they were last sent
  let isLeaving = false;
  const kept = (line) => `entry:${location.pathname}:${line.dataset.line}`;
  const say = (line, text, isBad) => {
    const place = line.querySelector(".entry-says");
    place.textContent = text;
    place.classList.toggle("is-bad", Boolean(isBad));
    line.classList.toggle("is-wrong", Boolean(isBad));
    if (isBad && line.contains(document.activeElement)) place.scrollIntoView({ block: "nearest" }); // a line may be long
  };

  /** Newly marked as found, and nothing says what: a clause needs a finding, a sample a note. */
  function isUnexplained(line) {
    if (chosen(line)?.value !== "found") return false;
    if (of(line, "text")) return !line.querySelector("[data-found] .state-bad");
    return !chosen(line).defaultChecked && !of(line, "note").value.trim();
  }

  /** The fields it needs that are still blank. */
  function missing(line) {
    if (!isNew(line) && !isUnexplained(line)) return [];
    const names = of(line, "text") ? ["text", "unit"] : ["note"];
    return names.map((name) => of(line, name)).filter((field) => !field.value.trim());
  }

  function lead(line, [first]) {
    first.closest("details")?.setAttribute("open", "");
    first.focus();
  }

  function sayMissing(line, fields) {
    const names = fields.map((field) => field.closest("label").firstChild.data.trim());
    say(line, words.unsaved.replace("…", words.lacks.replace("…", lists.format(names))), true);
  }

  function done(line, answer) {
    of(line, "shown").value = answer.shown;
    if (answer.found !== undefined) {
      line.querySelector("[data-found]").innerHTML = answer.found;
      line.querySelector("[data-points]").textContent = answer.points;
      const total = document.querySelector("[data-total]");
      if (total) total.textContent = answer.total;
    }
    if (answer.result && !("checked" in line.dataset)) {
      line.dataset.checked = "";
      const bar = document.querySelector(".entry-bar progress");
      if (answer.found !== undefined) document.querySelector("[data-done]").textContent = bar.value += 1;
    }
    sessionStorage.removeItem(kept(line));
    if (isNew(line)) say(line, words.typing); // written on while it was sent
    else say(line, answer.result ? `${words.saved} ${answer.at}` : "");
  }

  async function save(line) {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.set("line", line.dataset.line);
    for (const [name, value] of new FormData(form)) if (name.startsWith(`${line.dataset.line}-`)) data.append(name, value);
    const hadNew = isNew(line);
    const text = of(line, "text")?.value;
    changed.delete(line);
    say(line, words.saving);
    try {
      const answer = await fetch(words.door, { method: "POST", body: data, redirect: "manual" });
      if (answer.type === "opaqueredirect") return say(line, words.login, true);
      const found = await answer.json().catch(() => null);
      if (!found) return say(line, words.refused, true);
      if (found.errors) {
        if (found.shown) of(line, "shown").value = found.shown;
        return say(line, words.unsaved.replace("…", () => found.errors.join(" ")), true);
      }
      if (hadNew && text === of(line, "text").value) {
        for (const name of newNames) of(line, name).value = "";
        for (const radio of of(line, "result")) radio.checked = radio.value === found.result;
        if (line.contains(document.activeElement)) line.focus();
        line.querySelector("details").open = false;
      }
      done(line, found);
    } catch {
      sessionStorage.setItem(kept(line), text || "");
      say(line, words.offline, true);
    }
  }

  /** What a key or button asks for: saved, or led to what is missing. */
  function finish(line) {
    const blank = missing(line);
    if (!blank.length) return save(line);
    lead(line, blank); // a change of the field it leaves speaks first
    sayMissing(line, blank);
  }

  /** Whoever goes on loses nothing: what is complete is saved, what is not says so. */
  function leave(line) {
    const active = document.activeElement;
    if (!changed.has(line) || line.contains(active) || active.matches("input[type=submit]")) return;
    const blank = missing(line);
    if (blank.length) sayMissing(line, blank);
    else save(line);
  }

  form.addEventListener("input", ({ target }) => {
    const line = target.closest("[data-line]");
    if (line) changed.add(line);
  });
  form.addEventListener("focusout", ({ target }) => {
    const line = target.closest("[data-line]");
    if (line) setTimeout(() => leave(line));
  });
  form.addEventListener("change", ({ target }) => {
    const line = target.closest("[data-line]");
    if (!line) return;
    if (isNew(line)) return say(line, words.typing);
    const blank = missing(line);
    if (blank.length) return target.type === "radio" ? lead(line, blank) : sayMissing(line, blank);
    if (target.matches("[type=radio], [name$='-note']") && chosen(line)) save(line);
  });
  form.addEventListener("submit", (event) => {
    const line = event.submitter?.name === "save" && event.submitter.closest("[data-line]");
    isLeaving = !line;
    if (!line) return;
    event.preventDefault();
    finish(line);
  });
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.isComposing) return;
    const line = event.target.closest("[data-line]");
    if (event.key === "Enter" && line && !event.shiftKey && event.target.matches("input, select, textarea, .entry-line")) {
      event.preventDefault();
      return finish(line);
    }
    if (event.ctrlKey || event.metaKey) return;
    const isTyping = event.target.matches("textarea, select, input:not([type=radio])");
    const isArrow = line && !event.target.matches("textarea, select, input") && event.key.startsWith("Arrow");
    const step = { j: 1, k: -1, ...(isArrow && { ArrowDown: 1, ArrowUp: -1 }) }[event.key];
    if (!isTyping && step) {
      event.preventDefault();
      (lines[lines.indexOf(line) + step] || lines[0]).focus();
    } else if (!isTyping && line && "123".includes(event.key)) {
      event.preventDefault();
      of(line, "result")[event.key - 1].click();
    } else if (!isTyping && event.key === "?") keys.open = !keys.open;
  });
  addEventListener("beforeunload", (event) => { if (!isLeaving && lines.some((line) => isNew(line) || changed.has(line))) event.preventDefault(); });
  keys.hidden = false;
  for (const line of lines) {
    const text = sessionStorage.getItem(kept(line));
    if (text && !of(line, "text").value) {
      of(line, "text").value = text;
      changed.add(line);
      line.querySelector("details").open = true;
      say(line, words.typing);
    }
  }
})();
