// The losses of all runs as lines, drawn as SVG.

import { drawn, element } from "./elements.js";

const [WIDTH, HEIGHT] = [640, 300];
const [LEFT, RIGHT, TOP, BOTTOM] = [86, 622, 12, 256];
const COLOURS = 6;

/** Draws the runs into an SVG, and what each line is into a list. */
export function drawing(svg, legend, runs) {
  const steps = Math.max(runs[0].losses.length - 1, 1);
  const highest = Math.max(...runs.map(({ losses }) => highestOf(losses))) || 1;
  const top = rounded(highest);
  const x = (step) => LEFT + ((RIGHT - LEFT) * step) / steps;
  const y = (loss) => BOTTOM - ((BOTTOM - TOP) * Math.min(loss, top)) / top;
  const levels = [0, 0.25, 0.5, 0.75, 1].map((share) => share * top);
  const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * steps));
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.replaceChildren(
    ...levels.flatMap((loss) => [
      drawn("line", { class: "grid", x1: LEFT, x2: RIGHT, y1: y(loss), y2: y(loss) }),
      drawn("text", { x: LEFT - 8, y: y(loss) + 4, "text-anchor": "end" }, short(loss)),
    ]),
    ...[...new Set(marks)].map((step) =>
      drawn("text", { x: x(step), y: BOTTOM + 20, "text-anchor": "middle" }, String(step))),
    drawn("text", { x: (LEFT + RIGHT) / 2, y: HEIGHT - 2, "text-anchor": "middle" }, "step"),
    ...runs.map(({ losses }, index) => drawn("polyline", {
      class: kind(index), points: points(losses, x, y),
    })),
  );
  legend.replaceChildren(...runs.map(({ name }, index) => element("li", {},
    drawn("svg", { viewBox: "0 0 36 14", "aria-hidden": "true" },
      drawn("line", { class: kind(index), x1: 0, x2: 36, y1: 7, y2: 7 })), name)));
}

/** At most a few points for each unit of width: a run may have a million steps. */
function points(losses, x, y) {
  const every = Math.max(1, Math.floor(losses.length / (2 * WIDTH)));
  return losses.flatMap((loss, step) => step % every && step !== losses.length - 1
    ? [] : [`${x(step).toFixed(1)},${y(loss).toFixed(1)}`]).join(" ");
}

const highestOf = (losses) => losses.reduce((highest, loss) => Math.max(highest, loss), 0);

const kind = (index) => `curve line-${1 + (index % COLOURS)}${index < COLOURS ? "" : " dashed"}`;

const short = (loss) => String(Number(loss.toPrecision(3)));

/** The next of 1, 2, 4, 5, 10 times a power of ten. */
function rounded(number) {
  const power = 10 ** Math.floor(Math.log10(number));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((times) => times * power >= number) * power;
}
