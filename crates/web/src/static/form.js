// Makes the form for complaints nicer. Nothing depends on it.
"use strict";

document.documentElement.classList.add("with-js");

const form = document.querySelector("form[data-nameless]");
if (form) {
  const category = form.elements.namedItem("category");
  const tip = document.getElementById("tip");
  const nameless = form.dataset.nameless.split(" ");
  const files = form.querySelector("[data-files]");
  // What helps for the kind that is chosen stands beside it.
  const choose = () => {
    const about = document.querySelector(`[data-tip="${CSS.escape(category.value)}"]`);
    tip.hidden = !about;
    if (about) tip.lastElementChild.textContent = about.textContent;
    const may = nameless.includes(category.value);
    for (const name of ["name", "email"]) form.elements.namedItem(name).required = !may;
    if (files) {
      files.hidden = may;
      files.querySelector("input").disabled = may;
    }
  };
  category.addEventListener("change", choose);
  choose();

  // The reader's own zone is at hand. Only they know whether the time is meant in it: a log may be in UTC.
  const zone = form.elements.namedItem("zone");
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (own && own !== "UTC" && ![...zone.options].some((one) => one.value === own)) {
    zone.add(new Option(own, own), 1);
  }

  form.addEventListener("submit", () => {
    const button = form.querySelector("button");
    setTimeout(() => { button.disabled = true; });
    // Whoever comes back finds it usable.
    window.addEventListener("pageshow", () => { button.disabled = false; });
  });
}

// The desk does not know its own name: the browser does.
for (const link of document.querySelectorAll("[data-here]")) {
  link.textContent = location.origin + location.pathname;
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
