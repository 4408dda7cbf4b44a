import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { describeNeeds, type Need, tool } from '../../kit/tools.ts';
import { needsBuild, simulatedFob } from '../kit/simulated-fob.ts';

const needsBrowser: Need<string> = {
  name: 'npm run build, and chromium',
  found: needsBuild.found && tool('chromium'),
};

/** What the page has: see `web/page.ts`. */
interface Page {
  open(carrier: string, url: string): Promise<{ readonly serial: string; readonly state: string }>;
  pair(code: string): Promise<{ readonly serial: string; readonly state: string; readonly accounts: number }>;
}

/** A WebSocket that leads to a fob on TCP: the address. */
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

async function bundle(): Promise<string> {
  const entryPoints = [fileURLToPath(new URL('web/page.ts', import.meta.url))];
  const { outputFiles } = await build({
    entryPoints,
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
  });
  return outputFiles[0]?.text ?? '';
}

describeNeeds(needsBrowser, 'passfob/browser in Chromium', executablePath => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(() => browser.close());

  it.each([
    ['serial', 'pico'],
    ['hid', 'pico-hid'],
  ])('pairs a fob over %s', async (carrier, board) => {
    const fob = await simulatedFob('--board', board);
    onTestFinished(() => fob.close());
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', error => complaints.push(error.message));
    await page.addScriptTag({ content: await bundle() });

    const url = await bridgeTo(fob.tcp);
    const first = await page.evaluate(
      ([name = '', at = '']) => (globalThis as unknown as { passfobPage: Page }).passfobPage.open(name, at),
      [carrier, url],
    );
    expect(first).toMatchObject({ serial: expect.stringMatching(/^PF-/), state: 'blank' });
    const paired = await page.evaluate(
      code => (globalThis as unknown as { passfobPage: Page }).passfobPage.pair(code),
      await fob.code(),
    );
    expect(paired).toEqual({ serial: first.serial, state: 'owned', accounts: 0 });
    expect(complaints).toEqual([]);
  });
});
