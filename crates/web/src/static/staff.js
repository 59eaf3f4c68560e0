// Makes some pages nicer. Nothing depends on it: what only works with it is shown by it (class "js").
"use strict";

document.documentElement.classList.add("with-js");

for (const field of document.querySelectorAll("[data-time-zone]")) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      button.textContent = button.dataset.copied;
    } catch {
      getSelection().selectAllChildren(source);
    }
  });
}

for (const box of document.querySelectorAll("[data-all]")) {
  box.addEventListener("change", () => {
    for (const one of box.form.querySelectorAll(`input[name="${box.dataset.all}"]`)) {
      one.checked = box.checked;
    }
  });
}

// A category may suggest how to suspend.
for (const select of document.querySelectorAll("[data-plans]")) {
  const suggest = () => {
    const method = select.selectedOptions[0]?.dataset.method;
    const choice = method && select.form.querySelector(`input[name="suspend_method"][value="${method}"]`);
    if (choice) choice.checked = true;
  };
  select.addEventListener("change", suggest);
  suggest();
}

// Whatever is pressed on a report's page brings along what was written there. A link does not: ask before it is lost.
const page = document.querySelector("[data-page]");
if (page) {
  let unsent = false;
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-written]")) unsent = true;
  });
  page.addEventListener("submit", () => {
    unsent = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsent) event.preventDefault();
  });
}

// Who else looks at this report, and whether it has changed.
const presence = document.querySelector("[data-presence]");
if (presence) {
  const look = async () => {
    if (document.hidden) return;
    try {
      const body = new URLSearchParams({ csrf: presence.dataset.csrf });
      const answer = await fetch(presence.dataset.presence, { method: "POST", body });
      if (!answer.ok || answer.redirected) return;
      const { others, revision, changed } = await answer.json();
      const text = String(revision) === presence.dataset.revision ? others : `${changed} ${others}`;
      if (presence.textContent !== text) presence.textContent = text;
      presence.hidden = text === "";
    } catch {
      // The next look may succeed.
    }
  };
  setInterval(look, 20000);
  document.addEventListener("visibilitychange", look);
}

// Keys: "/" to search; "j" and "k" through a list.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("find")?.focus();
  }
  if (event.key === "j" || event.key === "k") {
    const rows = [...document.querySelectorAll("table.list tbody th a")];
    const here = rows.indexOf(document.activeElement);
    rows[Math.max(0, Math.min(rows.length - 1, here + (event.key === "j" ? 1 : -1)))]?.focus();
  }
});
