import { type Example, startExample } from '@passfob/demo/example/app';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inspect } from '../../kit/axe.ts';
import { describeInChromium } from '../../kit/browser.ts';
import { secret } from '../../kit/secrets.ts';
import { Scene } from '../../service/agents/scene.ts';
import { apiKeyOf, codeNow } from '../../service/kit.ts';

/** A service, the application on it, and a user whose fob is plugged in. */
async function opened() {
  const scene = await Scene.open();
  onTestFinished(() => scene[Symbol.asyncDispose]());
  const { service } = scene;
  const example = await startExample({
    service: service.url,
    apiKey: apiKeyOf(service),
    port: 0,
    name: 'Payroll',
  });
  onTestFinished(() => example.close());
  const ada = await scene.fobOf('ada');
  const plugged = await scene.agent();
  await scene.plugged(plugged, ada);
  return { scene, example, ada };
}

/** One browser without scripts: its cookie and its requests. */
function visitor({ url }: Example) {
  let cookie = '';
  const send = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${url}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { ...(cookie && { cookie }), ...(init.headers as Record<string, string>) },
    });
    const [set = ''] = response.headers.getSetCookie();
    if (set) cookie = set.split(';')[0] ?? '';
    return { status: response.status, set, text: await response.text(), headers: response.headers };
  };
  return {
    get: (path = '/') => send(path),
    post: (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
      send(path, { method: 'POST', body: new URLSearchParams(fields), headers: { origin: url, ...headers } }),
    get cookie() {
      return secret(cookie.split('=')[1] ?? '');
    },
    send,
  };
}

/** Returns the page of a browser once it waits no more. */
async function decided({ get }: ReturnType<typeof visitor>): Promise<string> {
  // The page says its message only to the first request.
  const shown: string[] = [];
  await expect
    .poll(async () => shown.unshift((await get()).text) && shown[0])
    .not.toContain('class="number"');
  return shown[0] ?? '';
}

