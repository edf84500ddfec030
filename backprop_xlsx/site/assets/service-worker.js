// Keeps the site for the next visit without a network; a newly built site replaces it.

const HERE = new URL("./", self.location).pathname;
const KEPT = `${HERE} site {{ build }}`;
const INTERPRETER = `${HERE} interpreter {{ settings.interpreter_version }}`;
const FILES = ["./"{% for file in files %}, "{{ file }}"{% endfor %}];

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    await (await caches.open(KEPT)).addAll(FILES);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) =>
      name.startsWith(`${HERE} `) && name !== KEPT && name !== INTERPRETER);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(answer(event.request));
});

// The page itself comes from the network where there is one, so that a new build is seen at once;
// it names its other files by their content, so these may come from here.
async function answer(request) {
  const cache = await caches.open(KEPT);
  if (request.mode === "navigate") {
    try {
      return await fetch(request);
    } catch {
      return (await cache.match("./")) ?? Response.error();
    }
  }
  return (await cache.match(request)) ?? fetch(request);
}
