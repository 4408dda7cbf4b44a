import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { bundledTryPage } from '@passfob/demo/bundle/page';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { listening } from '../../kit/listening.ts';
import { describeNeeds, needsTool } from '../../kit/tools.ts';
import { root } from '../../tools/tidy/files.ts';
import { type Opener, openChromium, openFirefox } from './hands.ts';

/** A page with a frame as well, but without a policy. */
const PLAIN_PAGE = '<!doctype html><iframe srcdoc="<p>plain</p>"></iframe>';

/** A server that must never be asked. */
let beacon: string;
let end = () => {};
const asked: string[] = [];
const folder = temporaryFolder('escape');
beforeAll(async () => {
  const server = createServer(({ url = '' }, response) => {
    // A browser asks for it by itself, for the plain page.
    if (url !== '/favicon.ico') asked.push(url);
    response.setHeader('access-control-allow-origin', '*');
    if (url === '/plain') response.setHeader('content-type', 'text/html').end(PLAIN_PAGE);
    else response.end('reached');
  });
  server.on('upgrade', ({ url = '' }, socket) => {
    asked.push(url);
    socket.destroy();
  });
  beacon = await listening(server, one => {
    end = one;
  });
});
afterAll(() => end());
beforeEach(() => {
  asked.length = 0;
});

/** Tries each way out, and returns the names of those that did not fail. */
const TRY_ALL = `async beacon => {
  const event = (target, good, bad) => new Promise((resolve, reject) => { target[good] = resolve; target[bad] = reject; });
  const ways = {
    fetch: () => fetch(beacon + '/fetch'),
    request() { const one = new XMLHttpRequest(); one.open('GET', beacon + '/xhr'); const end = event(one, 'onload', 'onerror'); one.send(); return end; },
    socket: () => event(new WebSocket(beacon.replace('http', 'ws') + '/socket'), 'onopen', 'onerror'),
    events: () => event(new EventSource(beacon + '/events'), 'onopen', 'onerror'),
    ...(globalThis.document && {
      image() { const one = new Image(); const end = event(one, 'onload', 'onerror'); one.src = beacon + '/image'; return end; },
      script() { const one = document.createElement('script'); const end = event(one, 'onload', 'onerror'); one.src = beacon + '/script'; document.head.append(one); return end; },
      style() { const one = document.createElement('link'); one.rel = 'stylesheet'; const end = event(one, 'onload', 'onerror'); one.href = beacon + '/style'; document.head.append(one); return end; },
      markup() { return new Promise((resolve, reject) => { globalThis.inlined = resolve; const one = document.createElement('script'); one.textContent = 'inlined()'; document.head.append(one); setTimeout(reject, 200); }); },
      storage() { localStorage.setItem('a', 'b'); },
      session() { sessionStorage.setItem('a', 'b'); },
      cookie() { document.cookie = 'a=b'; if (!document.cookie) throw new Error(); },
      database: () => event(indexedDB.open('a'), 'onsuccess', 'onerror'),
      parent() { return parent.document.title; },
    }),
    ...(globalThis.importScripts && { import() { importScripts(beacon + '/import'); } }),
  };
  const found = [];
  for (const [name, way] of Object.entries(ways)) {
    try { await way(); found.push(name); } catch {}
  }
  return found.join();
}`;

/** Tries what leaves the page without telling whether it was refused. */
const TRY_TO_LEAVE = `async beacon => {
  navigator.sendBeacon(beacon + '/beacon');
  const add = (tag, properties) => {
    const one = Object.assign(document.createElement(tag), properties);
    document.body.append(one);
    return one;
  };
  add('iframe', { src: beacon + '/frame' });
  add('a', { href: beacon + '/link', target: '_blank' }).click();
  add('form', { action: beacon + '/form' }).submit();
  try { top.location = beacon + '/top'; } catch {}
  await new Promise(resolve => setTimeout(resolve, 800));
}`;

/** The same in a worker, which begins as the page's own does. */
const TRY_IN_WORKER = `beacon => new Promise(resolve => {
  const source = 'onmessage = async ({ data }) => postMessage(await (' + ${JSON.stringify(TRY_ALL)} + ')(data));';
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
  worker.onmessage = ({ data }) => resolve(data);
  worker.postMessage(beacon);
})`;

