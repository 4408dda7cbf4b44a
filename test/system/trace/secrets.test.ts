import { charactersOf, type TraceRecord, type TraceWay } from '@passfob/protocol/trace/records';
import { Screening } from '@passfob/protocol/trace/screening';
import { itemText } from '@passfob/protocol/trace/text';
import { recordTrace } from '@passfob/simulator';
import fc from 'fast-check';
import { hostPrimitives } from 'passfob/client/primitives';
import { describe, expect, it } from 'vitest';
import { SimulatorDriver } from '../../fob/conformance/simulator-driver.ts';
import { countOf, firstSeed, LONG } from '../../kit/counts.ts';
import { secret } from '../../kit/secrets.ts';
import { decoded, readTrace, recordedConversation, SEED } from './kit.ts';

/** Every way in which bytes might stand in a file. */
function formsOf(bytes: Uint8Array): readonly string[] {
  const [raw, hex, base64] = (['latin1', 'hex', 'base64'] as const).map(form =>
    Buffer.from(bytes).toString(form),
  );
  return [raw ?? '', hex ?? '', base64?.replace(/=+$/, '').slice(0, -1) ?? ''];
}

function screened(records: readonly TraceRecord[]): TraceRecord[] {
  const kept: TraceRecord[] = [];
  const screening = new Screening(record => kept.push(record));
  for (const record of records) screening.take(record);
  screening.end();
  return kept;
}

const bytes = (text: string, way: TraceWay, port = 'USB'): TraceRecord => ({
  kind: 'bytes',
  atUs: 0,
  port,
  way,
  bytes: new Uint8Array(Buffer.from(text, 'latin1')),
});

/** Returns a frame of a clear payload, with its CRC. */
function clear(...payload: readonly number[]): string {
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(hostPrimitives.crc32(Uint8Array.from(payload)));
  return `~${Buffer.concat([Uint8Array.from(payload), crc]).toString('base64')}\n`;
}

const random = (length: number) => [...crypto.getRandomValues(new Uint8Array(length))];
const open = (kind: number) => clear(1, 7, 3, kind, ...random(16));
const finish = () => clear(1, 8, 4, ...random(32));
const sealed = (type: number) => `~${Buffer.from([type, ...random(40)]).toString('base64')}\n`;

