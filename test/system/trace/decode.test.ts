import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { Writer } from '@passfob/protocol/bytes';
import { COMMANDS, type CommandName, type CommandRow } from '@passfob/protocol/commands';
import { decodeFrame, encodeClear, FRAME_REQUEST, FRAME_RESPONSE } from '@passfob/protocol/frame';
import { encodeFields, type Values } from '@passfob/protocol/layout';
import { PACKET_ANSWER, PAYLOAD_BYTES_MAX } from '@passfob/protocol/limits';
import { REFUSALS, type RefusalName } from '@passfob/protocol/refusals';
import { toReports } from '@passfob/protocol/reports';
import { Handshake, handshakeContext } from '@passfob/protocol/session';
import { TraceDecoder } from '@passfob/protocol/trace/decode';
import { layoutFields, utcText } from '@passfob/protocol/trace/fields';
import { FRAME_FAULTS, readFrame } from '@passfob/protocol/trace/frames';
import { PORTS_MAX } from '@passfob/protocol/trace/limits';
import type { TraceMessage } from '@passfob/protocol/trace/messages';
import { plainFrames } from '@passfob/protocol/trace/plain';
import type { TraceRecord, TraceWay } from '@passfob/protocol/trace/records';
import { itemLine, itemText, messageText } from '@passfob/protocol/trace/text';
import { entryOf, NAMED_VALUES, SECRET_FIELDS, SUMS } from '@passfob/protocol/trace/values';
import fc from 'fast-check';
import { hostPrimitives } from 'passfob/client/primitives';
import { describe, expect, it } from 'vitest';
import { countOf, firstSeed, LONG } from '../../kit/counts.ts';
import type { Fields, HandshakeInput } from '../../unit/wire/kit/vectors.ts';
import { decoded } from './kit.ts';

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

function record(text: string, way: TraceWay = 'out', port = 'USB', atUs = 1): TraceRecord {
  return { kind: 'bytes', atUs, port, way, bytes: bytesOf(text) };
}

/** The texts of what the decoder sees in one direction of a stream. */
function textsOf(...texts: readonly string[]): string[] {
  return decoded(texts.map(text => record(text))).map(itemText);
}

interface Exchange {
  readonly in: {
    readonly command: CommandName;
    readonly sequence: number;
    readonly counter: number;
    readonly handshake: HandshakeInput;
    readonly request: Fields;
    readonly response?: Fields;
    readonly refusal?: RefusalName;
  };
  readonly out: { readonly requestFrame: string; readonly responseFrame: string };
}

function golden(kind: 'clear' | 'sealed'): [string, Exchange][] {
  return ['v1', 'v2'].flatMap(version => {
    const path = new URL(`../../../protocol/vectors/${version}/${kind}.json`, import.meta.url);
    return Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, Exchange>);
  });
}

const valuesIn = (message: TraceMessage) =>
  Object.fromEntries(message.fields.map(({ name, value }) => [name, value]));

/** What the decoder must say of an exchange, from the vector alone. */
function expectMessage(message: TraceMessage | undefined, exchange: Exchange, isResponse: boolean): void {
  const { command, request, response = {}, refusal } = exchange.in;
  expect(message).toMatchObject({ command, code: COMMANDS[command][0] });
  expect(message?.fault).toBeUndefined();
  const fields = isResponse ? response : request;
  expect(message && valuesIn(message)).toEqual(isResponse && refusal ? {} : fields);
  if (isResponse) expect(message?.status).toBe(refusal ? REFUSALS[refusal].code : 0);
  expect(message?.refusal).toBe(isResponse ? refusal : undefined);
}

