import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TraceReader } from '@passfob/protocol/trace/read';
import type { SimulatedFob } from '@passfob/simulator/base/fob';
import { commands } from '@passfob/simulator/faceplates/control/commands';
import * as limits from '@passfob/simulator/faceplates/control/limits';
import { openSession } from '@passfob/simulator/faceplates/control/session';
import type { ControlTarget } from '@passfob/simulator/faceplates/control/target';
import { traceLogOf } from '@passfob/simulator/faceplates/control/trace-log';
import { boot } from '@passfob/simulator/fob/boot';
import { recordFob } from '@passfob/simulator/recording/replay/recorder';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Owner } from '../../fob/conformance/owner.ts';
import { SimulatorDriver } from '../../fob/conformance/simulator-driver.ts';
import { secret } from '../../kit/secrets.ts';
import { root } from '../../tools/tidy/files.ts';
import { bootByFacts, bootTestFob, TEST_IMAGE, testFacts } from './kit.ts';

/** The frame of a `hello`, from the golden bytes of version 1. */
const HELLO = '~AYYB5F28fg==\n';

type Message = Readonly<Record<string, unknown>>;

/** A connection of the control protocol, without a channel. */
function connection(fob: SimulatedFob, more: Partial<ControlTarget> = {}, isSlow = () => false) {
  const heard: Message[] = [];
  const target: ControlTarget = { fob, clock: 'virtual', fronts: [], quit() {}, ...more };
  const session = openSession(target, message => {
    if ('event' in message && isSlow()) return false;
    heard.push(JSON.parse(JSON.stringify(message)));
    return true;
  });
  onTestFinished(() => session.close());
  return {
    heard,
    async ask(request: Message): Promise<Message> {
      await session.receive(JSON.stringify({ id: 'asked', ...request }));
      return heard.filter(message => message.id === 'asked').at(-1) ?? {};
    },
    items: () =>
      heard
        .filter(message => message.event === 'wire')
        .reduce<Message[]>((all, { again, items }) => [...(again ? [] : all), ...(items as Message[])], []),
  };
}

const texts = (items: readonly Message[]) => items.map(({ text }) => String(text));