describe('what a trace leaves out', () => {
  it('a recorded conversation holds no key, no seed, no passcode and no frame of the session by code', async () => {
    const { file, owner, passcode } = await recordedConversation();
    const text = Buffer.from(file).toString('latin1');
    for (const hidden of [owner.key, owner.deviceSecret, SEED]) {
      for (const form of formsOf(hidden)) expect(text).not.toContain(form);
    }
    expect(text).not.toContain(passcode);
    const items = decoded(readTrace(file).records).map(itemText);
    expect(items.filter(item => item.includes('left out')).length).toBeGreaterThanOrEqual(10);
    expect(items.filter(item => item.includes('open key=(pairing key)'))).toHaveLength(1);
    expect(items.join('\n')).not.toContain('pairing code)');
    expect(items).toContain('screen changed');
  });

  it('the texts of the screen are in a trace only where they are asked for', async () => {
    const [without, withThem] = [await recordedConversation(), await recordedConversation({ screens: true })];
    const screens = ({ file }: typeof without) =>
      readTrace(file).records.filter(({ kind }) => kind === 'screen');
    expect(screens(without).every(screen => !('text' in screen))).toBe(true);
    expect(JSON.stringify(screens(withThem))).toMatch(/[a-z0-9]{3} [a-z0-9]{3}/);
    expect(screens(withThem).length).toBe(screens(without).length);
  });

  it('a pairing code makes a trace leave out all until the pairing key opens another session', () => {
    const texts: [string, TraceWay, boolean][] = [
      [clear(1, 1, 1), 'in', true],
      [open(1), 'in', false],
      [clear(2, 7, 3, 0, ...random(52)), 'out', false],
      [finish(), 'in', false],
      [sealed(3), 'in', false],
      [sealed(4), 'out', false],
      [`~${sealed(4).slice(8)}`, 'out', false],
      [open(0), 'in', true],
      [sealed(4), 'out', false],
      [finish(), 'in', true],
      [sealed(3), 'in', true],
      [sealed(4), 'out', true],
    ];
    const kept = screened(texts.map(([text, way]) => bytes(text, way)));
    expect(kept.map(({ kind }) => kind === 'bytes')).toEqual(texts.map(([, , isKept]) => isKept));
    // Another port has sessions of its own.
    const other = [open(0), finish(), sealed(3)].map(text => bytes(text, 'in', 'Serial1'));
    const [left, ...shown] = screened([bytes(open(1), 'in'), ...other]).map(({ kind }) => kind);
    expect([left, shown]).toEqual(['left-out', ['bytes', 'bytes', 'bytes']]);
  });

  it('sealed frames of a session that was opened before the trace began are left out', () => {
    const texts = [sealed(3), open(0), sealed(4), finish(), sealed(3)];
    const kept = screened(texts.map(text => bytes(text, text.startsWith('~BA') ? 'out' : 'in')));
    expect(kept[0]).toMatchObject({ kind: 'left-out', why: 'earlier-session' });
    expect(kept.slice(1).map(({ kind }) => kind)).toEqual(['bytes', 'bytes', 'bytes', 'bytes']);
  });

  it('a session by pairing code is left out however its bytes are cut into pieces', LONG, () => {
    const frames: [string, TraceWay][] = [
      [open(1), 'in'],
      [clear(2, 7, 3, 0, ...random(52)), 'out'],
      [finish(), 'in'],
      [sealed(3), 'in'],
      [`\u0006${sealed(4)}`, 'out'],
    ];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 40, maxLength: 40 }), sizes => {
        const next = [...sizes];
        const records = frames.flatMap(([text, way]) => {
          const pieces: TraceRecord[] = [];
          for (let at = 0; at < text.length; ) {
            const size = next.shift() ?? 16;
            pieces.push(bytes(text.slice(at, at + size), way));
            at += size;
          }
          return pieces;
        });
        const shown = screened(records).flatMap(one => (one.kind === 'bytes' ? charactersOf(one.bytes) : []));
        expect(shown.join('')).toBe('\u0006');
      }),
      { seed: firstSeed(), numRuns: countOf(200, 5_000) },
    );
  });

  it('what is typed at a console is left out, and what it prints until the next request', () => {
    const typed = secret('var birthOfTheFob = 4711; print("~Apassword")');
    const kept = screened([
      bytes('>boot message\r\n', 'out'),
      bytes('\u0010', 'in'),
      bytes(typed.slice(0, 20), 'in'),
      bytes(`${typed.slice(20)}\n`, 'in'),
      bytes(`=${typed}\r\n>`, 'out'),
      bytes(clear(1, 1, 1), 'in'),
      bytes(clear(2, 1, 1, 0), 'out'),
      bytes('later\n', 'out'),
    ]);
    const shown = kept.map(one => (one.kind === 'bytes' ? charactersOf(one.bytes) : one.kind));
    expect(shown.join('|')).not.toContain(typed.slice(4, 14));
    expect(shown.filter(one => one === 'left-out').length).toBeGreaterThanOrEqual(3);
    expect(shown).toEqual(expect.arrayContaining(['>boot message\r\n', '\u0010', 'later\n']));
  });

  it('a damaged frame stays in the trace, so that the decoder can say what is wrong', () => {
    const frame = clear(1, 1, 1);
    const damaged = `${frame.slice(0, 8)}!${frame.slice(9)}`;
    expect(decoded(screened([bytes(damaged, 'in')])).map(itemText)).toEqual([
      `broken frame of ${frame.length - 2} characters: its base64 is not canonical`,
    ]);
  });

  it('records keep their order, and a line that never ends holds them up only so long', () => {
    const key = (atUs: number): TraceRecord => ({ kind: 'key', atUs, key: 0, down: true });
    const frame = clear(1, 1, 1);
    expect(
      screened([bytes(frame.slice(0, 5), 'in'), key(1), bytes(frame.slice(5), 'in')]).map(({ kind }) => kind),
    ).toEqual(['bytes', 'key', 'bytes']);
    const kept: TraceRecord[] = [];
    const screening = new Screening(record => kept.push(record));
    screening.take(bytes('~A', 'in'));
    for (let at = 0; at < 3_000; at++) screening.take(key(at));
    expect(kept[0]).toMatchObject({ kind: 'left-out', why: 'unfinished', length: 2 });
    expect(kept).toHaveLength(3_001);
  });
});

describe('a recorder', () => {
  it('a trace that reaches its limit says so, and grows no more', async () => {
    const whole = await recordedConversation();
    const short = await recordedConversation({ maxBytes: 2_000 });
    expect(whole.file.length).toBeGreaterThan(3_000);
    expect(short.file.length).toBeLessThanOrEqual(2_000);
    const { records, error, isCutOff } = readTrace(short.file);
    expect([records.at(-1)?.kind, error, isCutOff]).toEqual(['cut-short', undefined, false]);
  });

  it('every state of a growing trace file is a good file, as a killed process leaves it', async () => {
    const { file, ends } = await recordedConversation();
    const all = readTrace(file).records;
    expect(ends.length).toBeGreaterThan(50);
    for (const [place, end] of ends.entries()) {
      const { records, isCutOff, error } = readTrace(file.subarray(0, end));
      expect([records, isCutOff, error]).toEqual([all.slice(0, place), false, undefined]);
    }
  });

  it('a recorder sees keys, resets, memories and both directions, and nothing after it stopped', () => {
    const driver = new SimulatorDriver();
    const events: TraceRecord[] = [];
    const leave = driver.fob.onEvent(event => events.push(event));
    driver.fob.press();
    driver.fob.link.write(new Uint8Array(Buffer.from(clear(1, 1, 1))));
    driver.fob.cutPower();
    driver.fob.powerOn();
    const kinds = new Set(events.map(one => (one.kind === 'bytes' ? `${one.port} ${one.way}` : one.kind)));
    expect([...kinds].sort()).toEqual(['USB in', 'USB out', 'key', 'memory', 'power']);
    const times = events.map(({ atUs }) => atUs);
    expect(times).toEqual([...times].sort((one, other) => one - other));
    leave();
    const pieces: Uint8Array[] = [];
    const recording = recordTrace(driver.fob, piece => pieces.push(piece));
    recording.stop();
    const count = events.length;
    driver.fob.press();
    expect([events.length, pieces.length]).toEqual([count, 1]);
    driver.fob.close();
  });
});
