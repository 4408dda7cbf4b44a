import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fontBitmap } from '@passfob/firmware/build/font';
import { type BootOptions, boot, type Fob } from '@passfob/simulator';
import { connect } from 'passfob/client';
import { afterEach, expect, it } from 'vitest';
import { cableOf } from '../../fob/conformance/simulator-driver.ts';
import { heardFrom } from '../../kit/heard.ts';
import { imageFolder } from '../../kit/interpreter.ts';

const read = (name: string) => new Uint8Array(readFileSync(join(imageFolder('pico'), name)));
const APP = read('app');
const FONT = fileURLToPath(new URL('../../../firmware/boards/parts/font.txt', import.meta.url));

let fob: Fob | undefined;
afterEach(() => fob?.close());

/** A fob flashed with the loader and this application file. */
function flashed(app: Uint8Array | undefined, options: Partial<BootOptions> = {}): Fob {
  const image = { '.boot0': read('.boot0'), '.bootcde': read('.bootcde'), ...(app && { app }) };
  fob = boot({ board: 'pico', seed: 1, image, ...options });
  return fob;
}

async function answers(one: Fob): Promise<boolean> {
  const client = connect(cableOf(one), { patience: { answerTimeoutMs: 20, sendsMax: 1 } });
  return client.hello().then(
    () => true,
    () => false,
  );
}

/** Returns the picture of a display with only these words, in the letters of `font.txt`. */
function drawn(words: string, left: number, top: number): Uint8Array {
  const font = Buffer.from(fontBitmap(FONT), 'latin1');
  const pixels = new Uint8Array(128 * 64);
  for (const [at, letter] of [...words].entries()) {
    for (let x = 0; x < 6; x++) {
      const column = font[(letter.charCodeAt(0) - 32) * 6 + x] ?? 0;
      for (let y = 0; y < 8; y++) pixels[(top + y) * 128 + left + at * 6 + x] = (column >> (7 - y)) & 1;
    }
  }
  return pixels;
}

it('the loader runs the application as it was built', async () => {
  expect(await answers(flashed(APP))).toBe(true);
  expect(fob?.consoleText()).toBe('');
});

const flipped = Uint8Array.from(APP, (byte, at) => (at === 20_000 ? byte ^ 1 : byte));
it.each([
  ['is cut short', APP.subarray(0, 12_000)],
  ['has one wrong bit', flipped],
  ['has one in its header', Uint8Array.from(APP, (byte, at) => (at === 8 ? byte ^ 1 : byte))],
  ['is empty but for its header', APP.subarray(0, 15)],
  ['is not there', undefined],
])(
  'the loader runs nothing when the application %s, and gives the console back for flashing',
  async (_how, app) => {
    expect(await answers(flashed(app))).toBe(false);
    expect(fob?.consoleText()).toContain('image damaged');
  },
);

it('the loader shows the error on the display, whatever was shown before', () => {
  const one = flashed(flipped);
  expect(one.screen().on).toBe(true);
  expect(Buffer.from(one.screen().bitmap.pixels).equals(drawn('Image damaged', 25, 24))).toBe(true);
  expect(one.violations).toEqual([]);
});

it('the loader gives the console back, too, where there is no display', () => {
  const one = flashed(undefined, { parts: { display: false } });
  const heard = heardFrom(one.link);
  one.link.write(Buffer.from('\x10print(6*7)\n'));
  expect(heard.text).toContain('42\r\n');
});
