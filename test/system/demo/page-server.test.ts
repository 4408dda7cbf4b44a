import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { servePage } from '@passfob/demo/page/server';
import type { DemoProgress } from '@passfob/demo/play/progress';
import { texts as serviceTexts } from '@passfob/service/base/texts/texts';
import { expect, it, onTestFinished } from 'vitest';

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

/** A page on a free port; the test controls the progress that it shows. */
async function served() {
  let tell: (progress: DemoProgress) => void = () => {};
  const watching = { count: 0 };
  const links = { count: 0 };
  const page = await servePage(
    FACTS,
    {
      now: { pressed: true, refused: false, alertShownMs: 0, approved: false },
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
  const first = await ask(page.url);
  const cookie = first.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const root = `${new URL(page.url).origin}/`;
  const browse = (path = '', options: Asking = {}) => ask(`${root}${path}`, { cookie, ...options });
  return { page, root, cookie, first, browse, links, watching, tell: (now: DemoProgress) => tell(now) };
}

type Asking = Partial<Record<'method' | 'host' | 'cookie' | 'origin', string>>;

async function ask(url: string, options: Asking = {}) {
  const { method = 'GET', host = new URL(url).host, ...more } = options;
  const asked = request(url, { method, headers: { host, ...more } });
  asked.end();
  const [response] = await once(asked, 'response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

it('the page opens by the key in its address, which a cookie then replaces', async () => {
  const { page, first, root, cookie } = await served();
  expect(page.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?key=[\w-]{43}$/);
  const { port } = new URL(page.url);
  expect(first).toMatchObject({ status: 303, body: '', headers: { location: '/' } });
  expect(first.headers['set-cookie']).toEqual([
    expect.stringMatching(new RegExp(`^passfob-demo-${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Lax$`)),
  ]);
  // Another browser gets the same cookie.
  expect((await ask(page.url)).headers['set-cookie']).toEqual(first.headers['set-cookie']);
  expect((await ask(root, { cookie: `other=1; ${cookie}` })).status).toBe(200);
});

it('a request without the key gets nothing, does nothing and learns what to open', async () => {
  const { page, root, cookie, links, watching } = await served();
  const wrong = `${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}`;
  const without: readonly (readonly [string, Asking])[] = [
    ...['', 'outbox', 'progress', 'console', 'other'].map(path => [path, {}] as const),
    ['', { cookie: wrong }],
    [`?key=${'A'.repeat(43)}`, {}],
    ['?key=', { cookie }],
    ['console', { method: 'POST', origin: root.slice(0, -1) }],
    [`console${new URL(page.url).search}`, { method: 'POST', origin: root.slice(0, -1) }],
  ];
  for (const [path, asking] of without) {
    const { status, headers, body } = await ask(`${root}${path}`, asking);
    expect([path, status, headers['set-cookie']]).toEqual([path, 403, undefined]);
    expect(body).toMatch(/Open the address that npm start printed|Load the page of the demo again/);
    expect(body).not.toContain('PF-7Q4M');
  }
  expect([links.count, watching.count]).toEqual([0, 0]);
});

it('a console link is made only for a form of the page itself, and never for a read', async () => {
  const { root, browse, links } = await served();
  const origin = root.slice(0, -1);
  for (const path of ['', 'console', 'outbox', 'page.js', 'console.js'])
    for (const method of ['GET', 'HEAD']) {
      const { status, body } = await browse(path, { method });
      expect([path, status]).toEqual([path, 200]);
      expect(body).not.toContain('/operator/enter');
    }
  const form = await browse('console');
  expect(form.body).toContain('<form method="post" action="/console">');
  expect(form.headers['content-security-policy']).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; " +
      "form-action 'self' http://127.0.0.1:1002; frame-ancestors 'self'",
  );
  // Without a referrer browsers say `Origin: null` with a form.
  expect(form.headers['referrer-policy']).toBe('same-origin');
  const { port } = new URL(root);
  for (const other of [undefined, 'null', 'http://127.0.0.1:1003', `http://localhost:${port}`]) {
    const { status } = await browse('console', { method: 'POST', ...(other && { origin: other }) });
    expect([other, status]).toEqual([other, 403]);
  }
  expect(links.count).toBe(0);
  // The browser that opens a link uses it up: the next one gets another.
  for (const count of [1, 2]) {
    const { status, headers } = await browse('console', { method: 'POST', origin });
    expect([status, headers.location]).toEqual([303, `${FACTS.frames.operator}/enter?key=a&b${count}`]);
  }
});

it('the page frames exactly the three other sites and itself, and no site frames it', async () => {
  const { browse } = await served();
  const { status, headers, body } = await browse();
  expect(status).toBe(200);
  expect(headers['content-security-policy']).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
      "frame-src 'self' http://127.0.0.1:1001 http://127.0.0.1:1003 http://127.0.0.1:1002; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  expect(body).toContain('serial:&lt;&quot;port&quot;&gt;&amp;co');
  expect(body).toContain('src="/console"');
});

it('the page answers to its own host name only, and redirects localhost there', async () => {
  const { page } = await served();
  const { port } = new URL(page.url);
  expect(await ask(page.url, { host: `rebound.example:${port}` })).toMatchObject({ status: 421 });
  expect(await ask(page.url, { host: '127.0.0.1' })).toMatchObject({ status: 421 });
  const led = await ask(page.url, { host: `localhost:${port}` });
  expect(led).toMatchObject({ status: 307, headers: { location: page.url } });
});

it('the page accepts reads only', async () => {
  const { browse } = await served();
  expect(await browse('', { method: 'POST' })).toMatchObject({
    status: 405,
    headers: { allow: 'GET, HEAD' },
  });
  expect(await browse('other')).toMatchObject({ status: 404 });
  expect(await browse('', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  expect(await browse('progress', { method: 'HEAD' })).toMatchObject({ status: 404 });
});

it('the page shows mails as text, in a frame of its own only', async () => {
  const { browse } = await served();
  const { status, headers, body } = await browse('outbox');
  expect(status).toBe(200);
  expect(headers['content-security-policy']).toBe(
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
  );
  expect(body).toContain('<summary>Enrol &lt;your&gt; fob</summary>');
  expect(body).toContain('To &lt;alice&gt;@example.org. Sent <time datetime="2026-02-02T02:40:00.000Z">');
  expect(body).toContain('Open &quot;this&quot;:\n&lt;https://tokens.example.org/activate&gt;');
  expect((await browse()).body).toContain('src="/outbox"');
});

it('the page gets the present progress and each change, until it closes', async () => {
  const { root, cookie, watching, tell } = await served();
  const asked = request(`${root}progress`, { headers: { cookie } });
  asked.end();
  const [response] = await once(asked, 'response');
  expect(response.headers['content-type']).toBe('text/event-stream');
  const read = async () => String((await once(response, 'data'))[0]);
  expect(await read()).toBe('data: {"pressed":true,"refused":false,"alertShownMs":0,"approved":false}\n\n');
  tell({ pressed: true, refused: true, alertShownMs: 0, approved: false });
  expect(await read()).toBe('data: {"pressed":true,"refused":true,"alertShownMs":0,"approved":false}\n\n');
  expect(watching.count).toBe(1);
  response.destroy();
  await expect.poll(() => watching.count).toBe(0);
});

it('the page names the button of the console that signs in, and one step asks to look', async () => {
  const { browse } = await served();
  const { body } = await browse();
  expect(body).toContain(`Select “${serviceTexts.operator.linkEnter}”.`);
  expect(body.match(/data-fact="\w+" data-step="\d" data-look/g)).toEqual([
    'data-fact="alertShownMs" data-step="4" data-look',
  ]);
});

it('the number of pages that watch is limited', async () => {
  const { root, cookie, browse, watching } = await served();
  const streams = Array.from({ length: 16 }, () => request(`${root}progress`, { headers: { cookie } }));
  for (const stream of streams) stream.end();
  await Promise.all(streams.map(stream => once(stream, 'response')));
  expect(await browse('progress')).toMatchObject({ status: 503 });
  expect(watching.count).toBe(16);
  for (const stream of streams) stream.destroy();
});