/** The records of a handshake, after which sealed frames can be opened. */
function opening({ key, sharedKey, serial, ownerNonce, fobNonce, counter }: HandshakeInput): TraceRecord[] {
  const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
  const nonces = [hex(ownerNonce), hex(fobNonce)] as const;
  const context = handshakeContext(key, hex(serial), nonces[0], nonces[1], counter);
  const proof = new Handshake(hostPrimitives, hex(sharedKey), context).fobProof;
  const about = { serial: hex(serial), board: bytesOf('x'), firmware: bytesOf('y') };
  const hello = { version: 2, state: 1, algorithms: 6, ...about };
  return [
    record(clear('hello', hello, true)),
    record(clear('open', { key, nonce: nonces[0] }, false), 'in'),
    record(clear('open', { nonce: nonces[1], counter, proof }, true)),
  ];
}

function clear(command: CommandName, values: Values, isResponse: boolean): string {
  const [code, , , request, response]: CommandRow = COMMANDS[command];
  const out = new Writer(PAYLOAD_BYTES_MAX)
    .byte(isResponse ? FRAME_RESPONSE : FRAME_REQUEST)
    .byte(9)
    .byte(code);
  if (isResponse) out.byte(0);
  encodeFields(isResponse ? response : request, values, out);
  return encodeClear(hostPrimitives, out);
}

describe('the decoder of traces and the golden bytes of the wire', () => {
  it.each(golden('clear'))('the decoder names command and fields of the clear exchange %s', (_, exchange) => {
    const { requestFrame, responseFrame } = exchange.out;
    const items = decoded([record(requestFrame, 'in'), record(responseFrame)]);
    const [request, response] = items.map(({ is }) => is);
    const { sequence } = exchange.in;
    expect(request).toMatchObject({ kind: 'frame', frame: 'request', sequence });
    expect(response).toMatchObject({ kind: 'frame', frame: 'response', sequence });
    expectMessage(request as TraceMessage, exchange, false);
    expectMessage(response as TraceMessage, exchange, true);
  });

  const sealed = golden('sealed');

  it.each(sealed.filter(([, exchange]) => exchange.in.handshake.key === 0))(
    'the decoder opens the sealed exchange %s with its key',
    (_, exchange) => {
      const { handshake, counter } = exchange.in;
      const { requestFrame, responseFrame } = exchange.out;
      const records = [...opening(handshake), record(requestFrame, 'in'), record(responseFrame)];
      const keys = [new Uint8Array(32), new Uint8Array(Buffer.from(handshake.sharedKey, 'hex'))];
      const items = decoded(records, { keys, primitives: hostPrimitives, showsSecrets: true }).slice(3);
      expect(items).toHaveLength(2);
      for (const [place, { is }] of items.entries()) {
        if (is.kind !== 'sealed') throw new Error(`it is ${is.kind}`);
        expect(is).toMatchObject({ counter, frame: place === 0 ? 'request' : 'response' });
        expectMessage(is.opened, exchange, place === 1);
        const { command } = exchange.in;
        expect(is.opened && messageText(is.opened)).toMatch(new RegExp(`^${command}\\b`));
        expect(itemText({ is })).toContain(`(opened with the test's key) ${command}`);
      }
      // Without the key there is only the length.
      for (const { is } of decoded(records).slice(3)) {
        expect(is).toMatchObject({ kind: 'sealed', counter });
        expect(is).not.toHaveProperty('opened');
        expect(itemText({ is })).toMatch(/^sealed (?:request|response) \d+ {2}\d+ bytes$/);
      }
    },
  );

  it.each(sealed.filter(([, exchange]) => exchange.in.handshake.key === 1))(
    'the decoder opens no exchange of a session by pairing code: %s',
    (_, exchange) => {
      const { handshake } = exchange.in;
      const keys = [new Uint8Array(Buffer.from(handshake.sharedKey, 'hex'))];
      const records = [...opening(handshake), record(exchange.out.requestFrame, 'in')];
      const items = decoded(records, { keys, primitives: hostPrimitives, showsSecrets: true });
      expect(items.at(-1)?.is).toMatchObject({ kind: 'sealed' });
      expect(items.at(-1)?.is).not.toHaveProperty('opened');
    },
  );
});

