// Looks for a number that makes the digest of the note begin with zero bits, so that the form need not wait.
// Without this script, or on a page without https, the wait alone counts (docs/adr/0011).

const form = document.querySelector("[data-proof]");

async function prove(note, bits) {
  const encoder = new TextEncoder();
  for (let number = 0; ; number += 1) {
    const digest = await crypto.subtle.digest("SHA-256", encoder.encode(`${note}:${number}`));
    if (new DataView(digest).getUint32(0) >>> (32 - bits) === 0) {
      return String(number);
    }
  }
}

if (form && globalThis.crypto?.subtle) {
  const status = document.getElementById("hold-status");
  prove(form.elements.hold.value, Number(form.dataset.proof)).then((proof) => {
    form.elements.proof.value = proof;
    status.textContent = status.dataset.done;
  });
}
