// The first tab: files in, verdicts as a table, each row opens to what is wrong and why.

import { opened } from "./findings.js";
import { download, element, find, say } from "./elements.js";
import { Breakdown, Refusal } from "./python.js";

const TYPES = { report: "text/html", csv: "text/csv", json: "application/json" };

export class Checking {
  #python;
  #books = [];
  #isExample = false;

  constructor(python) {
    this.#python = python;
    find("files").addEventListener("change", ({ target }) => {
      this.#take([...target.files]);
      target.value = "";
    });
    for (const button of find("downloads").querySelectorAll("[data-kind]")) {
      button.addEventListener("click", () => this.#collect(button.dataset));
    }
    find("clear").addEventListener("click", () => {
      this.#clear();
      say("Ready.");
      find("files").focus();
    });
    this.#acceptDrops();
  }

  /** Checks the example, unless files came first, and opens its row. */
  async example(name, content) {
    if (this.#books.length) return;
    this.#isExample = true;
    const book = this.#added({ name, arrayBuffer: async () => content });
    await this.#check(book);
    if (this.#books.includes(book)) book.button.click();
  }

  #acceptDrops() {
    let inside = 0;
    const mark = (change) => (event) => {
      event.preventDefault();
      inside = change === 0 ? 0 : inside + change;
      document.body.classList.toggle("dragging", inside > 0);
    };
    addEventListener("dragenter", mark(1));
    addEventListener("dragleave", mark(-1));
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", (event) => {
      mark(0)(event);
      find("check-tab").click();
      this.#take([...event.dataTransfer.files]);
    });
  }

  async #take(files) {
    if (!files.length) return;
    if (this.#isExample) this.#clear();
    const books = files.map((file) => this.#added(file));
    for (const [number, book] of books.entries()) {
      if (!this.#books.includes(book)) return; // started afresh meanwhile
      say(`Checking ${number + 1} of ${books.length}: ${book.path}`);
      await this.#check(book);
    }
    say(`Checked: ${this.#total()}.`);
    if (books.length === 1 && this.#books.length === 1) books[0].button.click();
  }

  /** A file's place in the table; a second one of its name stands in a folder. */
  #added(file) {
    const same = this.#books.filter((book) => book.name === file.name).length;
    const path = same ? `${same + 1}/${file.name}` : file.name;
    const book = { file, name: file.name, path, shown: null, report: null };
    const id = `book-${Date.now()}-${this.#books.length}`;
    book.button = element("button", { type: "button", "aria-expanded": "false",
      "aria-controls": id, disabled: "", click: () => this.#toggle(book) }, path);
    book.about = element("p", {});
    book.verdict = element("td", {}, element("span", { class: "badge waiting" }, "waiting"));
    book.row = element("tr", {}, element("td", { class: "name" }, book.button, book.about),
      book.verdict);
    book.details = element("tr", { class: "opened", hidden: "", id }, element("td", { colspan: 6 }));
    book.body = element("tbody", {}, book.row, book.details);
    this.#books.push(book);
    find("verdicts").append(book.body);
    this.#summarise();
    return book;
  }

  async #check(book) {
    book.verdict.replaceChildren(element("span", { class: "badge waiting" }, "checking …"));
    const options = { path: book.path };
    let answer;
    try {
      answer = await this.#python.call("check", options, [await book.file.arrayBuffer()]);
    } catch (error) {
      answer = await this.#unchecked(options, error);
    }
    if (!answer) return;
    [book.shown, book.report] = [answer.data, answer.files[0]];
    this.#fill(book);
    this.#summarise();
  }

  /** What there is to say of a file that cannot even be handed to the check, or ends it. */
  async #unchecked({ path }, error) {
    let reason = `could not be read (${error.message})`;
    if (error instanceof Refusal) reason = error.message;
    if (error instanceof Breakdown) reason = `could not be checked, it ${error.message}`;
    try {
      return await this.#python.call("broken", { path, reason });
    } catch (failure) {
      say(`Python cannot be started: ${failure.message}. Reload the page to try again.`);
      return null;
    }
  }

  #fill(book) {
    const { verdict, line, more, numbers } = book.shown;
    book.verdict.replaceChildren(element("span", { class: `badge ${verdict.kind}` },
      element("span", { "aria-hidden": "true" }, verdict.symbol), ` ${verdict.word}`));
    book.about.replaceChildren(line, more
      ? element("span", { class: "faint" }, ` and ${more} more`) : "");
    book.row.append(...numbers.map((number) =>
      element("td", { class: number ? "number" : "number zero" }, String(number))));
    book.button.disabled = false;
  }

  #toggle(book) {
    const open = book.button.getAttribute("aria-expanded") !== "true";
    book.button.setAttribute("aria-expanded", String(open));
    book.details.hidden = !open;
    if (open && !book.details.firstChild.hasChildNodes()) {
      book.details.firstChild.append(...opened(book.shown, () => this.#fix(book)));
    }
  }

  /** A corrected copy to keep; answers what there is to say of it. */
  async #fix(book) {
    const files = [await book.file.arrayBuffer(), book.report];
    try {
      const { data, files: [copy] } = await this.#python.call("fix", { path: book.path }, files);
      download(data.name, copy);
      return data.said;
    } catch (error) {
      return error instanceof Breakdown
        ? `${book.path}: not corrected, it ${error.message}` : error.message;
    }
  }

  async #collect({ kind, name }) {
    const reports = this.#books.map((book) => book.report).filter(Boolean);
    try {
      const { files: [content] } = await this.#python.call("collect", { kind }, reports);
      download(name, content, TYPES[kind]);
      say(`${name}: ${this.#total()}.`);
    } catch (error) {
      say(`${name}: not made (${error.message})`);
    }
  }

  #clear() {
    this.#books = [];
    this.#isExample = false;
    for (const body of find("verdicts").querySelectorAll("tbody")) body.remove();
    this.#summarise();
  }

  #summarise() {
    find("result").hidden = !this.#books.length;
    find("example-note").hidden = !this.#isExample;
    find("total").textContent = this.#total();
  }

  /** All verdicts in one line, as the command ends. */
  #total() {
    const counts = new Map();
    for (const { shown } of this.#books) {
      const word = shown?.verdict.word ?? "waiting";
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    const parts = [...counts].map(([word, count]) => `${count} ${word}`);
    const number = this.#books.length;
    return `${number} ${number === 1 ? "file" : "files"}: ${parts.join("; ")}`;
  }
}