/** An image that looks for the realm's own global object by each known route, and writes what it finds on its display. */
const hostileImage = (): string => `
E.setConsole(null, { force: true });
I2C1.setup({ scl: B8, sda: B9, bitrate: 400000 });
var font = "";
for (var code = 32; code < 127; code++) font += String.fromCharCode(code, 127 - code, code ^ 85, 0);
var graphics = Graphics.createArrayBuffer(128, 64, 1, { vertical_byte: true, msb: false });
var names = ["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "importScripts", "postMessage", "close", "Worker",
  "indexedDB", "caches", "navigator", "location", "addEventListener", "onmessage", "crypto", "setInterval"];
var routes = [
  function () { return this; },
  function () { return (function () { return this; })(); },
  function () { return (function () { return this; }).call(undefined); },
  function () { return globalThis; },
  function () { return self; },
  function () { return eval("this"); },
  function () { return (0, eval)("this"); },
  function () { return Function("return this")(); },
  function () { return [].constructor.constructor("return this")(); },
  function () { return [].constructor.constructor("return globalThis")(); },
  function () { return "".constructor.constructor("return this")(); },
  function () { return ({}).constructor.constructor("return this")(); },
  function () { return (1).constructor.constructor("return this")(); },
  function () { return (function () {}).constructor("return this")(); },
  function () { return (() => 1).constructor("return globalThis")(); },
  function () { return setWatch.constructor("return this")(); },
  function () { return I2C1.writeTo.constructor("return this")(); },
  function () { return graphics.drawString.constructor("return this")(); },
  function () { return new Uint8Array(1).constructor.constructor("return this")(); },
  function () { return new Uint8Array(1).buffer.constructor.constructor("return this")(); },
  function () { return Promise.resolve().then.constructor("return this")(); },
  function () { try { null.x; } catch (error) { return error.constructor.constructor("return this")(); } },
  function () { try { undefinedName; } catch (error) { return error.constructor.constructor("return globalThis")(); } },
];
var found = [];
routes.forEach(function (route, number) {
  var reached;
  try { reached = route(); } catch (error) { return; }
  if (!reached) return;
  names.forEach(function (name) {
    try {
      // The board has a timer of that name of its own, and so the name alone says nothing of it.
      if (name === "setInterval" ? String(reached[name]).indexOf("native code") > 0 && reached.crypto : reached[name]) found.push(number + name);
      if (name === "fetch" && reached.fetch) reached.fetch(${JSON.stringify('BEACON')} + "/image-code");
    } catch (error) {}
  });
});
graphics.clear(true).setColor(1).setFontCustom(font, 32, 4, 8);
graphics.drawString("TRIED " + routes.length, 0, 0);
graphics.drawString(found.length ? found.join() : "NOTHING FOUND", 0, 16);
var pixels = new Uint8Array(graphics.buffer);
I2C1.writeTo(0x3c, 0, [0x8d, 0x14, 0x20, 0, 0xa1, 0xc8, 0xa4, 0xa6, 0xaf]);
I2C1.writeTo(0x3c, 0, [0x21, 0, 127, 0x22, 0, 7]);
for (var at = 0; at < 1024; at += 128) I2C1.writeTo(0x3c, 0x40, pixels.subarray(at, at + 128));
`;

/** Writes a page. @returns its address */
function written(name: string, html: string): string {
  writeFileSync(join(folder, name), html);
  return `file://${join(folder, name)}`;
}

/** The page with that image in the place of the Espruino Pico's. */
async function hostilePage(): Promise<string> {
  const pico = { '.bootcde': [hostileImage().replace('BEACON', beacon)] };
  const boards = { pico, 'pico-hid': {}, 'rpi-pico': {}, banglejs2: {} };
  return written('hostile.html', await bundledTryPage(root, { base: '', boards }));
}

const honestPage = async () => written('try.html', await bundledTryPage(root));

const BROWSERS: readonly (readonly [string, string, (path: string) => Promise<Opener>])[] = [
  ['Chromium', 'chromium', path => openChromium(path, false)],
  ['Firefox', 'firefox-esr', openFirefox],
];

for (const [name, program, start] of BROWSERS) {
  describeNeeds(needsTool(program), `the try page's limits in ${name}`, path => {
    let opener: Opener;
    beforeAll(async () => {
      opener = await start(path);
    });
    afterAll(() => opener.end());

    async function opened(url: string) {
      const hands = await opener.open(url);
      onTestFinished(() => hands.close());
      return hands;
    }

    it(`a script in the frame of the try page reaches no network, no storage and no other page in ${name}`, async () => {
      const hands = await opened(await honestPage());
      expect(await hands.call(TRY_ALL, beacon)).toBe('');
      await hands.call(TRY_TO_LEAVE, beacon);
      expect(asked).toEqual([]);
    });

    it(`without a policy and a sandbox, the same script gets out in ${name}`, async () => {
      const hands = await opened(`${beacon}/plain`);
      const found = String(await hands.call(TRY_ALL, beacon)).split(',');
      expect(found).toEqual(
        expect.arrayContaining(['fetch', 'request', 'markup', 'storage', 'database', 'parent']),
      );
      expect(asked).toEqual(expect.arrayContaining(['/fetch', '/xhr', '/socket', '/events', '/image']));
    });

    it(`a script in a worker of the try page reaches no network in ${name}`, async () => {
      const hands = await opened(await honestPage());
      expect(await hands.call(TRY_IN_WORKER, beacon)).toBe('');
      expect(asked).toEqual([]);
    });

    it(`the code of an image finds nothing of the worker's realm on the try page in ${name}`, async () => {
      const hands = await opened(await hostilePage());
      await expect.poll(() => hands.text('pre')).toMatch(/^TRIED 23\n/);
      expect(await hands.text('pre')).toBe('TRIED 23\nNOTHING FOUND');
      expect(asked).toEqual([]);
    });
  });
}
