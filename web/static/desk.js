// The cash desk: change while an amount is typed, the sum of a count, the provider that a prefix suggests.
// What counts is computed by the server; here it is only shown sooner.

const francs = (typed) => {
  const digits = typed.replace(/[\s\u00a0\u202f]/g, "").replace(/[a-z]+$/i, "");
  return /^\d{1,13}$/.test(digits) ? Number(digits) : null;
};

const written = (amount) => `${String(amount).replace(/\B(?=(\d{3})+$)/g, "\u202f")}\u202fFCFA`;

function change(form) {
  const output = form.querySelector("[data-change]");
  const tendered = francs(form.elements.tendered.value);
  const part = form.elements.amount.value.trim() ? francs(form.elements.amount.value) : Number(form.dataset.due);
  if (tendered === null || part === null) output.textContent = "…";
  else if (tendered < part) output.textContent = `il manque ${written(part - tendered)}`;
  else output.textContent = written(tendered - part);
}

function count(form) {
  const output = form.querySelector("[data-count]");
  const pieces = [...form.querySelectorAll("[data-francs]")].filter((piece) => piece.value.trim());
  const sum = pieces.reduce((sum, piece) => sum + Number(piece.dataset.francs) * Number(piece.value), 0);
  if (!pieces.length) output.textContent = "—";
  else output.textContent = Number.isSafeInteger(sum) ? written(sum) : "à corriger";
}

// As the server does it: a prefix suggests, the choice stays with the cashier.
function suggest(form) {
  const digits = form.elements.phone.value.replace(/\D/g, "").replace(/^(00)?228(?=\d{2})/, "");
  const code = digits.length < 2 ? "" : /^(7[89]|9[6-9])/.test(digits) ? "FLOOZ" : "TMONEY";
  const radio = code && form.querySelector(`[value="${code}"]`);
  form.querySelector("[data-suggested]").textContent = radio ? `: ${radio.dataset.label}` : "";
}

function look(form) {
  if (form.querySelector("[data-change]")) change(form);
  if (form.querySelector("[data-count]")) count(form);
  if (form.querySelector("[data-suggested]")) suggest(form);
}

addEventListener("input", (event) => event.target.form && look(event.target.form));
// Who types faster than this was loaded has typed already; a page that was shown again has what was typed.
for (const form of document.forms) look(form);
addEventListener("shown", () => { for (const form of document.forms) look(form); });