describe('what the decoder says', () => {
  it('the decoder shows secrets of opened frames only where it is told to', () => {
    const exchange = golden('sealed').find(([, one]) => one.in.command === 'put')?.[1];
    if (!exchange) throw new Error('no golden put');
    const { handshake, request } = exchange.in;
    const keys = [new Uint8Array(Buffer.from(handshake.sharedKey, 'hex'))];
    const records = [...opening(handshake), record(exchange.out.requestFrame, 'in')];
    const text = (showsSecrets: boolean) =>
      JSON.stringify(decoded(records, { keys, primitives: hostPrimitives, showsSecrets }));
    expect(text(true)).toContain(String(request.secret));
    expect(text(false)).not.toContain(String(request.secret));
    expect(text(false)).toContain('left out (');
    expect(text(false)).toContain('"text":"6 decimal"');
  });

  it('the decoder puts a frame together from packets, and counts the answers to them', () => {
    const frame = clear('open', { key: 0, nonce: new Uint8Array(16).fill(7) }, false);
    const ack = String.fromCharCode(PACKET_ANSWER);
    const items = decoded([
      record(frame.slice(0, 20), 'in', 'USB', 1_000),
      record(ack, 'out', 'USB', 2_000),
      record(frame.slice(20), 'in', 'USB', 3_000),
      record(`${ack}${clear('pair', { seconds: 180 }, true)}${ack}`, 'out', 'USB', 4_000),
    ]);
    expect(items.map(({ first, last, atUs }) => [first, last, atUs])).toEqual([
      [2, 2, 2_000],
      [1, 3, 3_000],
      [4, 4, 4_000],
      [4, 4, 4_000],
    ]);
    expect(items.map(item => itemLine(item, 0))).toEqual([
      '       0.002  USB       < ACK',
      `       0.003  USB       > request 9  open key=(pairing key) nonce=${'07'.repeat(16)}`,
      '       0.004  USB       < ACK × 2',
      '       0.004  USB       < response 9  pair seconds=180',
    ]);
  });

  it('the decoder shows text between frames, and text that never ends', () => {
    const pair = clear('pair', { seconds: 3 }, true);
    expect(textsOf(' ____\r\n', '> lost~and', `~${pair.slice(1)}`, '>')).toEqual([
      'text " ____"',
      'text "> lost~and"',
      'response 9  pair seconds=3',
      'text ">"',
    ]);
  });

  it('a terminal obeys nothing of what the decoder shows', () => {
    const [text] = textsOf('\u001b[2J\u0007\u009b\n');
    expect(text).toBe('text "\\u001b[2J\\u0007\\u{9b}"');
    const [line] = decoded([record('x\n', 'out', '\u202eUSB')]).map(item => itemLine(item, 0));
    expect(line).toContain('\\u{202e}USB');
  });

  it('the decoder reads frames in HID reports, of many characters or of one', () => {
    const frame = clear('open', { key: 0, nonce: new Uint8Array(16) }, false);
    const report = (bytes: Uint8Array) =>
      ({ kind: 'bytes', atUs: 0, port: 'HID', way: 'in', bytes }) as const satisfies TraceRecord;
    const long = toReports(frame, 15).map(report);
    const single = [...bytesOf(frame)].map(byte => report(Uint8Array.of(byte)));
    const lying = report(Uint8Array.of(63, 1, 2));
    for (const records of [long, single, [lying, ...long]]) {
      expect(decoded(records).map(itemText)).toEqual([
        `request 9  open key=(pairing key) nonce=${'00'.repeat(16)}`,
      ]);
    }
  });

  it.each([
    ['short', '~AA\n'],
    ['long', `~${'A'.repeat(512)}\n`],
    ['length', '~AXsBRU8jjg\n'],
    ['beginning', '~QXsBRU8jjg==\n'],
    ['padding', '~AX==RU8jjg==\n'],
    ['base64', '~AXsBRU8jjh==\n'],
    ['type', '~AHsBRU8jjg==\n'],
    ['crc', '~AXsBRU8jjw==\n'],
    ['sealed', '~AwAAAAAAAAAA\n'],
    ['unfinished', '~AXsBRU8j'],
  ] as const)('the decoder says of a broken frame which rule it breaks: %s', (fault, text) => {
    const [item] = decoded([record(text)]);
    const chars = text.trimEnd().length - 1;
    expect(item?.is).toEqual({ kind: 'broken', fault, why: FRAME_FAULTS[fault], chars });
  });

  it.each([
    ['ends before its command', [1, 5], 'request 5  command 0  (it ends before its command)'],
    ['has an unknown command', [1, 5, 200], 'request 5  command 200  (an unknown command)'],
    ['has too many fields', [1, 5, 1, 0], 'request 5  hello  (its fields do not fit the command)'],
    ['is an unknown refusal', [2, 5, 1, 99], 'response 5  hello refused: 99'],
    ['refuses an unknown command', [2, 5, 200, 2], 'response 5  command 200 refused: unknown-command'],
    ['is refused without a sequence', [2, 0, 0, 3], 'response 0  command 0 refused: no-session'],
  ])('the decoder reads a message that %s', (_, payload, text) => {
    const writer = new Writer(32).raw(Uint8Array.from(payload));
    expect(textsOf(encodeClear(hostPrimitives, writer))).toEqual([text]);
  });

  it('events read as sentences, and a power cut ends the lines at all ports', () => {
    const records: TraceRecord[] = [
      { kind: 'key', atUs: 0, key: 1, down: true },
      { kind: 'screen', atUs: 0, on: true, text: ['a', 'b "c"'] },
      { kind: 'screen', atUs: 0, on: false },
      { kind: 'memory', atUs: 0, memory: 'flash', act: 'erase', at: 4096, length: 2048 },
      { kind: 'left-out', atUs: 0, port: 'USB', way: 'in', length: 9, why: 'console' },
      record('~AXs'),
      { kind: 'power', atUs: 0, change: 'off' },
      { kind: 'unknown', atUs: 0, number: 77 },
      { kind: 'cut-short', atUs: 0 },
    ];
    expect(decoded(records).map(itemText)).toEqual([
      'key 1 down',
      'screen ["a","b \\"c\\""]',
      'screen off',
      'flash: erase 2048 bytes at 4096',
      'left out: 9 bytes of the console',
      'broken frame of 3 characters: it has no end',
      'power off',
      'a record of a later version (77)',
      'the trace ends here: it has reached its limit',
    ]);
  });
});

