// Sending a form without losing it: no second click, and a dead server is told, with the form as it was typed.
//
// The form holds the key of its command, so that sending it again asks what became of it and never pays twice.

const banner = document.getElementById("connection");

export function lost(sentence) {
  banner.textContent = sentence;
  banner.hidden = false;
}

export function found() {
  banner.hidden = true;
}

// Until the server answers again; then it says so, for the form still waits to be sent.
let probing = 0;

function probe() {
  clearInterval(probing);
  probing = setInterval(async () => {
    try {
      await fetch("/api/health", { cache: "no-store" });
      clearInterval(probing);
      lost(BACK);
    } catch {
      // Still away.
    }
  }, 3000);
}

const BACK = "Le serveur répond de nouveau. Renvoyez votre saisie : si elle était déjà enregistrée, elle ne le sera pas deux fois.";
const LOST = "Connexion au serveur perdue. Votre saisie est restée ici. Renvoyez-la quand le serveur répond : la même opération n’est jamais comptée deux fois.";

let sending = false;

function busy(form, button, is) {
  sending = is;
  form.setAttribute("aria-busy", is);
  if (button) button.setAttribute("aria-busy", is);
}

// The page that came back takes the place of this one; what listens on the document goes on listening.
function show(html, address) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.title = page.title;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  if (address) history.pushState(null, "", address);
  const main = document.querySelector("main");
  // The sentence is read out as it comes; the hand stays where it types on.
  const first = main.querySelector("[aria-invalid=true]") || main.querySelector("[autofocus]") || main;
  first.focus();
  first.select?.();
  main.dispatchEvent(new CustomEvent("shown", { bubbles: true }));
}

addEventListener("popstate", () => location.reload());

addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.dataset.plain !== undefined) return;
  event.preventDefault();
  if (sending) return;
  const button = event.submitter;
  const body = new URLSearchParams(new FormData(form));
  if (button && button.name) body.append(button.name, button.value);
  busy(form, button, true);
  try {
    const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
    const html = await answer.text();
    clearInterval(probing);
    found();
    // Another page with another head: load it as a page.
    if (answer.redirected) location.assign(answer.url);
    else show(html, form.action === location.href ? null : form.action);
    if (!answer.redirected) sending = false;
  } catch {
    busy(form, button, false);
    lost(LOST);
    probe();
  }
});

// Back from the cache of the browser: the form may be sent again.
addEventListener("pageshow", () => {
  sending = false;
  document.querySelectorAll("[aria-busy]").forEach((part) => part.removeAttribute("aria-busy"));
});
