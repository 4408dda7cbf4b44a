import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hostPrimitives as primitives } from '../../host/client/primitives.ts';
import { Reader, Writer } from '../../protocol/bytes.ts';
import { COMMANDS, type CommandName, type Handlers } from '../../protocol/commands.ts';
import { dispatch } from '../../protocol/dispatch.ts';
import { Deframer, decodeFrame, encodeClear, encodeFrame } from '../../protocol/frame.ts';
import { decodeFields, type Values } from '../../protocol/layout.ts';
import { PAYLOAD_BYTES_MAX, PROTOCOL_VERSION } from '../../protocol/limits.ts';
import { REFUSALS } from '../../protocol/refusals.ts';
import { SAMPLES } from './kit/samples.ts';
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

const pathOf = (kind: VectorKind) => new URL(`v1/${kind}.json`, import.meta.url);

function read(kind: VectorKind): Golden {
  return existsSync(pathOf(kind)) ? (JSON.parse(readFileSync(pathOf(kind), 'utf8')) as Golden) : {};
}

/** With PASSFOB_ADD_GOLDEN=1, what is missing is added. Nothing ever changes what is there (`README.md`). */
function addMissing(kind: VectorKind, golden: Golden): void {
  if (process.env.PASSFOB_ADD_GOLDEN !== '1') return;
  for (const [name, input] of Object.entries(SAMPLES[kind])) {
    golden[name] ??= { in: input, out: outputOf(kind, input) };
  }
  writeFileSync(pathOf(kind), `${JSON.stringify(golden, undefined, 2)}\n`);
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

/** A fob that knows one request and its answer. */
function fobOf(exchange: Exchange): Handlers {
  const { command, request, response, refusal } = exchange.in;
  const answer = (values: Values) => {
    expect(fieldsOf(values)).toEqual(request);
    return refusal === undefined ? valuesOf(response ?? {}) : REFUSALS[refusal].code;
  };
  return { [command]: answer } as unknown as Handlers;
}

const golden = Object.fromEntries(VECTOR_KINDS.map(kind => [kind, read(kind)])) as Record<VectorKind, Golden>;
for (const kind of VECTOR_KINDS) addMissing(kind, golden[kind]);

describe.each(VECTOR_KINDS)('golden bytes of version 1: %s', kind => {
  it('has every sample, and loses none', () => {
    const inputs = Object.entries(golden[kind]).map(([name, vector]) => [name, vector.in]);
    expect(Object.fromEntries(inputs)).toEqual(SAMPLES[kind]);
  });

  it.each(Object.keys(golden[kind]))('%s', name => {
    const vector = golden[kind][name];
    expect(outputOf(kind, vector?.in)).toEqual(vector?.out);
  });
});

describe('golden frames', () => {
  it('are there for every command of version 1 and every refusal', () => {
    const exchanges = [...Object.values(golden.clear), ...Object.values(golden.sealed)] as Exchange[];
    const answered = exchanges.filter(({ in: { refusal } }) => refusal === undefined);
    const commands = (Object.keys(COMMANDS) as CommandName[]).filter(name => COMMANDS[name][1] <= 1);
    expect(new Set(answered.map(vector => vector.in.command))).toEqual(new Set(commands));
    expect(new Set(exchanges.map(vector => vector.in.refusal ?? ''))).toEqual(
      new Set(['', ...Object.keys(REFUSALS)]),
    );
    expect(PROTOCOL_VERSION).toBe(1);
  });

  it.each(Object.entries(golden.clear))('are answered as written, in the clear: %s', (_, written) => {
    const vector = written as Vector<'clear'>;
    const request = new Reader(payloadOf(vector.out.requestFrame), 1);
    const out = new Writer(PAYLOAD_BYTES_MAX).number(2, 1).number(request.number(1), 1);
    dispatch(fobOf(vector), 0, request, out);
    expect(encodeClear(primitives, out)).toBe(vector.out.responseFrame);
  });

  it.each(Object.entries(golden.sealed))('are answered as written, sealed: %s', (_, written) => {
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
