// The page: its two tabs, Python's start, and what is kept for a visit without a network.

import { Checking } from "./checking.js";
import { find, say } from "./elements.js";
import { Making } from "./making.js";
import { Python } from "./python.js";

const settings = JSON.parse(find("settings").textContent);
const here = new URL("./", document.baseURI).pathname;
settings.kept = `${here} interpreter ${settings.interpreter_version}`;

const progress = find("progress");
const python = new Python(settings, (share) => {
  progress.value = share;
  say(share < 1 ? `Fetching Python: ${Math.round(100 * share)} %` : "Starting Python …");
});
const checking = new Checking(python);
const making = new Making(python);

const tabs = [find("check-tab"), find("make-tab")];

function show(tab) {
  for (const each of tabs) {
    const chosen = each === tab;
    each.setAttribute("aria-selected", String(chosen));
    each.tabIndex = chosen ? 0 : -1;
    find(each.getAttribute("aria-controls")).hidden = !chosen;
  }
  if (tab === tabs[1]) making.open();
}

for (const [index, tab] of tabs.entries()) {
  tab.addEventListener("click", () => show(tab));
  tab.addEventListener("keydown", ({ key }) => {
    const next = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 }[key];
    if (next === undefined) return;
    const chosen = tabs[(next + tabs.length) % tabs.length];
    show(chosen);
    chosen.focus();
  });
}

async function keep() {
  try {
    await navigator.serviceWorker?.register("service-worker.js", { updateViaCache: "none" });
  } catch {
    // Without it everything works but a visit without a network.
  }
}

progress.hidden = false;
try {
  const example = fetch(new URL(`${settings.build}/${settings.example}`, document.baseURI));
  await python.start();
  progress.hidden = true;
  say("Ready.");
  const content = await (await example).arrayBuffer();
  await checking.example(settings.example, content);
} catch (error) {
  progress.hidden = true;
  say(`Python cannot be started: ${error.message}. Reload the page to try again.`);
}
await keep();
