import { Journal } from '@passfob/firmware/core/base/journal';
import { RECORD_HEADER_BYTES, RECOVERY_PAGE, SYSTEM_PAGES } from '@passfob/firmware/core/base/limits';
import { Wrap } from '@passfob/firmware/core/vault/wrap';
import { Writer } from '@passfob/protocol/bytes';
import { Hmac } from '@passfob/protocol/hmac';
import { CCM_NONCE_BYTES } from '@passfob/protocol/limits';
import { SHA256 } from '@passfob/protocol/primitives';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { hostPrimitives as primitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';
import { ascii } from '../conformance/owner.ts';
import { Chips } from './kit/chips.ts';
import { adopted, KEYS } from './kit/facts.ts';
import { Token } from './kit/token.ts';

const ID = 0x41000001;
const MAGIC_V1 = 0xa5;
const MAGIC = 0xa6;
const TAG_BITS = 64;

const bits = (count: number) => Array.from({ length: count }, (_, bit) => bit);

/** Changes one bit of bytes. */
function flip(bytes: Uint8Array, bit: number): Uint8Array {
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return bytes;
}

/** Seals a record as the fob does, by the same key, with a nonce that differs in one bit; -1 for the right nonce. */
function sealed(magic: number, content: Uint8Array, bit: number): Uint8Array {
  const head = new Writer(7).byte(magic).byte(1).number(ID, 4).byte(content.length).done();
  const nonce = new Hmac(primitives, SHA256, KEYS.dataKey).mac([head, content]).slice(0, 8);
  if (bit >= 0) flip(nonce, bit);
  const vector = new Uint8Array(magic === MAGIC ? 16 : CCM_NONCE_BYTES);
  vector.set(nonce);
  const blocks = new Uint8Array((content.length + 15) & ~15);
  blocks.set(content);
  const text =
    magic === MAGIC
      ? primitives.encrypt(KEYS.dataKey, vector, blocks)
      : primitives.seal(KEYS.dataKey, vector, content);
  return Uint8Array.of(...head, ...nonce, ...text);
}

it.each([
  ['of version 1', MAGIC_V1],
  ['of version 2', MAGIC],
])('a record %s is damaged if any one bit of its synthetic nonce is wrong', (_, magic) => {
  const token = adopted();
  expect(token.put({ id: ID, key: KEYS.seeds[0] as Uint8Array })).toBe(0);
  const content = token.vault.records?.read(0) as Uint8Array;
  const read = (bit: number) => {
    token.chips.bytes.set(sealed(magic, content, bit), SYSTEM_PAGES * token.chips.pageBytes);
    return new Token(token.chips).accounts.read(0);
  };
  expect(RECORD_HEADER_BYTES).toBe(15);
  expect(read(-1)?.key).toEqual(KEYS.seeds[0]);
  for (const bit of bits(TAG_BITS)) expect(read(bit)).toBeUndefined();
});

it('a vault header does not open if any one bit of its wrapped key or its tag is wrong', () => {
  const { ports } = new Chips(makeRandomness(1));
  const wrap = new Wrap(primitives, ports.keyDerivation, KEYS.secrets.subarray(0, 32));
  for (const pin of [ascii(''), ascii(KEYS.pin)]) {
    const header = wrap.header(KEYS.dataKey, pin);
    expect(wrap.open(header, pin)).toEqual(KEYS.dataKey);
    for (const bit of bits(24 * 8))
      expect(wrap.open(flip(Uint8Array.from(header), 8 * 8 + bit), pin)).toBeUndefined();
  }
});

it('a recovery header does not open if any one bit of its tag is wrong in both copies', () => {
  const token = adopted();
  expect(token.vault.escrow(KEYS.recovery)).toBe(true);
  expect(token.recover(KEYS.recovery)).toEqual(KEYS.dataKey);
  const { chips } = token;
  for (const bit of bits(TAG_BITS)) {
    const tampered = new Token(chips.copy());
    for (const page of [RECOVERY_PAGE, RECOVERY_PAGE + 1])
      flip(tampered.chips.bytes, (page * chips.pageBytes + 24) * 8 + bit);
    expect(tampered.recover(KEYS.recovery)).toBeUndefined();
  }
});

it('a journal ignores a page of whose MAC any one bit is wrong, and takes the page before', () => {
  const chips = new Chips(makeRandomness(1));
  const opened = (on: Chips) => new Journal(new Hmac(primitives, SHA256, KEYS.dataKey), on, 0, 4);
  const journal = opened(chips);
  for (const word of ['old', 'new']) expect(journal.write(ascii(word))).toBe(true);
  expect([opened(chips).number, Buffer.from(opened(chips).content).toString()]).toEqual([
    2,
    expect.stringMatching(/^new/),
  ]);
  // The newest page is the third; behind number and content.
  for (const bit of bits(TAG_BITS)) {
    const tampered = chips.copy();
    flip(tampered.bytes, (2 * chips.pageBytes + 24) * 8 + bit);
    const found = opened(tampered);
    expect([found.number, Buffer.from(found.content).toString()]).toEqual([1, expect.stringMatching(/^old/)]);
  }
});