describe('the tables of the decoder', () => {
  const fields = (Object.keys(COMMANDS) as CommandName[]).flatMap(command =>
    [COMMANDS[command][3], COMMANDS[command][4]].flatMap(layout =>
      layoutFields(layout).map(({ name, kind }) => ({ command, name, kind })),
    ),
  );

  it('names of values belong to fields that the table of commands has, and use its words', () => {
    const source = readFileSync(new URL('../../../protocol/commands.ts', import.meta.url), 'utf8').replace(
      /\s+\*?\s*/g,
      ' ',
    );
    const keys = [...Object.keys(NAMED_VALUES), ...Object.keys(SUMS)];
    for (const key of keys) {
      const [name, command] = key.split('.').reverse();
      const used = fields.filter(
        field => field.name === name && (command === undefined || field.command === command),
      );
      expect([key, used.map(({ kind }) => kind.charAt(0))]).toEqual([key, expect.arrayContaining(['u'])]);
    }
    const words = 'hello.state open.key info.clock list.health time.state status.pin putOcra.question';
    for (const key of words.split(' ')) {
      for (const [number, word] of Object.entries(NAMED_VALUES[key] ?? {}))
        expect(source).toContain(`${number} ${word}`);
    }
  });

  it('every secret of the table of commands is among the secret fields', () => {
    expect(SECRET_FIELDS.filter(name => !fields.some(field => field.name === name))).toEqual([]);
    const suspect = fields.filter(({ name }) => /secret|key$|entropy|^code$/i.test(name) && name !== 'key');
    expect(suspect.filter(({ name }) => !SECRET_FIELDS.includes(name))).toEqual([]);
    expect(entryOf(NAMED_VALUES, 'list', 'kind')?.[2]).toBe('TOTP');
  });

  it('times read as the calendar has them', LONG, () => {
    const times = fc.integer({ min: 1, max: 8_640_000_000_000 });
    fc.assert(
      fc.property(times, utc => {
        const text = new Date(utc * 1000).toISOString().replace('.000Z', 'Z').replace(/^\+0*/, '');
        expect(utcText(utc)).toBe(text);
      }),
      { seed: firstSeed(), numRuns: countOf(500, 20_000) },
    );
  });
});

