// Runs Python: this follows the interpreter's own scripts in one worker, and fetches nothing.

let call = null;
let pyodide = null;

self.onmessage = async ({ data }) => {
  try {
    self.postMessage(call === null ? await start(data) : answered(data));
  } catch (error) {
    const lines = String(error.message ?? error).trim().split("\n");
    self.postMessage({ failure: lines.findLast((line) => /^\w+:/.test(line)) ?? lines.at(-1) });
  }
};

function answered({ name, options, files }) {
  const given = pyodide.toPy(files.map((file) => new Uint8Array(file)));
  const answer = call(name, options, given);
  const [text, made] = answer.toJs();
  answer.destroy();
  given.destroy();
  return { answer: JSON.parse(text), files: made };
}

async function start({ pieces, archive, numpy }) {
  const place = "https://interpreter.invalid/";
  // What the interpreter would fetch is here already; there is nothing else to be had.
  self.fetch = async (asked) => {
    const name = String(asked.url ?? asked).split("/").at(-1);
    if (!(name in pieces)) throw new TypeError(`${name} is no file of the interpreter`);
    const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
    return new Response(pieces[name], { headers: { "Content-Type": type } });
  };
  pyodide = await loadPyodide({
    indexURL: place,
    lockFileURL: `${place}pyodide-lock.json`,
    stdLibURL: `${place}python_stdlib.zip`,
    env: { PYTHONDONTWRITEBYTECODE: "1" },
  });
  await pyodide.loadPackage(place + numpy, { messageCallback: () => {} });
  pyodide.unpackArchive(archive, "zip", { extractDir: "/page" });
  pyodide.runPython('import sys; sys.path.insert(0, "/page")');
  call = pyodide.pyimport("backprop_xlsx.site.in_page.calls").call;
  return { ready: true };
}
