import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Reader, Writer } from '@passfob/protocol/bytes';
import { COMMANDS, type CommandName, type Handlers } from '@passfob/protocol/commands';
import { dispatch } from '@passfob/protocol/dispatch';
import { Deframer, decodeFrame, encodeClear, encodeFrame } from '@passfob/protocol/frame';
import { decodeFields, type Values } from '@passfob/protocol/layout';
import { PAYLOAD_BYTES_MAX, PROTOCOL_VERSION } from '@passfob/protocol/limits';
import { REFUSALS } from '@passfob/protocol/refusals';
import { hostPrimitives as primitives } from 'passfob/client/primitives';
import { describe, expect, it } from 'vitest';
import { SAMPLES_BY_VERSION, type Version } from './kit/samples-2.ts';
import {
  fieldsOf,
  outputOf,
  sessionsOf,
  VECTOR_KINDS,
  type Vector,
  type VectorKind,
  valuesOf,
} from './kit/vectors.ts';

type Golden = Record<string, { in: unknown; out: unknown }>;

const VERSIONS = Object.keys(SAMPLES_BY_VERSION) as Version[];
const numberOf = (version: Version) => Number(version.slice(1));
const pathOf = (version: Version, kind: VectorKind) =>
  new URL(`../../protocol/vectors/${version}/${kind}.json`, import.meta.url);

function read(version: Version, kind: VectorKind): Golden {
  const path = pathOf(version, kind);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Golden) : {};
}

/** With PASSFOB_ADD_GOLDEN=1, missing vectors are added. Existing ones never change (`README.md`). */
function addMissing(version: Version, kind: VectorKind, golden: Golden): void {
  const samples = Object.entries(SAMPLES_BY_VERSION[version][kind]);
  if (process.env.PASSFOB_ADD_GOLDEN !== '1' || samples.length === 0) return;
  for (const [name, input] of samples) {
    golden[name] ??= { in: input, out: outputOf(kind, input) };
  }
  writeFileSync(pathOf(version, kind), `${JSON.stringify(golden, undefined, 2)}\n`);
}

function textOf(frame: string): string {
  const found: string[] = [];
  new Deframer().receive(frame, text => found.push(text));
  expect(found).toHaveLength(1);
  return found[0] ?? '';
}

function payloadOf(frame: string): Uint8Array {
  const payload = decodeFrame(primitives, textOf(frame));
  if (!payload) throw new Error('a golden frame that cannot be read');
  return payload;
}

type Exchange = Vector<'clear'> | Vector<'sealed'>;

function exchangesOf(version: Version): Exchange[] {
  const { clear, sealed } = golden[version];
  return [...Object.values(clear), ...Object.values(sealed)] as Exchange[];
}

/** Returns a fob that knows one request and its answer. */
function fobOf(exchange: Exchange): Handlers {
  const { command, request, response, refusal } = exchange.in;
  const answer = (values: Values) => {
    expect(fieldsOf(values)).toEqual(request);
    return refusal === undefined ? valuesOf(response ?? {}) : REFUSALS[refusal].code;
  };
  return { [command]: answer } as unknown as Handlers;
}

const golden = Object.fromEntries(
  VERSIONS.map(version => [
    version,
    Object.fromEntries(VECTOR_KINDS.map(kind => [kind, read(version, kind)])),
  ]),
) as Record<Version, Record<VectorKind, Golden>>;
const KINDS = VERSIONS.flatMap(version => VECTOR_KINDS.map(kind => ({ version, kind })));
for (const { version, kind } of KINDS) addMissing(version, kind, golden[version][kind]);

describe.each(KINDS)('golden bytes of $version: $kind', ({ version, kind }) => {
  it('golden vectors have every sample, and lose none', () => {
    const inputs = Object.entries(golden[version][kind]).map(([name, vector]) => [name, vector.in]);
    expect(Object.fromEntries(inputs)).toEqual(SAMPLES_BY_VERSION[version][kind]);
  });

  it.each(Object.keys(golden[version][kind]))('golden vector %s is unchanged', name => {
    const vector = golden[version][kind][name];
    expect(outputOf(kind, vector?.in)).toEqual(vector?.out);
  });
});

describe('golden frames', () => {
  it('golden frames exist for every version of the protocol', () => {
    expect(Math.max(...VERSIONS.map(numberOf))).toBe(PROTOCOL_VERSION);
  });

  it('golden frames exist for every refusal', () => {
    const refusals = VERSIONS.flatMap(version => exchangesOf(version).map(({ in: { refusal } }) => refusal));
    expect(new Set(refusals)).toEqual(new Set([undefined, ...Object.keys(REFUSALS)]));
  });

  it.each(VERSIONS)('golden frames exist for every command that %s brought', version => {
    const answered = exchangesOf(version).filter(({ in: { refusal } }) => refusal === undefined);
    const commands = (Object.keys(COMMANDS) as CommandName[]).filter(
      name => COMMANDS[name][1] === numberOf(version),
    );
    const found = answered.map(vector => vector.in.command);
    expect(commands.length).toBeGreaterThan(0);
    expect(
      commands.filter(name => !found.includes(name)),
      'Add samples to test/wire/kit/samples-2.ts, then run: PASSFOB_ADD_GOLDEN=1 npx vitest run test/wire/golden',
    ).toEqual([]);
    for (const name of found) expect(COMMANDS[name][1]).toBeLessThanOrEqual(numberOf(version));
  });
});

const clear = VERSIONS.flatMap(version => Object.entries(golden[version].clear));
const sealed = VERSIONS.flatMap(version => Object.entries(golden[version].sealed));

describe('golden requests', () => {
  it.each(clear)('golden requests are answered as written, in the clear: %s', (_, written) => {
    const vector = written as Vector<'clear'>;
    const request = new Reader(payloadOf(vector.out.requestFrame), 1);
    const out = new Writer(PAYLOAD_BYTES_MAX).number(2, 1).number(request.number(1), 1);
    dispatch(fobOf(vector), 0, request, out);
    expect(encodeClear(primitives, out)).toBe(vector.out.responseFrame);
  });

  it.each(sealed)('golden requests are answered as written, sealed: %s', (_, written) => {
    const vector = written as Vector<'sealed'>;
    const { owner, fob } = sessionsOf(vector.in.handshake);
    const request = fob.open(payloadOf(vector.out.requestFrame));
    if (!request) throw new Error('a golden request that the fob does not open');
    const out = new Writer(PAYLOAD_BYTES_MAX).number(4, 1);
    dispatch(fobOf(vector), 1, request, out);
    const frame = encodeFrame(primitives, fob.seal(vector.in.counter, out.done()));
    expect(frame).toBe(vector.out.responseFrame);
    const response = owner.open(payloadOf(frame));
    const { command, refusal } = vector.in;
    expect(response?.number(1)).toBe(COMMANDS[command][0]);
    expect(response?.number(1)).toBe(refusal === undefined ? 0 : REFUSALS[refusal].code);
    const values = response && refusal === undefined ? decodeFields(COMMANDS[command][4], response) : {};
    expect(fieldsOf(values ?? {})).toEqual(vector.in.response ?? {});
  });
});