it('the documents list every command of the control protocol with its fields', () => {
  const document = readFileSync(join(root, 'docs/scenarios.md'), 'utf8');
  const table = document.slice(document.indexOf('<!-- control commands -->'), document.indexOf('### Events'));
  const rows = [...table.matchAll(/^\| `(?!do`)(\w+)` \|([^|]*)\|/gm)].map(([, name = '', fields = '']) => ({
    name,
    // A value in brackets is a default.
    fields: [...fields.replace(/\([^)]*\)/g, '').matchAll(/`(\w+)`/g)].map(match => match[1]),
  }));
  expect(rows).toEqual(Object.entries(commands).map(([name, { fields }]) => ({ name, fields })));
});

it('inside shows Storage, EEPROM, timers and watches as they are, and no contents of files', async () => {
  const fob = bootTestFob('virtual');
  const { ask } = connection(fob);
  for (let press = 0; press < 3; press++) await ask({ do: 'press' });
  const inside = await ask({ do: 'inside' });
  const file = TEST_IMAGE['.bootcde'] ?? new Uint8Array();
  expect(inside).toMatchObject({
    board: 'pico',
    image: '',
    clock: 'virtual',
    powered: true,
    plugged: true,
    supplyMillivolts: expect.any(Number),
    parts: { display: true, clock: true, eeprom: true },
    timers: [],
    watches: ['C13'],
    violations: [],
    recording: null,
    eeprom: { name: 'AT24C32', pageBytes: 32 },
    storage: {
      pageBytes: 16_384,
      files: [{ name: '.bootcde', bytes: file.length, at: 0, isDeleted: false }],
    },
  });
  expect((inside.eeprom as { writes: number[] }).writes.slice(0, 2)).toEqual([3, 0]);
  const { pages } = inside.storage as { pages: { fileBytes: number; freeBytes: number }[] };
  expect(pages.map(({ fileBytes, freeBytes }) => fileBytes + freeBytes)).toEqual([16_384, 16_384, 16_384]);
  expect(pages[0]?.fileBytes).toBe(32 + Math.ceil(file.length / 4) * 4);
  const write = { atMs: expect.any(Number), memory: 'eeprom', act: 'write', at: 0, length: 1 };
  expect(inside.written).toEqual([write, write, write]);
  expect(JSON.stringify(inside)).not.toContain('setWatch');
});

it('the built image is named by the checksum that the build and the ledger have for it', () => {
  const fob = boot({ board: 'pico' });
  onTestFinished(() => fob.close());
  const manifest = readFileSync(join(root, 'firmware/dist/image/pico/manifest.json'), 'utf8');
  expect(fob.inspect().image).toBe((JSON.parse(manifest) as { hash: string }).hash);
});

it('observers of the inside hear about it once for each change', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const { ask, heard } = connection(bootTestFob('virtual'));
  const events = () => heard.filter(({ event }) => event === 'inside').length;
  await ask({ do: 'observe', what: 'inside' });
  vi.advanceTimersByTime(3_000);
  expect(events()).toBe(1);
  await ask({ do: 'setPart', part: 'display', connected: false });
  vi.advanceTimersByTime(3_000);
  expect(heard.at(-1)).toMatchObject({ event: 'inside', parts: { display: false } });
  expect(events()).toBe(2);
  await ask({ do: 'unobserve', what: 'inside' });
  await ask({ do: 'press' });
  vi.advanceTimersByTime(3_000);
  expect(events()).toBe(2);
});

it('faults and supplies reach the fob, and boards without a bus refuse what they lack', async () => {
  const fob = bootTestFob('virtual');
  const { ask } = connection(fob);
  await ask({ do: 'setUsb', plugged: false });
  await ask({ do: 'setSupply', millivolts: 2_900 });
  await ask({ do: 'setPart', part: 'eeprom', connected: false });
  expect(fob.inspect()).toMatchObject({ isPlugged: false, supplyMillivolts: 2_900, eeprom: undefined });
  await ask({ do: 'setPart', part: 'eeprom', connected: true });
  await ask({ do: 'faults', set: 'bus.fail=1/1' });
  await ask({ do: 'press' });
  expect(fob.consoleText()).toContain('Timeout on I2C');
  await ask({ do: 'faults', set: '' });
  expect(fob.transfers).toBe(0);
  expect(await ask({ do: 'failCrypto', n: 2 })).toMatchObject({ ok: true, cryptoCalls: fob.cryptoCalls });

  const watch = boot({ board: 'banglejs2', image: {} });
  onTestFinished(() => watch.close());
  const other = connection(watch);
  const error = 'this board has no parts to pull off';
  expect(await other.ask({ do: 'setPart', connected: false })).toMatchObject({ error });
});

const UNRECORDED =
  'nothing is recorded: the fob is not a new one, was not started with --seed, or is a virtual board (--firmware)';

it.each([
  [{ do: 'setUsb' }, '"plugged" must be true or false'],
  [{ do: 'setSupply', millivolts: 6_001 }, '"millivolts" must be a whole number from 0 to 6000'],
  [{ do: 'setPart', part: 'battery', connected: true }, '"part" must be one of display, clock, eeprom'],
  [{ do: 'failCrypto', n: 0 }, '"n" must be a whole number from 1 to 1000000'],
  [{ do: 'observe', what: 'everything' }, '"what" must be one of wire, inside'],
  [{ do: 'traceKey', key: '12' }, '"key" must be 64 hexadecimal digits'],
  [
    { do: 'replayLoad', text: 'x'.repeat(1_801), last: true },
    '"text" must be a text of at most 1800 characters',
  ],
  [{ do: 'replayTo', input: 1 }, 'no recording is loaded'],
  [{ do: 'replayLoad', text: '{}', last: true }, 'this simulator replays nothing'],
  [{ do: 'recording' }, UNRECORDED],
])('%j is refused with the reason', async (request, error) => {
  const { ask } = connection(bootTestFob('virtual'));
  expect(await ask(request)).toMatchObject({ ok: false, error });
});

it('observers of the wire read frames, sealed ones as sealed, and opened ones with the key of the test alone', async () => {
  const driver = new SimulatorDriver();
  onTestFinished(() => driver.fob.close());
  const { ask, items } = connection(driver.fob);
  const owner = new Owner(driver);
  await owner.pair();
  await owner.client.call('info', {});
  await ask({ do: 'observe', what: 'wire' });
  await expect.poll(() => texts(items()).length).toBeGreaterThan(5);
  const sealed = items().filter(({ kind }) => kind === 'sealed');
  expect(sealed.length).toBeGreaterThan(0);
  expect(sealed.every(({ opened }) => opened === false)).toBe(true);
  expect(texts(items()).join('\n')).toContain('hello');
  expect(items().some(({ kind }) => kind === 'left-out')).toBe(true);

  const key = Buffer.from(owner.key).toString('hex');
  secret(key);
  expect(await ask({ do: 'traceKey', key })).toEqual({ id: 'asked', ok: true });
  await expect.poll(() => items().some(({ opened }) => opened === true)).toBe(true);
  expect(texts(items().filter(({ opened }) => opened)).join('\n')).toContain('info');
  expect(texts(items()).join('\n')).not.toContain(key);

  await ask({ do: 'traceKey' });
  await expect.poll(() => items().length > 5 && items().every(({ opened }) => opened === false)).toBe(true);
});

it('the trace that comes in parts is a whole file with the bytes of the wire and without screens', async () => {
  const fob = bootTestFob('virtual');
  const { ask } = connection(fob);
  for (let frame = 0; frame < 500; frame++) {
    fob.link.write(Buffer.from(HELLO));
    fob.advance(1);
  }
  await ask({ do: 'press' });
  const parts: Buffer[] = [];
  for (let from: unknown = 0; from !== null; ) {
    const answer = await ask({ do: 'traceFile', from });
    parts.push(Buffer.from(String(answer.data), 'base64'));
    from = answer.next ?? null;
  }
  expect(parts.length).toBeGreaterThan(2);
  const reader = new TraceReader();
  const records = reader.take(Buffer.concat(parts));
  reader.end();
  expect(records.map(({ kind }) => kind)).toEqual(traceLogOf(fob).records.map(({ kind }) => kind));
  expect(records.some(({ kind }) => kind === 'screen')).toBe(false);
  expect(records.filter(({ kind }) => kind === 'key')).toHaveLength(2);
  expect(records.filter(record => record.kind === 'bytes' && record.way === 'in')).toHaveLength(500);
});

it('the log of a fob keeps the latest records, up to its bounds', () => {
  const fob = bootTestFob('virtual');
  const log = traceLogOf(fob);
  for (let press = 0; press < limits.MAX_TRACE_RECORDS; press++) {
    fob.keyDown();
    fob.keyUp();
  }
  expect(log.records).toHaveLength(limits.MAX_TRACE_RECORDS);
  expect(log.records.every(({ kind }) => kind === 'key')).toBe(true);
  for (let write = 0; write < limits.MAX_INSIDE_ENTRIES + 5; write++) fob.press();
  expect(log.written).toHaveLength(limits.MAX_INSIDE_ENTRIES);
});

it('a reader who is slow loses the oldest lines of the wire, and hears how many', async () => {
  const fob = bootTestFob('virtual');
  let isSlow = true;
  const { ask, items, heard } = connection(fob, {}, () => isSlow);
  await ask({ do: 'observe', what: 'wire' });
  for (let press = 0; press < limits.MAX_WAITING_ITEMS; press++) fob.press();
  isSlow = false;
  await expect.poll(() => items().length).toBe(limits.MAX_WAITING_ITEMS);
  const lost = heard.filter(({ event }) => event === 'wire').map(event => Number(event.lost));
  expect(lost.reduce((sum, count) => sum + count)).toBe(limits.MAX_WAITING_ITEMS);
});

it('a recording goes out by control and is replayed by control, step by step', async () => {
  const facts = testFacts(5);
  const fresh = () => bootByFacts(facts);
  const recorder = recordFob(fresh(), facts);
  const { ask } = connection(recorder.fob, { recorder, bootAgain: fresh });
  for (let press = 0; press < 300; press++) await ask({ do: 'press', heldMs: 200 });
  let text = '';
  for (let from: unknown = 0; from !== null; ) {
    const part = await ask({ do: 'recording', from });
    text += part.text;
    from = part.next ?? null;
  }
  expect(text.split('\n').length).toBeGreaterThan(1_200);
  for (let at = 0; at < text.length; at += 1_800) {
    await ask({ do: 'replayLoad', text: text.slice(at, at + 1_800), last: at + 1_800 >= text.length });
  }
  const fourth = { ok: true, input: 4, last: 'advance', text: ['UP', 'PRESSES 1'] };
  expect(await ask({ do: 'replayTo', input: 4, bitmap: 'none' })).toMatchObject(fourth);
  const end = await ask({ do: 'replayTo', input: 1_201 });
  expect(end).toMatchObject({ text: ['UP', 'PRESSES 300'], last: 'end' });
  expect(end.bitmap).toEqual((await ask({ do: 'screen' })).bitmap);
  expect((await ask({ do: 'replayTo', input: 1_202 })).error).toBe('the recording has 1201 inputs');
  await ask({ do: 'replayEnd' });
  expect(await ask({ do: 'replayTo', input: 0 })).toMatchObject({ error: 'no recording is loaded' });
});
