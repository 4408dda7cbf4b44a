import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { base64Of } from '../../base/base64.ts';
import type { Bitmap } from '../../base/fob.ts';
import { packedBits } from '../control/bitmap.ts';
import { MAX_WAITING_REQUESTS } from '../control/limits.ts';
import { type ScreenState, screenFeed } from '../control/screen-feed.ts';
import { openSession } from '../control/session.ts';
import type { ControlTarget } from '../control/target.ts';
import { MAX_PAGE_MESSAGE_BYTES, MAX_PAGE_UNSENT_BYTES, MAX_PAGES, PAGE_DRAIN_MS } from '../limits.ts';
import { isWorthSaying, screenLines } from '../screen-lines.ts';
import { texts } from '../texts.ts';
import { isSameOrigin, pathInFolder, sameOriginHost, securityHeaders } from './guard.ts';
import { pageHtml } from './html.ts';
import { iconSvg, styleCss } from './style.ts';

export interface WebFaceplate {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the faceplate page of the fob on 127.0.0.1.
 * @param port 0 lets the system choose.
 * @param folder path of all addresses, with a slash at both ends; a secret one keeps other users of this computer out
 * @throws the system's error if the server cannot listen on the port.
 */
export async function webFaceplate(target: ControlTarget, port = 0, folder = '/'): Promise<WebFaceplate> {
  const assets = pageAssets(target.fob.keys);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_PAGE_MESSAGE_BYTES });
  const server = createServer((request, response) =>
    answer(request, response, { assets, port: boundPort, folder }),
  );
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // The refused client may have disconnected already.
    socket.on('error', () => socket.destroy());
    const isOurs =
      sameOriginHost(request, boundPort) !== undefined &&
      isSameOrigin(request, boundPort) &&
      pathInFolder(request, folder) === 'fob';
    if (!isOurs || sockets.clients.size >= MAX_PAGES) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, page => servePage(target, page));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${boundPort}${folder}`,
    async close() {
      for (const page of sockets.clients) page.terminate();
      server.closeAllConnections();
      await new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}

interface Asset {
  readonly type: string;
  readonly body: string | Buffer;
}

/** Returns the bundled script of the page. @throws if nothing was built */
function pageScript(): Buffer {
  // By package name, not by the place of this file: sources and bundles are elsewhere.
  const manifest = createRequire(import.meta.url).resolve('@passfob/simulator/package.json');
  const path = join(dirname(manifest), 'dist/page/page.js');
  if (!existsSync(path)) throw new Error('the faceplate page is not built: run "npm run build"');
  return readFileSync(path);
}

function pageAssets(keys: number): ReadonlyMap<string, Asset> {
  return new Map([
    ['', { type: 'text/html; charset=utf-8', body: pageHtml(keys) }],
    ['style.css', { type: 'text/css; charset=utf-8', body: styleCss }],
    ['icon.svg', { type: 'image/svg+xml', body: iconSvg }],
    [
      'page.js',
      {
        type: 'text/javascript; charset=utf-8',
        body: pageScript(),
      },
    ],
  ]);
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  {
    assets,
    port,
    folder,
  }: { readonly assets: ReadonlyMap<string, Asset>; readonly port: number; readonly folder: string },
): void {
  const host = sameOriginHost(request, port);
  if (host === undefined) {
    response.writeHead(421, { 'content-type': 'text/plain' }).end('This name is not served here.\n');
    return;
  }
  const headers = securityHeaders(host);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { ...headers, allow: 'GET, HEAD' }).end();
    return;
  }
  const path = pathInFolder(request, folder);
  if (path === undefined) {
    response.writeHead(403, { ...headers, 'content-type': 'text/plain' }).end(`${texts.noKey}\n`);
    return;
  }
  const asset = assets.get(path);
  if (asset === undefined) {
    response.writeHead(404, { ...headers, 'content-type': 'text/plain' }).end('Not found.\n');
    return;
  }
  response.writeHead(200, { ...headers, 'content-type': asset.type });
  response.end(request.method === 'HEAD' ? undefined : asset.body);
}

/** Returns red, green and blue of a coloured display, each as bits; empty for a display without colours. */
function planesOf({ width, height, colours }: Bitmap): string[] {
  if (!colours) return [];
  return [1, 2, 4].map(bit =>
    base64Of(packedBits({ width, height, pixels: colours.map(colour => colour & bit) })),
  );
}

/** Returns the message about the screen for `page.js`. */
function screenMessage(state: ScreenState, say: readonly string[] | null): string {
  const { powered, on, bitmap } = state;
  const { width, height, pixels } = bitmap;
  const shown = on ? bitmap : { width, height, pixels: new Uint8Array(pixels.length) };
  const bits = base64Of(packedBits(shown));
  const planes = planesOf(shown);
  const text = screenLines(state);
  return JSON.stringify({ event: 'screen', powered, on, text, say, width, height, bits, planes });
}

/** Waits until a page has read most of what it was sent: one that reads nothing gets no further answers. */
async function drained(page: WebSocket): Promise<void> {
  while (page.readyState === page.OPEN && page.bufferedAmount > MAX_PAGE_UNSENT_BYTES)
    await wait(PAGE_DRAIN_MS);
}

/** Serves one open page: its requests go through a session of the control protocol, and it receives every screen. */
function servePage(target: ControlTarget, page: WebSocket): void {
  const session = openSession(target, message => {
    if ('event' in message && page.bufferedAmount > MAX_PAGE_UNSENT_BYTES) return false;
    page.send(JSON.stringify(message));
    return true;
  });
  let said: readonly string[] | undefined;
  const stopFeed = screenFeed(target.fob, state => {
    if (page.bufferedAmount > MAX_PAGE_UNSENT_BYTES) return false;
    const lines = screenLines(state);
    const isNews = said === undefined || isWorthSaying(said, lines);
    said = lines;
    page.send(screenMessage(state, isNews ? lines : null));
    return true;
  });

  let waiting = 0;
  let turn: Promise<void> = Promise.resolve();
  page.on('message', (data, isBinary) => {
    if (isBinary || waiting >= MAX_WAITING_REQUESTS) {
      page.close(1008);
      return;
    }
    waiting++;
    turn = turn
      .then(() => session.receive(String(data)))
      .then(() => drained(page))
      .finally(() => waiting--);
  });
  // For instance a message over the limit; `close` follows.
  page.on('error', () => undefined);
  page.on('close', () => {
    stopFeed();
    session.close();
  });
}
