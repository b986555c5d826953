"use strict";
(() => {
  const announcement = document.getElementById("announcement");

  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      area.setAttribute("readonly", "");
      area.className = "visually-hidden";
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };

  for (const button of document.querySelectorAll("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const done = await copied(button.parentElement.querySelector("code").textContent);
      button.focus();
      button.textContent = done ? "Copied" : "Select and copy by hand";
      announcement.textContent = done ? "The command was copied." : "The command could not be copied.";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  }

  if (matchMedia("(max-width: 40rem)").matches) {
    for (const details of document.querySelectorAll("details.narrow")) details.open = false;
  }

  const filters = document.querySelector(".filters");
  if (filters) {
    filters.hidden = false;
    const search = document.getElementById("filter");
    const boxes = [...filters.querySelectorAll("input[type=checkbox]")];
    const rows = [...document.querySelectorAll("table.clauses tbody tr")];
    const groups = [...document.querySelectorAll("details.group")];
    groups.push(...document.querySelectorAll("details.rest, details.kept-groups"));
    const folded = new Map(groups.map((group) => [group, group.open]));
    const matches = document.getElementById("matches");
    const apply = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const states = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
      let count = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        const shown = states.has(row.dataset.state) && words.every((word) => text.includes(word));
        row.hidden = !shown;
        count += shown;
      }
      for (const group of groups) {
        group.hidden = !group.querySelector("tbody tr:not([hidden])");
        group.open = words.length > 0 || folded.get(group);
      }
      matches.textContent = `${count} of ${rows.length} clauses`;
    };
    search.addEventListener("input", apply);
    for (const box of boxes) box.addEventListener("change", apply);
    apply();
  }

  const reveal = () => {
    let name = location.hash.slice(1);
    try {
      name = decodeURIComponent(name);
    } catch {
      // a lone % sign: the name is as it stands
    }
    const target = name && document.getElementById(name);
    if (!target) return;
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    const story = target.querySelector(":scope > details");
    if (story) story.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details.finding:not([open]), details.group:not(.quiet, .untouched):not([open])")];
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of closed) details.open = false; });
})();
