/**
 * Keeps the list page, so that it opens without a network. A page that is asked for comes from the network
 * where there is one, so an update shows at the next visit; hashed files never change, so they come from here.
 * A new version waits until no page of the old one is open, and takes the old files away then.
 */
const NAME = `page ${'__VERSION__'}`;
const KEPT = ['__KEPT__'];
const PAGE = '/todos/';
const SETTINGS = '/config.json';
const PATIENCE_MS = 4000;

self.addEventListener('install', event => {
    event.waitUntil(caches.open(NAME).then(cache => cache.addAll([...KEPT, SETTINGS])));
});

self.addEventListener('activate', event => {
    event.waitUntil(
        caches
            .keys()
            .then(names => Promise.all(names.filter(name => name !== NAME).map(name => caches.delete(name)))),
    );
});

self.addEventListener('fetch', event => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (request.method !== 'GET' || origin !== location.origin) return;
    if (pathname === PAGE && request.mode === 'navigate') event.respondWith(fresh(request, PAGE));
    else if (pathname === SETTINGS) event.respondWith(fresh(request, SETTINGS));
    else if (KEPT.includes(pathname) && pathname !== PAGE) event.respondWith(kept(request));
});

async function fresh(request, name) {
    const cache = await caches.open(NAME);
    try {
        const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
        if (answer.ok && name === SETTINGS) await cache.put(name, answer.clone());
        if (answer.status < 500) return answer;
    } catch {
        // No network: what is kept.
    }
    return (await cache.match(name)) ?? Response.error();
}

async function kept(request) {
    const cache = await caches.open(NAME);
    return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
}
