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
  let isLeaving = false;
  const kept = (line) => `entry:${location.pathname}:${line.dataset.line}`;
  const say = (line, text, isBad) => {
    const place = line.querySelector(".entry-says");
    place.textContent = text;
    place.classList.toggle("is-bad", Boolean(isBad));
    line.classList.toggle("is-wrong", Boolean(isBad));
  };

  function done(line, answer) {
    of(line, "shown").value = answer.shown;
    if (answer.found !== undefined) {
      line.querySelector("[data-found]").innerHTML = answer.found;
      line.querySelector("[data-points]").textContent = answer.points;
      const total = document.querySelector("[data-total]");
      if (total) total.textContent = answer.total;
    }
    if (!("checked" in line.dataset)) {
      line.dataset.checked = "";
      const bar = document.querySelector(".entry-bar progress");
      if (answer.found !== undefined) document.querySelector("[data-done]").textContent = bar.value += 1;
    }
    sessionStorage.removeItem(kept(line));
    say(line, `${words.saved} ${answer.at}`);
  }

  async function save(line) {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.set("line", line.dataset.line);
    for (const [name, value] of new FormData(form)) if (name.startsWith(`${line.dataset.line}-`)) data.append(name, value);
    const hadNew = isNew(line);
    const text = of(line, "text")?.value;
    say(line, words.saving);
    try {
      const answer = await fetch(words.door, { method: "POST", body: data, redirect: "manual" });
      if (answer.type === "opaqueredirect") return say(line, words.login, true);
      const found = await answer.json().catch(() => ({ errors: [words.refused] }));
      if (found.errors) {
        if (found.shown) of(line, "shown").value = found.shown;
        return say(line, found.errors.join(" "), true);
      }
      if (hadNew && text === of(line, "text").value) {
        for (const name of newNames) of(line, name).value = "";
        for (const radio of of(line, "result")) radio.checked = radio.value === found.result;
        line.querySelector("details").open = false;
      }
      done(line, found);
    } catch {
      sessionStorage.setItem(kept(line), text || "");
      say(line, words.offline, true);
    }
  }

  form.addEventListener("change", ({ target }) => {
    const line = target.closest("[data-line]");
    if (!line) return;
    const chosen = line.querySelector("input[type=radio]:checked")?.value;
    if (isNew(line)) return say(line, words.typing);
    if (chosen === "found" && of(line, "text") && !line.querySelector("[data-found] .state-bad")) {
      line.querySelector("details").open = true;
      return of(line, "text").focus();
    }
    if (target.matches("[type=radio], [name$='-note']") && chosen) save(line);
  });
  form.addEventListener("submit", (event) => {
    const line = event.submitter?.name === "save" && event.submitter.closest("[data-line]");
    isLeaving = !line;
    if (!line) return;
    event.preventDefault();
    save(line);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const isTyping = event.target.matches("textarea, select, input:not([type=radio])");
    const line = event.target.closest("[data-line]");
    if (event.key === "Enter" && line && event.target.matches("input, .entry-line")) {
      event.preventDefault();
      save(line);
    } else if (!isTyping && (event.key === "j" || event.key === "k")) {
      const step = event.key === "j" ? 1 : -1;
      (lines[lines.indexOf(line) + step] || lines[0]).focus();
    } else if (!isTyping && line && "123".includes(event.key)) {
      event.preventDefault();
      of(line, "result")[event.key - 1].click();
    } else if (!isTyping && event.key === "?") keys.hidden = !keys.hidden;
  });
  addEventListener("beforeunload", (event) => { if (!isLeaving && lines.some(isNew)) event.preventDefault(); });
  keys.hidden = false;
  for (const line of lines) {
    const text = sessionStorage.getItem(kept(line));
    if (text && !of(line, "text").value) {
      of(line, "text").value = text;
      line.querySelector("details").open = true;
      say(line, words.typing);
    }
  }
})();
