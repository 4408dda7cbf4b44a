import { CARRIER_MESSAGE_CHARS_MAX } from '@passfob/protocol/limits';
import { chromium } from 'playwright-core';
import { WebSocket as UndiciSocket } from 'undici';
import { expect } from 'vitest';
import { WebSocket as WsSocket } from 'ws';
import { PATIENCE_MS } from '../../kit/patience.ts';
import { itNeeds, needsTool } from '../../kit/tools.ts';
import { Rig } from '../kit.ts';
import { OPEN } from './attacks.ts';

/** The longest message there is: JSON may have spaces at its end. */
const LONGEST = '{"type":"beat"}'.padEnd(CARRIER_MESSAGE_CHARS_MAX);
/** As many characters, each of three bytes in UTF-8: read as a whole, and no message. */
const WIDEST = '€'.repeat(CARRIER_MESSAGE_CHARS_MAX);
const TIMES = 50;

interface AnySocket {
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number }) => void): void;
  send(text: string): void;
}

/** Opens a connection, sends the longest messages, then the widest. Runs in browsers, too. */
function sendLongest(
  socket: AnySocket,
  { open, longest, widest, times }: { open: string; longest: string; widest: string; times: number },
): Promise<{ beats: number; code: number }> {
  return new Promise(resolve => {
    let beats = 0;
    socket.addEventListener('close', ({ code }) => resolve({ beats, code }));
    socket.addEventListener('message', ({ data }) => {
      const isBeat = JSON.parse(String(data)).type === 'beat';
      if (isBeat && ++beats === times) socket.send(widest);
      if (!isBeat) for (let count = 0; count < times; count++) socket.send(longest);
    });
    socket.send(open);
  });
}

const given = { open: OPEN.toString(), longest: LONGEST, widest: WIDEST, times: TIMES };

itNeeds(
  needsTool('chromium'),
  'the longest messages pass from ws, undici and Chromium, and the widest are refused by the protocol',
  async executablePath => {
    await using rig = new Rig();
    const { url } = await rig.start();
    const address = `${url.replace('http', 'ws')}/carrier`;
    const expected = { beats: TIMES, code: 1008 };
    for (const open of [() => new WsSocket(address), () => new UndiciSocket(address)]) {
      const socket = open();
      await new Promise<void>(resolve => socket.addEventListener('open', () => resolve()));
      expect(await sendLongest(socket, given)).toEqual(expected);
    }
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(`${url}/login`);
    const code = `(${sendLongest.toString()})`;
    const heard = await page.evaluate(
      `new Promise(resolve => {
        const socket = new WebSocket(${JSON.stringify(address)});
        socket.onopen = () => resolve(${code}(socket, ${JSON.stringify(given)}));
      })`,
    );
    await browser.close();
    expect(heard).toEqual(expected);
  },
);
