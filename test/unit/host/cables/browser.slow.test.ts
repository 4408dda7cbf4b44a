import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { PATIENCE_MS } from '../../../kit/patience.ts';
import { describeNeeds, type Need, tool } from '../../../kit/tools.ts';
import { fobAtHand, needsBuild } from '../kit/simulated-fob.ts';
import { EmulatedWatch, WEB_BLUETOOTH } from './web/emulated-watch.ts';
import { pageScript, stepsOf } from './web/steps.ts';

const needsBrowser: Need<string> = {
  name: 'npm run build, and chromium',
  found: needsBuild.found && tool('chromium'),
};

/** Opens a WebSocket that leads to a fob on TCP, and returns its address. */
async function bridgeTo(tcp: string): Promise<string> {
  const [, host, port] = tcp.split(':');
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => void server.close());
  server.on('connection', socket => {
    const fob = connectTcp(Number(port), host);
    socket.on('message', bytes => fob.write(bytes as Buffer));
    fob.on('data', bytes => socket.send(bytes));
    socket.on('close', () => fob.destroy());
  });
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as { port: number }).port}`;
}

describeNeeds(needsBrowser, 'passfob/browser in Chromium', executablePath => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', WEB_BLUETOOTH],
    });
  });
  afterAll(() => browser.close());

  it.each<['serial' | 'hid', string]>([
    ['serial', 'pico'],
    ['hid', 'pico-hid'],
  ])('a browser pairs a fob over %s', async (carrier, board) => {
    const fob = await fobAtHand('--board', board);
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const complaints: string[] = [];
    page.on('pageerror', error => complaints.push(error.message));
    await page.addScriptTag({ content: await pageScript() });

    const steps = stepsOf(page);
    await steps('standIn', carrier, await bridgeTo(fob.tcp));
    expect(await steps('granted', carrier)).toBe(0);
    const first = await steps('open', carrier);
    expect(first).toMatchObject({ serial: expect.stringMatching(/^PF-/), state: 'blank' });
    await steps('startPairing');
    await steps('pair', await fob.code());
    expect(await steps('enter')).toEqual({ serial: first.serial, state: 'owned', accounts: 0 });
    // A port that was chosen once needs no second choice.
    await steps('close');
    expect(await steps('granted', carrier)).toBe(1);
    expect(await steps('open', carrier)).toEqual({ serial: first.serial, state: 'owned' });
    await steps('close');
    expect(complaints).toEqual([]);
  });

  it('a browser pairs a watch over its own Bluetooth stack, and again after the connection was lost', async () => {
    const fob = await fobAtHand('--board', 'banglejs2');
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const watch = await EmulatedWatch.near(browser, context, page, fob.tcp);
    onTestFinished(() => watch.close());
    // Browsers give Bluetooth to secure pages alone.
    await page.route('**/*', route => route.fulfill({ contentType: 'text/html', body: '' }));
    await page.goto('http://localhost/');
    await page.addScriptTag({ content: await pageScript() });
    const steps = stepsOf(page);

    watch.isChosen = false;
    await expect(steps('open', 'bluetooth')).rejects.toThrow('No device was chosen.');
    watch.isChosen = true;
    const first = await steps('open', 'bluetooth');
    expect(first).toMatchObject({ serial: expect.stringMatching(/^PF-/), state: 'blank' });
    await steps('startPairing');
    await steps('pair', await fob.code());
    expect(await steps('enter')).toEqual({ serial: first.serial, state: 'owned', accounts: 0 });
    expect(Math.max(...watch.written)).toBe(20);
    const closed = steps('closed');
    await watch.leave();
    expect(await closed).toBe('unplugged');
    await expect(steps('open', 'bluetooth')).rejects.toThrow('The browser cannot connect to the watch.');
    watch.isNear = true;
    expect(await steps('open', 'bluetooth')).toEqual({ serial: first.serial, state: 'owned' });
    await steps('close');
  });
});