describe('frames without a library', () => {
  it('plain base64 and CRC-32 agree with those of Node', LONG, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), bytes => {
        const text = Buffer.from(bytes).toString('base64');
        expect(plainFrames.encode64(bytes)).toBe(text);
        expect(plainFrames.decode64(text)).toEqual(bytes);
        expect(plainFrames.crc32(bytes)).toBe(crc32(bytes));
      }),
      { seed: firstSeed(), numRuns: countOf(200, 10_000) },
    );
  });

  it('the decoder accepts exactly the frames that a receiver accepts', LONG, () => {
    const valid = golden('clear').map(([, { out }]) => out.requestFrame.slice(1, -1));
    const characters = fc.constantFrom(...'ABCQwg+/=09~ \u0006é'.split(''));
    const mutated = fc
      .tuple(fc.constantFrom(...valid), fc.nat(60), characters, fc.boolean())
      .map(([text, at, char, isLonger]) => text.slice(0, at) + char + text.slice(at + (isLonger ? 0 : 1)));
    const random = fc.array(characters, { maxLength: 40 }).map(chars => chars.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...valid), mutated, random), text => {
        const read = readFrame(text);
        expect(typeof read === 'string' ? undefined : read).toEqual(decodeFrame(hostPrimitives, text));
      }),
      { seed: firstSeed(), numRuns: countOf(500, 20_000) },
    );
  });

  it('no text makes the decoder throw, and every item can be shown', LONG, () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.constantFrom('~', '\n', '\u0006', '~AXsBRU8jjg==\n', '~A'.repeat(300)),
    );
    const records = fc.array(
      fc.record({
        kind: fc.constant('bytes' as const),
        atUs: fc.nat(),
        port: fc.constantFrom('USB', 'HID', 'é ~'),
        way: fc.constantFrom('in' as const, 'out' as const),
        bytes: part.map(text => new Uint8Array(Buffer.from(text, 'latin1'))),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(records, all => {
        const keys = [new Uint8Array(32)];
        for (const item of decoded(all, { keys, primitives: hostPrimitives, showsSecrets: true }))
          expect(itemLine(item, 0)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
      { seed: firstSeed(), numRuns: countOf(300, 3_000) },
    );
  });
});

it('a trace of very many ports is decoded with bounded memory, and loses only what was unfinished', () => {
  const decoder = new TraceDecoder();
  const items = Array.from({ length: 3 * PORTS_MAX }, (_, nth) =>
    decoder.take({ kind: 'bytes', atUs: nth, port: `port ${nth}`, way: 'in', bytes: bytesOf('abc') }),
  ).flat();
  expect(items.length).toBeGreaterThanOrEqual(2 * PORTS_MAX - 2);
  const left = decoder.end();
  expect(left.length).toBeLessThanOrEqual(PORTS_MAX);
  expect(items.length + left.length).toBe(3 * PORTS_MAX);
});
