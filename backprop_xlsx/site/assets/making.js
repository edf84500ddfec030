// The second tab: settings in, the losses drawn at once, the workbook on request.

import { drawing } from "./chart.js";
import { download, element, find, say } from "./elements.js";

const PAUSE = 400; // milliseconds after the last change
const AS_PRESET = "as the preset";

export class Making {
  #python;
  #form = find("settings-form");
  #opened = false;
  #timer = null;
  #asked = 0;

  constructor(python) {
    this.#python = python;
    this.#form.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#preview(), PAUSE);
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#make();
    });
  }

  /** Fills the form and draws the first preview, when the tab is first looked at. */
  async open() {
    if (this.#opened) return;
    this.#opened = true;
    let data;
    try {
      ({ data } = await this.#python.call("choices"));
    } catch (error) {
      this.#opened = false;
      this.#refused(`Python cannot be started: ${error.message}`);
      return;
    }
    for (const select of this.#form.querySelectorAll("select")) {
      const preset = select.name === "preset";
      if (!preset) select.append(element("option", { value: "" }, AS_PRESET));
      for (const name of data[select.name]) select.append(element("option", { value: name }, name));
      if (preset) select.value = data.begin_with;
    }
    await this.#preview();
  }

  #settings() {
    const { preset, ...given } = Object.fromEntries(new FormData(this.#form));
    return { preset, given };
  }

  async #preview() {
    const asked = ++this.#asked;
    this.#say("Training …");
    try {
      const { data } = await this.#python.call("losses", this.#settings());
      if (asked !== this.#asked) return; // the form has changed meanwhile
      this.#refused("");
      this.#drawn(data);
      this.#say(`${data.title}, ${data.network}: the losses are drawn.`);
    } catch (error) {
      if (asked === this.#asked) this.#refused(error.message);
    }
  }

  async #make() {
    say("Writing the workbook …");
    try {
      const { data, files: [book] } = await this.#python.call("make", this.#settings());
      download(data.name, book);
      this.#refused("");
      say(`${data.name}: made. No other engine has recalculated it.`);
    } catch (error) {
      this.#refused(error.message);
    }
  }

  #refused(text) {
    find("make-error").hidden = !text;
    find("make-error").textContent = text;
    if (text) this.#say("");
  }

  /** Of a drawing that ends when the other tab is looked at, nothing is said over that tab's words. */
  #say(text) {
    if (this.#form.offsetParent) say(text);
  }

  #drawn({ title, network, runs }) {
    find("preview").hidden = false;
    find("preview-title").textContent = `${title} (${network}): the loss at each step`;
    drawing(find("chart"), find("legend"), runs);
    const line = ({ name, losses }) => element("tr", {}, element("td", {}, name),
      ...[losses[0], losses.at(-1)].map((loss) =>
        element("td", { class: "number" }, loss.toPrecision(4))));
    find("ends").querySelector("tbody").replaceChildren(...runs.map(line));
  }
}
