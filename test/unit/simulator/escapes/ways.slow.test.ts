import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { bytes, run } from '../kit.ts';
import { AFTER_WAY, BEFORE_WAY } from './kit.ts';
import { WAYS, type Way } from './ways.ts';

const { env } = process;

beforeEach(() => {
  env.PASSFOB_CANARY = randomUUID();
  delete env.PASSFOB_ESCAPED;
});

afterAll(() => {
  delete env.PASSFOB_CANARY;
  delete env.PASSFOB_ESCAPED;
});

/** Lets events, microtasks and time pass. Returns the text on the console. */
async function lived(fob: ReturnType<typeof run>): Promise<string> {
  fob.advance(5);
  for (let key = 0; key < fob.keys; key++) fob.press(key);
  fob.serial(fob.board === 'banglejs2' ? 'Bluetooth' : 'USB').write(Uint8Array.of(65));
  if (fob.board !== 'pico') fob.frames.write(new Uint8Array(64));
  fob.bluetooth?.connect(true);
  fob.advance(20);
  for (let turn = 0; turn < 3; turn++) {
    await new Promise(resolve => setTimeout(resolve, 0));
    fob.advance(1_000);
  }
  fob.close();
  return fob.consoleText();
}

/** Types the way at the console of a board. */
function typed({ board, code }: Way): ReturnType<typeof run> {
  const fob = run(' ', { board: board ?? 'pico' });
  const line = `${BEFORE_WAY}\n${code}\n${AFTER_WAY}`.replace(/^\/\/.*$/gm, '');
  const text = `eval(${JSON.stringify(line)})\n`;
  fob.serial(board === 'banglejs2' ? 'Bluetooth' : 'USB').write(bytes(text));
  return fob;
}

it('there are forty ways, each with its source', () => {
  expect(WAYS.length).toBeGreaterThanOrEqual(40);
  expect(new Set(WAYS.map(way => way.name)).size).toBe(WAYS.length);
  for (const { source } of WAYS) expect(source.length).toBeGreaterThan(4);
});

it('what the ways look for is found where nothing keeps them in', () => {
  const reached = new Function(
    `${BEFORE_WAY.replace(/require\(/g, '(')}; reach(function () {}); return tried;`,
  );
  (globalThis as { print?: unknown }).print = undefined;
  expect(reached()).toBe(0);
  expect(env.PASSFOB_ESCAPED).toBe(env.PASSFOB_CANARY);
});

it.each(WAYS)('an image does not leave its context by $name', async ({ board, code }) => {
  const text = await lived(run(`${BEFORE_WAY}\n${code}\n${AFTER_WAY}`, { board: board ?? 'pico' }));
  expect(env.PASSFOB_ESCAPED).toBeUndefined();
  expect(text).toContain('tried');
  expect(text).not.toContain('there: ');
});

it.each(WAYS)('a line at the console does not leave the context by $name', async way => {
  const text = await lived(typed(way));
  expect(env.PASSFOB_ESCAPED).toBeUndefined();
  expect(text).toContain('tried');
});
