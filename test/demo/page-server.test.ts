import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { servePage } from '../../host/demo/page/server.ts';
import type { Progress } from '../../host/demo/progress.ts';

const FACTS = {
  serial: 'PF-7Q4M-K2XZ',
  board: 'pico',
  firmware: '0.1.0',
  port: 'serial:<"port">&co',
  user: 'alice',
  address: 'alice@example.org',
  frames: {
    fob: 'http://127.0.0.1:1001/',
    login: 'http://127.0.0.1:1003/',
    operator: 'http://127.0.0.1:1002/operator',
  },
};

const MAILS = [
  {
    id: '1',
    kind: 'activation',
    to: '<alice>@example.org',
    createdMs: 1_770_000_000_000,
    subject: 'Enrol <your> fob',
    text: 'Open "this":\n<https://tokens.example.org/activate>',
    link: null,
  },
] as const;

/** A page on a free port, and the progress that it shows in the test's hands. */
async function served() {
  let tell: (progress: Progress) => void = () => {};
  const watching = { count: 0 };
  const links = { count: 0 };
  const page = await servePage(
    FACTS,
    {
      now: { pressed: true, accepted: false, refused: false, approved: false },
      onChange(listener) {
        watching.count++;
        tell = listener;
        return () => {
          watching.count--;
        };
      },
      close: () => undefined,
    },
    {
      operatorLink: async () => `${FACTS.frames.operator}/enter?key=a&b${++links.count}`,
      mails: async () => MAILS,
    },
  );
  onTestFinished(() => page.close());
  return { page, watching, tell: (progress: Progress) => tell(progress) };
}

async function ask(url: string, options: { method?: string; host?: string } = {}) {
  const { method = 'GET', host = new URL(url).host } = options;
  const asked = request(url, { method, headers: { host } });
  asked.end();
  const [response] = await once(asked, 'response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

it('frames exactly the three other sites and itself, and is framed by none', async () => {
  const { page } = await served();
  const { status, headers, body } = await ask(page.url);
  expect(status).toBe(200);
  expect(headers['content-security-policy']).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
      "frame-src 'self' http://127.0.0.1:1001 http://127.0.0.1:1003 http://127.0.0.1:1002; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  expect(body).toContain('serial:&lt;&quot;port&quot;&gt;&amp;co');
  expect(body).toContain('src="http://127.0.0.1:1002/operator/enter?key=a&amp;b1"');
  // A link is used up by the browser that opens it: the next one gets another.
  expect(await ask(page.url, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  expect((await ask(page.url)).body).toContain('/operator/enter?key=a&amp;b2"');
});

it('answers to its own name only, and leads localhost there', async () => {
  const { page } = await served();
  const { port } = new URL(page.url);
  expect(await ask(page.url, { host: `rebound.example:${port}` })).toMatchObject({ status: 421 });
  expect(await ask(page.url, { host: '127.0.0.1' })).toMatchObject({ status: 421 });
  const led = await ask(page.url, { host: `localhost:${port}` });
  expect(led).toMatchObject({ status: 307, headers: { location: page.url } });
});

it('can only be read', async () => {
  const { page } = await served();
  expect(await ask(page.url, { method: 'POST' })).toMatchObject({
    status: 405,
    headers: { allow: 'GET, HEAD' },
  });
  expect(await ask(`${page.url}other`)).toMatchObject({ status: 404 });
  expect(await ask(page.url, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  expect(await ask(`${page.url}progress`, { method: 'HEAD' })).toMatchObject({ status: 404 });
});

it('shows the mails as text, in a frame of its own only', async () => {
  const { page } = await served();
  const { status, headers, body } = await ask(`${page.url}outbox`);
  expect(status).toBe(200);
  expect(headers['content-security-policy']).toBe(
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
  );
  expect(body).toContain('<summary>Enrol &lt;your&gt; fob</summary>');
  expect(body).toContain('To &lt;alice&gt;@example.org. Sent <time datetime="2026-02-02T02:40:00.000Z">');
  expect(body).toContain('Open &quot;this&quot;:\n&lt;https://tokens.example.org/activate&gt;');
  expect((await ask(page.url)).body).toContain('src="/outbox"');
});

it('tells the progress as it is and each change, until the page goes', async () => {
  const { page, watching, tell } = await served();
  const asked = request(`${page.url}progress`);
  asked.end();
  const [response] = await once(asked, 'response');
  expect(response.headers['content-type']).toBe('text/event-stream');
  const read = async () => String((await once(response, 'data'))[0]);
  expect(await read()).toBe('data: {"pressed":true,"accepted":false,"refused":false,"approved":false}\n\n');
  tell({ pressed: true, accepted: true, refused: false, approved: false });
  expect(await read()).toBe('data: {"pressed":true,"accepted":true,"refused":false,"approved":false}\n\n');
  expect(watching.count).toBe(1);
  response.destroy();
  await expect.poll(() => watching.count).toBe(0);
});

it('is watched by so many pages and no more', async () => {
  const { page, watching } = await served();
  const streams = Array.from({ length: 16 }, () => request(`${page.url}progress`));
  for (const stream of streams) stream.end();
  await Promise.all(streams.map(stream => once(stream, 'response')));
  expect(await ask(`${page.url}progress`)).toMatchObject({ status: 503 });
  expect(watching.count).toBe(16);
  for (const stream of streams) stream.destroy();
});
