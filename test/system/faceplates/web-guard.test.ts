import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { MAX_PAGE_MESSAGE_BYTES, MAX_PAGES } from '@passfob/simulator/faceplates/limits';
import { webFaceplate } from '@passfob/simulator/faceplates/web/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { bootTestFob } from './kit.ts';

async function served(folder?: string) {
  const fob = bootTestFob('virtual');
  const face = await webFaceplate({ fob, clock: 'virtual', fronts: [], quit() {} }, 0, folder);
  onTestFinished(() => face.close());
  return { fob, url: face.url, port: Number(new URL(face.url).port) };
}

type Asked = { readonly path?: string; readonly host?: string; readonly method?: string };

async function fetched(port: number, { path = '/', host, method = 'GET' }: Asked = {}) {
  const headers = host === undefined ? {} : { host };
  const asking = request({ host: '127.0.0.1', port, path, method, headers });
  asking.end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

type Knock = { readonly origin?: string; readonly host?: string; readonly path?: string };

/** Opens a WebSocket as a browser would; undefined when it was refused. */
async function socket(
  port: number,
  { origin, host, path = '/fob' }: Knock = {},
): Promise<WebSocket | undefined> {
  const headers = { ...(origin && { origin }), ...(host && { host }) };
  const opening = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  onTestFinished(() => opening.terminate());
  return new Promise(resolve => {
    opening.once('open', () => resolve(opening));
    opening.once('error', () => resolve(undefined));
  });
}

it('a page that reads nothing gets a bounded part of its answers, and is closed', async () => {
  const { port } = await served();
  const page = await socket(port, { origin: `http://127.0.0.1:${port}` });
  if (page === undefined) throw new Error('the page was refused');
  let answers = 0;
  page.on('message', data => {
    if (String(data).includes('"ok":true')) answers++;
  });
  page.pause();
  const closed = once(page, 'close');
  const asks = 2_000;
  for (let id = 0; id < asks && page.readyState === page.OPEN; id++) {
    page.send(JSON.stringify({ id, do: 'screen', bitmap: 'rows' }));
    // One at a time, since many at once are refused before any is answered.
    await new Promise(resolve => setImmediate(resolve));
  }
  await expect.poll(() => page.bufferedAmount).toBe(0);
  page.resume();
  await closed;
  expect(answers).toBeLessThan(asks / 2);
});

describe('pages in a folder with a random name', () => {
  const folder = '/a-key-that-nobody-can-guess/';

  it('the pages open for clients with the address, and press no button for others', async () => {
    const { url, port } = await served(folder);
    expect(url).toBe(`http://127.0.0.1:${port}${folder}`);
    const origin = `http://127.0.0.1:${port}`;
    for (const path of ['/', '/page.js', '/fob', folder.slice(0, -1), `${folder.slice(0, -2)}x/`, '//']) {
      const { status, body } = await fetched(port, { path });
      expect([path, status]).toEqual([path, 403]);
      expect(body).toContain('Open the address that the simulator printed');
      expect(await socket(port, { origin, path: `${path}fob` })).toBeUndefined();
    }
    for (const path of ['', 'page.js', 'style.css', '?again'])
      expect((await fetched(port, { path: `${folder}${path}` })).status).toBe(200);
    expect(await socket(port, { origin, path: `${folder}fob` })).toBeDefined();
    expect(await socket(port, { origin: 'http://127.0.0.1:1', path: `${folder}fob` })).toBeUndefined();
  });
});

describe('security of the pages', () => {
  it('the pages load nothing from elsewhere, and allow frames only by pages of this machine', async () => {
    const { port } = await served();
    const { status, headers, body } = await fetched(port);
    expect(status).toBe(200);
    const policy = headers['content-security-policy'];
    for (const part of ["default-src 'none'", "script-src 'self';", "style-src 'self';"])
      expect(policy).toContain(part);
    expect(policy).toContain("frame-ancestors 'self' http://localhost:* http://127.0.0.1:*");
    expect(policy).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(body).not.toMatch(/ style=| on\w+=|<script(?! type="module" src=)|<style|https?:\/\//);
  });

  it.each([
    ['/style.css', 'text/css; charset=utf-8'],
    ['/page.js', 'text/javascript; charset=utf-8'],
    ['/icon.svg', 'image/svg+xml'],
  ])('the pages have %s', async (path, type) => {
    const { port } = await served();
    expect(await fetched(port, { path })).toMatchObject({ status: 200, headers: { 'content-type': type } });
  });

  it.each(['/nothing', '/../package.json', '/page/page.js', '/%2e%2e/package.json', '//', '/constructor'])(
    'the pages have no %s',
    async path => {
      const { port } = await served();
      expect(await fetched(port, { path })).toMatchObject({ status: 404, body: 'Not found.\n' });
    },
  );

  it.each(['POST', 'PUT', 'DELETE'])('the pages take no %s', async method => {
    const { port } = await served();
    expect(await fetched(port, { method })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  it('the pages are served under the names of this machine and no other', async () => {
    const { port } = await served();
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`])
      expect(await fetched(port, { host })).toMatchObject({ status: 200 });
    const refused = { status: 421, body: 'This name is not served here.\n' };
    for (const host of ['rebound.example', `rebound.example:${port}`, 'localhost', `localhost:${port + 1}`])
      expect(await fetched(port, { host })).toMatchObject(refused);
  });
});

describe('the connection to the fob', () => {
  it('the connection to the fob is open to our own page', async () => {
    const { port } = await served();
    for (const name of ['127.0.0.1', 'localhost']) {
      const host = `${name}:${port}`;
      expect(await socket(port, { origin: `http://${host}`, host })).toBeDefined();
    }
  });

  it('the connection to the fob is closed to foreign pages, foreign names and programs without an origin', async () => {
    const { port } = await served();
    const origin = `http://127.0.0.1:${port}`;
    const foreign = ['https://evil.example', `http://127.0.0.1:${port + 1}`, 'null'];
    const others = [{}, { origin, host: `rebound.example:${port}` }, { origin, path: '/other' }];
    for (const knock of [...foreign.map(one => ({ origin: one })), ...others])
      expect([knock, await socket(port, knock)]).toEqual([knock, undefined]);
  });

  it('the number of pages connected to the fob is limited', async () => {
    const { port } = await served();
    const origin = `http://127.0.0.1:${port}`;
    for (let page = 0; page < MAX_PAGES; page++) expect(await socket(port, { origin })).toBeDefined();
    expect(await socket(port, { origin })).toBeUndefined();
  });

  it('the connection to the fob ends on a message that is too long, and releases the keys', async () => {
    const { port, fob } = await served();
    const page = await socket(port, { origin: `http://127.0.0.1:${port}` });
    page?.send('{"do":"keyDown"}');
    const textSoon = () => {
      fob.advance(60);
      return fob.screen().text;
    };
    await expect.poll(textSoon).toEqual(['DOWN', 'PRESSES 0']);
    page?.send('x'.repeat(MAX_PAGE_MESSAGE_BYTES + 1));
    await expect.poll(textSoon).toEqual(['UP', 'PRESSES 1']);
  });
});

it('a refused client that has gone already does no harm', async () => {
  const { port } = await served();
  const knock = `GET /fob HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://other.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
  for (let time = 0; time < 20; time++) {
    const client = connect(port, '127.0.0.1');
    client.write(knock, () => client.resetAndDestroy());
    await once(client, 'close');
  }
  expect((await fetched(port)).status).toBe(200);
});
