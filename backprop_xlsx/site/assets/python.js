// Python in a worker: started once, called in turn, started again where a call brings it down.

const PATIENCE = 240_000; // milliseconds for one call or one file: it stops what never ends
const START = 120_000; // for Python to be ready, which takes some seconds

/** What Python says of an input that it cannot use; its message is one line. */
export class Refusal extends Error {}

/** The worker came down, or was stopped; the next call finds a new one. */
export class Breakdown extends Error {}

export class Python {
  #settings;
  #progress;
  #parts = null;
  #worker = null;
  #last = Promise.resolve();

  /** `progress` is told which share of the interpreter is here. */
  constructor(settings, progress) {
    this.#settings = settings;
    this.#progress = progress;
  }

  /** Starts it, so that the first call need not wait. */
  start() {
    this.#last = this.#last.catch(() => {}).then(() => this.#started());
    return this.#last;
  }

  /** Calls a function of Python; answers {data, files}. Calls wait for each other. */
  call(name, options = {}, files = []) {
    const answer = this.#last.catch(() => {}).then(async () => {
      await this.#started();
      return this.#asked(name, options, files);
    });
    this.#last = answer;
    return answer;
  }

  async #started() {
    if (this.#worker) return;
    this.#parts ??= await this.#fetched();
    // A browser that has much else to do may forget a worker: one that is silent is made anew.
    this.#worker = await this.#begun().catch((error) => {
      if (error instanceof Breakdown) return this.#begun();
      throw error;
    });
  }

  /** A worker in which Python is ready. */
  async #begun() {
    // A worker made of a blob has this page's content security policy.
    const scripts = new Blob(this.#parts.scripts, { type: "text/javascript" });
    const address = URL.createObjectURL(scripts);
    const worker = new Worker(address);
    let timer;
    try {
      await new Promise((resolve, reject) => {
        const late = new Breakdown("finds no Python within two minutes");
        timer = setTimeout(() => reject(late), START);
        worker.onmessage = ({ data }) => (data.ready ? resolve() : reject(new Error(data.failure)));
        worker.onerror = (event) => reject(new Error(event.message || "Python did not start"));
        const { pieces, archive } = this.#parts;
        worker.postMessage({ pieces, archive, numpy: this.#settings.numpy });
      });
    } catch (error) {
      worker.terminate();
      throw error;
    } finally {
      clearTimeout(timer);
      URL.revokeObjectURL(address);
    }
    return worker;
  }

  /** Everything that Python consists of, each file with the hash that it must have. */
  async #fetched() {
    const { interpreter, loader, archive, worker } = this.#settings;
    const total = Object.values(interpreter).reduce((sum, piece) => sum + piece.size, 0);
    let here = 0;
    let failed = false;
    const pieces = {};
    const fetched = Object.entries(interpreter).map(async ([name, piece]) => {
      pieces[name] = await inTime(piece, (signal) => this.#kept(piece, signal));
      // What comes after a failure is no news: it would hide what failed.
      if (!failed) this.#progress((here += piece.size) / total);
    });
    const own = [archive, worker].map((file) => inTime(file, (signal) => pinned(file, signal)));
    const all = Promise.all([...own, ...fetched]);
    all.catch(() => (failed = true));
    const [code, script] = await all;
    // A line end between them: the last line of one may be a remark.
    const scripts = [...loader.flatMap((name) => [pieces[name], "\n"]), script];
    for (const name of loader) delete pieces[name];
    return { pieces, scripts, archive: code };
  }

  /** A file of the interpreter: what this browser kept of it, or from where it is offered. */
  async #kept(piece, signal) {
    const cache = globalThis.caches && (await caches.open(this.#settings.kept).catch(() => null));
    const key = new URL(piece.address, document.baseURI).href;
    const response = await cache?.match(key);
    if (response) return response.arrayBuffer();
    const content = await pinned(piece, signal);
    await cache?.put(key, new Response(content)).catch(() => {});
    return content;
  }

  #asked(name, options, files) {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const abandon = (reason) => {
        clearTimeout(timer);
        worker.terminate();
        this.#worker = null;
        reject(new Breakdown(reason));
      };
      const timer = setTimeout(() => abandon("takes more than four minutes"), PATIENCE);
      worker.onerror = (event) => abandon(`brings Python down (${event.message})`);
      worker.onmessage = ({ data }) => {
        if (data.failure !== undefined) return abandon(`brings Python down (${data.failure})`);
        clearTimeout(timer);
        if (data.answer.error !== undefined) return reject(new Refusal(data.answer.error));
        return resolve({ data: data.answer, files: data.files });
      };
      worker.postMessage({ name, options: JSON.stringify(options), files });
    });
  }
}

/** A file's bytes, which must have its hash. */
async function pinned({ address, integrity }, signal) {
  const options = { integrity, credentials: "omit", signal };
  const response = await fetch(new URL(address, document.baseURI), options).catch((error) => {
    throw new Error(`${address}: ${error.message}`);
  });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.arrayBuffer();
}

/** What `work` does with a file, unless that takes too long: then it is given up. */
async function inTime({ address }, work) {
  const waiting = new AbortController();
  let timer;
  // Not by the signal alone: what the browser keeps may be silent as well as the network.
  const silence = new Promise((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${address} did not come within four minutes`));
      waiting.abort();
    }, PATIENCE);
  });
  try {
    return await Promise.race([work(waiting.signal), silence]);
  } finally {
    clearTimeout(timer);
  }
}
