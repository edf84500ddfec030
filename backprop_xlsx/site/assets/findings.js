// What the check says of one file, table by table: the wrong cells, the difference, the reason.

import { element } from "./elements.js";

const NO_ENGINE = "A corrected copy is recalculated by the check's own evaluator and held against "
  + "the reference. No other spreadsheet engine runs here, as it does with the command.";

/** The elements for a file; `fix` makes the corrected copy and answers what there is to say. */
export function opened(shown, fix) {
  const parts = [
    ...(shown.mark ? [element("p", { class: "faint" }, shown.mark)] : []),
    ...(shown.fixable ? [correction(fix)] : []),
    ...shown.mistakes.map(mistake),
    ...shown.tables.flatMap(table),
  ];
  return parts.length ? parts : [element("p", {}, shown.line)];
}

function correction(fix) {
  const said = element("p", { role: "status" }, NO_ENGINE);
  const button = element("button", { type: "button", click: async () => {
    button.disabled = true;
    said.textContent = "Correcting …";
    said.textContent = `${await fix()}. ${NO_ENGINE}`;
    button.disabled = false;
  } }, "Corrected workbook");
  said.className = "faint";
  return element("div", {}, element("p", { class: "actions" }, button), said);
}

function table({ title, about, warnings, right }) {
  const remarks = [
    ...warnings.map((text) => remark("warned", "!", "Warning:", text)),
    ...(right ? [remark("right", "✓", "Right:", right)] : []),
  ];
  return [
    element("h3", {}, title),
    element("p", { class: "faint" }, about),
    element("ul", { class: "remarks" }, ...remarks),
  ];
}

function mistake({ quantities, places, explanation, reason, found, expected, effect }) {
  return element("article", { class: "fault" },
    element("h3", {}, quantities, " ", element("small", {}, places)),
    element("p", {}, explanation),
    ...(reason ? [element("p", { class: "faint" }, reason)] : []),
    element("dl", {},
      element("dt", {}, "there is"), element("dd", { class: "is" }, formula(found)),
      element("dt", {}, "should be"), element("dd", { class: "should" }, formula(expected)),
      ...(effect ? [element("dt", {}, "effect"), element("dd", {}, effect)] : [])));
}

function formula(runs) {
  return element("code", {}, ...runs.map(([text, changed]) =>
    changed ? element("mark", {}, text) : text));
}

function remark(kind, symbol, word, text) {
  return element("li", {}, element("b", { class: kind, "aria-hidden": "true" }, symbol),
    element("span", {}, element("span", { class: kind }, word), ` ${text}`));
}
