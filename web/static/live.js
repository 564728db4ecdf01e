// Regions that follow the ledger: `<section id="…" data-live="payment till" data-live-id="…">`.
//
// When one of its topics moves, the region is fetched anew from the page's own address. News come by server-sent
// events; where they don't, it asks every three seconds. Neither is a use of the session. `data-live` is left away by the server once nothing moves any more.
import { found, lost } from "./connection.js";

const PATIENCE = 3000;
const LOST = "Connexion au serveur perdue : ce que vous voyez peut être ancien. L’écran se remet à jour dès que le serveur répond.";

let source = null;
let polling = 0;
let asking = false;
let again = false;

// What is the same to a reader: each fetch draws new keys, and what he has opened stays open.
const content = (region) => region.innerHTML.replace(/ name="key" value="[^"]*"| open=""/g, "");

const typing = (region) => region.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");

const regions = () => [...document.querySelectorAll("[data-live]")];

async function refresh() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", headers: { "Quittance-Live": "1" } });
    if (answer.redirected && new URL(answer.url).pathname === "/login") return location.assign(answer.url);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    found();
    if (!answer.ok) return;
    for (const region of regions()) {
      const fresh = page.getElementById(region.id);
      // Nobody's typing and nobody's place in a list is taken away.
      if (!fresh || typing(region)) continue;
      if (content(fresh) === content(region) && fresh.dataset.live === region.dataset.live) continue;
      const held = region.contains(document.activeElement) && document.activeElement.getAttribute("href");
      region.replaceWith(fresh);
      if (held) fresh.querySelector(`[href="${CSS.escape(held)}"]`)?.focus();
    }
  } catch {
    lost(LOST);
  } finally {
    asking = false;
    if (again) {
      again = false;
      refresh();
    } else if (!regions().length) stop();
  }
}

function concerned(topic, id) {
  return regions().some((region) => {
    const topics = region.dataset.live.split(" ");
    return topics.includes(topic) && (!region.dataset.liveId || region.dataset.liveId === id);
  });
}

function poll(on) {
  clearInterval(polling);
  polling = on ? setInterval(refresh, PATIENCE) : 0;
}

function stop() {
  source?.close();
  source = null;
  poll(false);
}

function start() {
  stop();
  if (!regions().length || document.hidden) return;
  source = new EventSource("/api/stream");
  source.addEventListener("open", () => poll(false));
  source.addEventListener("error", () => poll(true));
  source.addEventListener("reset", refresh);
  for (const topic of new Set(regions().flatMap((region) => region.dataset.live.split(" ")))) {
    source.addEventListener(topic, (event) => {
      if (concerned(topic, JSON.parse(event.data).id)) refresh();
    });
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) stop();
  else if (regions().length) {
    refresh();
    start();
  }
});
addEventListener("pagehide", stop);
addEventListener("pageshow", start);
addEventListener("shown", start);
