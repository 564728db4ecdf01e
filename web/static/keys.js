// Keys: what has `data-key` is pressed by it; arrows walk through a list; `data-print` prints.

function typing(target) {
  return target.matches("input, textarea, select");
}

function walk(list, target, by) {
  const links = [...list.querySelectorAll("a")];
  const next = links[links.indexOf(target) + by];
  if (next) next.focus();
  else if (by < 0) document.querySelector("[type=search]")?.focus();
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const target = event.target;
  if (event.key === "ArrowDown" && target.matches("[type=search]")) {
    event.preventDefault();
    document.querySelector(".list a")?.focus();
    return;
  }
  const list = target.closest(".list");
  if (list && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    walk(list, target, event.key === "ArrowDown" ? 1 : -1);
    return;
  }
  // A letter is a shortcut only where nobody types.
  if (event.key.length === 1 && typing(target)) return;
  const pressed = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!pressed) return;
  event.preventDefault();
  if (typing(pressed)) {
    pressed.focus();
    pressed.select?.();
  } else pressed.click();
});

addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
