/* Keeps what is typed every 30 seconds for its author alone. Optional: without it the form works the same. */
(() => {
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const status = form.querySelector(".autosave");
  const limit = 500 * 1024;
  const body = form.elements.body;
  let changed = false;
  let sending = false;

  const values = () => {
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    return data;
  };
  const isTooLarge = () => body && new Blob([body.value]).size > limit;
  const say = (words, isBad) => {
    status.textContent = words;
    status.classList.toggle("wrong", Boolean(isBad));
  };

  async function keep() {
    if (!changed || sending || isTooLarge()) return;
    changed = false;
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: values(), redirect: "error" });
      if (!answer.ok) throw new Error(answer.status);
      say(`${(await answer.json()).saved_at} ${form.dataset.saved}`);
    } catch {
      changed = true;
      say(form.dataset.failed, true);
    }
  }

  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", (event) => {
    if (isTooLarge()) {
      event.preventDefault();
      say(form.dataset.large, true);
      body.focus();
      return;
    }
    // A second click is harmless, but it costs the reader a wait.
    if (sending) event.preventDefault();
    sending = true;
  });
  window.addEventListener("pageshow", () => { sending = false; });
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
  setInterval(keep, 30000);
})();
