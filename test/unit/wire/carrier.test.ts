import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import {
  CARRIER_MESSAGES,
  CARRIER_VERSION,
  type CarrierName,
  type CarrierPurpose,
} from '@passfob/protocol/carrier';
import { CARRIER_MESSAGE_CHARS_MAX } from '@passfob/protocol/limits';
import fc from 'fast-check';
import { openingTranscript, type RelaySays, type ServiceSays } from 'passfob/carrier/messages';
import { carrierText, readRelaySays, readServiceSays } from 'passfob/carrier/read';
import { isFor, shapeOf } from 'passfob/carrier/table';
import { expect, it } from 'vitest';

interface Golden {
  readonly [name: string]: { readonly text: string; readonly from: string; readonly purposes: string };
}

const NAMES = Object.keys(CARRIER_MESSAGES) as CarrierName[];
const PURPOSES: readonly CarrierPurpose[] = ['agent', 'activation', 'care'];
const path = new URL('carrier/v1.json', import.meta.url);
/** Of all texts; it changes where one is added. */
const DIGEST = '333b1e07de25b83f92dbd1558760dacab7da2c7b0481c7eee798ca5470e7bb56';

/** With PASSFOB_ADD_GOLDEN=1, the end and the purposes of new texts are written. Texts never change (`README.md`). */
function golden(): Golden {
  const texts = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Golden[string]>;
  if (process.env.PASSFOB_ADD_GOLDEN !== '1') return texts;
  for (const [name, entry] of Object.entries(texts)) {
    const { text } = entry;
    const [from, , purposes] = CARRIER_MESSAGES[(JSON.parse(text) as { readonly type: CarrierName }).type];
    if (!entry.from) texts[name] = { text, from, purposes };
  }
  writeFileSync(path, `${JSON.stringify(texts, undefined, 2)}\n`);
  return texts;
}

const texts = golden();

/** Reads a text as each end of this direction does. */
function readAs(
  text: string,
  from: string,
  purpose: CarrierPurpose,
): (RelaySays | ServiceSays | undefined)[] {
  const readers = [
    ...(from === 'service' ? [] : [readRelaySays]),
    ...(from === 'relay' ? [] : [readServiceSays]),
  ];
  return readers.map(one => one(text, purpose));
}

it('every message of the protocol has a golden text', () => {
  const shown = new Set(Object.values(texts).map(({ text }) => (JSON.parse(text) as { type: string }).type));
  expect([...shown].sort()).toEqual([...NAMES].sort());
  expect(createHash('sha256').update(JSON.stringify(texts)).digest('hex')).toBe(DIGEST);
});

it.each(Object.entries(texts))('the message %s is written and read as its golden text', (_, entry) => {
  const message = JSON.parse(entry.text) as RelaySays | ServiceSays;
  expect(carrierText(message)).toBe(entry.text);
  for (const purpose of PURPOSES) {
    const isKnown = entry.purposes.split(' ').includes(purpose);
    expect(isFor(message.type, purpose)).toBe(isKnown);
    for (const found of readAs(entry.text, entry.from, purpose))
      expect(found).toEqual(isKnown ? message : undefined);
  }
  // The other end never says it.
  if (entry.from === 'relay') expect(readServiceSays(entry.text, 'agent')).toBeUndefined();
  if (entry.from === 'service') expect(readRelaySays(entry.text, 'agent')).toBeUndefined();
});

it('the bytes that a service signs never change', () => {
  const nonce = (byte: number) => new Uint8Array(32).fill(byte);
  const digestOf = (opened: 'carrier' | 'relay' | 'agent') =>
    createHash('sha256')
      .update(openingTranscript(nonce(1), nonce(2), 'https://otp.example.org', opened))
      .digest('hex');
  const own = Buffer.concat([
    Buffer.from('passfob carrier 1\0'),
    nonce(1),
    nonce(2),
    Buffer.from('https://otp.example.org'),
  ]);
  expect(digestOf('carrier')).toBe(createHash('sha256').update(own).digest('hex'));
  expect([digestOf('relay'), digestOf('agent')]).toEqual([
    'a6252c14e1695cdf9691101d30829c4bb948210f66f1b8326eb8c853c3b9486a',
    '86ca93df1ecebc0790c4625efd3966f12ef7fc09f272560045be5a7596e4a3f1',
  ]);
});