describe('the example application', () => {
  it('the example lets a user in by a passcode, once', async () => {
    const { scene, example } = await opened();
    const token = await scene.office.token('bob');
    const passcode = secret(codeNow(token, scene.office.nowMs));
    const browser = visitor(example);
    const answer = await browser.post('/login', { user: '\uff22OB', passcode, by: 'passcode' });
    expect(answer.status).toBe(303);
    expect(answer.set).toMatch(/^example-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=28800$/);
    expect((await browser.get()).text).toContain('You are logged in as <strong>bob</strong>');
    const other = visitor(example);
    const again = await other.post('/login', { user: 'bob', passcode, by: 'passcode' });
    expect(again.status).toBe(403);
    expect(again.text).toContain('The log-in was not accepted.');
    expect(other.cookie).toBe('');
    await browser.post('/logout', {});
    expect((await browser.get()).text).toContain('<h1>Log in</h1>');
  });

  it('the example lets in the browser whose user held the button, and no other browser', async () => {
    const { scene, example, ada } = await opened();
    const [mine, other] = [visitor(example), visitor(example)];
    await mine.post('/login', { user: 'ADA', passcode: '', by: 'push' });
    const { text } = await mine.get();
    const number = /<p class="number">(\d\d)<\/p>/.exec(text)?.[1];
    await expect.poll(() => ada.fob.screen).toContain(number);
    expect((await other.get()).text).toContain('<h1>Log in</h1>');
    expect((await mine.get('/state')).text).toBe('{"state":"waiting"}');
    ada.fob.approve();
    expect(await decided(mine)).toContain('You are logged in as <strong>ada</strong>');
    expect((await mine.get('/state')).text).toBe('{"state":"accepted"}');
    expect((await other.get()).text).toContain('<h1>Log in</h1>');
    expect(scene.service).toBeDefined();
  });

  it('the example says that a log-in was not approved, and says the same about an unknown user', async () => {
    const { example, ada } = await opened();
    const browser = visitor(example);
    const waiting = async (user: string) => {
      await browser.post('/login', { user, passcode: '', by: 'push' });
      const { text } = await browser.get();
      return text.replaceAll(user, 'USER').replace(/<p class="number">\d\d/, '<p class="number">NN');
    };
    const known = await waiting('ada');
    await expect.poll(() => ada.fob.screen.join(' ')).toContain('ada');
    ada.fob.deny();
    ada.fob.deny();
    const refused = await decided(browser);
    expect(refused).toContain('The log-in was not approved.');
    expect(refused).toContain('value="ada"');
    expect(await waiting('nobody')).toBe(known);
  });

  it('the example cancels a push when the person gives up or types a passcode', async () => {
    const { scene, example } = await opened();
    const browser = visitor(example);
    // All states of one moment, in any order.
    const states = async () =>
      (await scene.db.selectFrom('pushes').select('state').execute()).map(({ state }) => state).sort();
    const before: string[] = [];
    for (const by of ['nothing', 'passcode']) {
      await browser.post('/login', { user: 'ada', passcode: '', by: 'push' });
      await expect.poll(states).toEqual(['shown', ...before]);
      await browser.post('/login', { user: 'ada', passcode: '000000', by });
      before.push('withdrawn');
      await expect.poll(states).toEqual(before);
    }
  });

  it('the example requests no number keys, because a passcode may have letters', async () => {
    const { example } = await opened();
    const browser = visitor(example);
    const form = (await browser.get()).text;
    await browser.post('/login', { user: 'ada', passcode: '', by: 'push' });
    for (const text of [form, (await browser.get()).text]) {
      const field = /<input[^>]*name="passcode"[^>]*>/.exec(text)?.[0];
      expect(field).toContain('autocapitalize="none" autocorrect="off" spellcheck="false"');
      expect(field).not.toContain('inputmode');
    }
  });

  it('the example asks for missing input, and takes forms of its own pages only', async () => {
    const { example } = await opened();
    const browser = visitor(example);
    expect((await browser.post('/login', { user: ' ', passcode: '1', by: 'passcode' })).status).toBe(400);
    expect((await browser.post('/login', { user: 'ada', passcode: '', by: 'passcode' })).status).toBe(400);
    const form = { user: 'ada', passcode: '', by: 'push' };
    for (const headers of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ])
      expect((await browser.post('/login', form, headers)).status).toBe(403);
    expect((await browser.send('/', { headers: { host: 'rebound.example' } })).status).toBe(200);
    expect((await browser.get('/nowhere')).status).toBe(404);
    const { headers } = await browser.get();
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('the example says that nothing can be decided while the service is away', async () => {
    const { scene, example } = await opened();
    await scene.service.close();
    const browser = visitor(example);
    const answers = [
      await browser.post('/login', { user: 'ada', passcode: '123456', by: 'passcode' }),
      await browser.post('/login', { user: 'ada', passcode: '', by: 'push' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    expect(answers[0]?.text).toContain('The log-in cannot be decided now.');
  });
});

describeInChromium('the example application in Chromium', open => {
  async function sent(at: Page, { url }: Example): Promise<string> {
    await at.goto(url);
    await at.getByLabel('User name').fill('ada');
    await at.getByRole('button', { name: 'Autosend' }).press('Enter');
    return (await at.locator('.number').textContent()) ?? '';
  }

  it('the example moves on by itself, and axe finds no fault on any of its pages', async () => {
    const { example, ada } = await opened();
    const { page: at } = await open();
    await at.goto(example.url);
    const found = await inspect(at);
    const number = await sent(at, example);
    found.push(...(await inspect(at)));
    await expect.poll(() => ada.fob.screen).toContain(number);
    ada.fob.approve();
    await at.getByRole('heading', { name: 'Logged in' }).waitFor();
    found.push(...(await inspect(at)));
    await at.goto(`${example.url}/nowhere`);
    found.push(...(await inspect(at)));
    expect(found).toEqual([]);
  });

  it('the example moves on where event streams do not come through, and without scripts', async () => {
    const { example, ada } = await opened();
    const { page: polling } = await open();
    await polling.route('**/events', route => route.abort());
    for (const at of [polling, (await open({ javaScriptEnabled: false })).page]) {
      const number = await sent(at, example);
      await expect.poll(() => ada.fob.screen).toContain(number);
      ada.fob.approve();
      await at.getByRole('heading', { name: 'Logged in' }).waitFor();
    }
  });
});
