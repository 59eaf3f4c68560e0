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

  // The reader's own zone is the likeliest one.
  const zone = form.elements.namedItem("zone");
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (own && zone.value === "") {
    let option = [...zone.options].find((one) => one.value === own);
    if (!option) {
      option = new Option(own, own);
      zone.add(option, 1);
    }
    option.selected = true;
  }

  form.addEventListener("submit", () => {
    const button = form.querySelector("button");
    setTimeout(() => { button.disabled = true; });
    // Whoever comes back finds it usable.
    window.addEventListener("pageshow", () => { button.disabled = false; });
  });
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