it('a message is not read with a field more, less or of another kind', () => {
  for (const [name, { text, from, purposes }] of Object.entries(texts)) {
    const message = JSON.parse(text) as Record<string, unknown>;
    const purpose = purposes.split(' ')[0] as CarrierPurpose;
    const refused = (changed: object) =>
      expect([name, changed, readAs(JSON.stringify(changed), from, purpose)]).toEqual([
        name,
        changed,
        readAs('', from, purpose),
      ]);
    refused({ ...message, more: 1 });
    const shape = shapeOf(message.type as string);
    for (const { name: field, isOptional, kind } of shape?.fields ?? []) {
      const { [field]: value, ...less } = message;
      if (!isOptional) refused(less);
      for (const other of [null, {}, [value], [[value]], '\u0100'.repeat(3_000), -1, 1.5, 2 ** 53])
        if (!(kind === 'n' && other === 0)) refused({ ...less, [field]: other });
    }
  }
});

it('a relay says nothing before it has opened the connection for a purpose that the protocol knows', () => {
  for (const { text, from } of Object.values(texts)) {
    const message = JSON.parse(text) as { readonly type: string };
    if (from === 'service') continue;
    expect(readRelaySays(text, undefined)?.type).toBe(message.type === 'open' ? 'open' : undefined);
  }
  const open = JSON.parse(texts.open?.text ?? '{}') as object;
  for (const purpose of ['', 'Agent', 'all', 'agent care', '__proto__', 1, null])
    expect(readRelaySays(JSON.stringify({ ...open, for: purpose }), undefined)).toBeUndefined();
  expect(readRelaySays(JSON.stringify({ ...open, version: CARRIER_VERSION + 1 }), undefined)).toBeUndefined();
});

it.each([
  ['a control character', 'Set the clock\u0007'],
  ['a line break', 'Set the clock.\nEnter your PIN here'],
  ['an escape sequence', '\u001b[2Jclear'],
  ['a C1 control', 'a\u009bb'],
  ['a separator of lines', 'a\u2028b'],
  ['a change of direction', 'a\u202ebc'],
  ['half a pair', 'a\ud800b'],
])('texts for a person with %s are refused by the relay, and the service does not send them', (_, text) => {
  const tasks = { type: 'tasks', fob: 0, waiting: [text], done: [] } as const;
  const step = { type: 'step', fob: 0, step: 'press', text, why: text } as const;
  for (const message of [tasks, step]) {
    expect(readServiceSays(JSON.stringify(message), 'agent')).toBeUndefined();
    const sent = readServiceSays(carrierText(message), 'agent');
    expect(sent).toBeDefined();
    expect(JSON.stringify(sent)).not.toMatch(/[\p{Cc}\u2028\u202e]|\\u/u);
  }
});

it('texts and lists that are too long are refused by the relay, and cut by the service', () => {
  const many = Array.from({ length: 200 }, (_, at) => `${at} ${'x'.repeat(500)}`);
  const tasks = { type: 'tasks', fob: 0, waiting: many, done: many } as const;
  expect(readServiceSays(JSON.stringify(tasks), 'care')).toBeUndefined();
  const sent = readServiceSays(carrierText(tasks), 'care');
  expect(sent).toMatchObject({ type: 'tasks', waiting: { length: 8 }, done: { length: 8 } });
  for (const list of [Array(9).fill('x'), ['x'.repeat(121)], 'x', [1], { length: 1 }])
    expect(
      readServiceSays(JSON.stringify({ type: 'tasks', fob: 0, waiting: list, done: [] }), 'care'),
    ).toBeUndefined();
});

it('whatever texts the service gives, each message to a person fits and is read', () => {
  const texts = fc.oneof(fc.string({ unit: 'binary', maxLength: 3_000 }), fc.constant('"\\'.repeat(1_500)));
  fc.assert(
    fc.property(texts, fc.array(texts, { maxLength: 20 }), (text, many) => {
      const messages: ServiceSays[] = [
        {
          type: 'step',
          fob: 65_535,
          step: 'pairing',
          text,
          why: text,
          again: false,
          seconds: 180,
          same: false,
        },
        { type: 'tasks', fob: 65_535, waiting: many, done: many },
        { type: 'done', fob: 65_535, text, serial: text, token: text },
        { type: 'refused', code: text, text, next: text, isFinal: false },
      ];
      for (const message of messages) {
        const said = carrierText(message);
        expect(said.length).toBeLessThanOrEqual(CARRIER_MESSAGE_CHARS_MAX);
        const purpose = isFor(message.type, 'care') ? 'care' : 'activation';
        expect(readServiceSays(said, purpose)?.type).toBe(message.type);
      }
    }),
  );
});

it('no other text is read as a message', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), fc.constantFrom(...PURPOSES), (text, purpose) => {
      expect(readRelaySays(text, purpose)).toBeUndefined();
      expect(readServiceSays(text, purpose)).toBeUndefined();
    }),
  );
  const long = ' '.repeat(CARRIER_MESSAGE_CHARS_MAX) + JSON.stringify({ type: 'beat' });
  expect(readRelaySays(long, 'agent')).toBeUndefined();
});
