import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Reader, Writer } from '@passfob/protocol/bytes';
import { COMMANDS, type CommandName, type Handlers } from '@passfob/protocol/commands';
import { dispatch } from '@passfob/protocol/dispatch';
import { Deframer, decodeFrame, encodeClear, encodeFrame } from '@passfob/protocol/frame';
import { decodeFields, type Values } from '@passfob/protocol/layout';
import { PAYLOAD_BYTES_MAX, PROTOCOL_VERSION } from '@passfob/protocol/limits';
import { REFUSALS } from '@passfob/protocol/refusals';
import { hostPrimitives as primitives } from 'passfob/client/primitives';
import { describe, expect, it } from 'vitest';
import { pathOf, VECTORS, VERSIONS, type Version, vectorsOf } from './kit/samples.ts';
import {
  fieldsOf,
  outputOf,
  sessionsOf,
  VECTOR_KINDS,
  type Vector,
  type VectorKind,
  valuesOf,
} from './kit/vectors.ts';

/** Of the inputs and outputs of each version. It changes where a vector is added, which is then the last of its file. */
const DIGESTS: Readonly<Record<Version, string>> = {
  v1: '1683d67b62fc60888b4dbfb4e4563ad6142dc5edb1335d55201985ba8e5c0fd5',
  v2: '101250f716da9e38aadda00dc630c4452763ac079fe87853b70e2e06c1360ba9',
};

const numberOf = (version: Version) => Number(version.slice(1));
const KINDS = VERSIONS.flatMap(version =>
  VECTOR_KINDS.filter(kind => Object.keys(VECTORS[version][kind]).length > 0).map(kind => ({
    version,
    kind,
  })),
);

/** With PASSFOB_ADD_GOLDEN=1, the outputs of new vectors are written. Those of others never change (`README.md`). */
function addOutputs(version: Version, kind: VectorKind): void {
  const vectors = Object.entries<Vector>(VECTORS[version][kind]);
  if (vectors.every(([, vector]) => 'out' in vector)) return;
  const whole = vectors.map(([name, vector]) => [name, { ...vector, out: outputOf(kind, vector.in) }]);
  writeFileSync(pathOf(version, kind), `${JSON.stringify(Object.fromEntries(whole), undefined, 2)}\n`);
}
if (process.env.PASSFOB_ADD_GOLDEN === '1') for (const { version, kind } of KINDS) addOutputs(version, kind);

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
  const { clear, sealed } = VECTORS[version];
  return [...Object.values(clear), ...Object.values(sealed)];
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

it.each(VERSIONS)('golden vectors of %s are those that were frozen, in their order', version => {
  const digest = createHash('sha256').update(JSON.stringify(VECTORS[version])).digest('hex');
  expect(digest, 'Where you have only added a vector, write its digest here.').toBe(DIGESTS[version]);
});

describe.each(KINDS)('golden bytes of $version: $kind', ({ version, kind }) => {
  it.each(Object.entries<Vector>(VECTORS[version][kind]))('golden vector %s is unchanged', (_, vector) => {
    expect(outputOf(kind, vector.in)).toEqual(vector.out);
  });
});

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
    'Add inputs to protocol/vectors, then run: PASSFOB_ADD_GOLDEN=1 npx vitest run test/unit/wire/golden',
  ).toEqual([]);
  for (const name of found) expect(COMMANDS[name][1]).toBeLessThanOrEqual(numberOf(version));
});

it.each(Object.entries(vectorsOf('clear')))(
  'golden requests are answered as written, in the clear: %s',
  (_, vector) => {
    const request = new Reader(payloadOf(vector.out.requestFrame), 1);
    const out = new Writer(PAYLOAD_BYTES_MAX).number(2, 1).number(request.number(1), 1);
    dispatch(fobOf(vector), 0, request, out);
    expect(encodeClear(primitives, out)).toBe(vector.out.responseFrame);
  },
);

it.each(Object.entries(vectorsOf('sealed')))(
  'golden requests are answered as written, sealed: %s',
  (_, vector) => {
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
  },
);
