import { seal as sealRow, unseal as unsealRow } from '@passfob/service/storage/encryption-at-rest/seal';
import fc from 'fast-check';
import { openBox, sealBox } from 'passfob/encryption-at-rest/box';
import {
  type KeyTextFormat,
  newKeyText,
  parseKeys,
  withKey,
  withOnly,
  withPromoted,
} from 'passfob/encryption-at-rest/key-text';
import { reseal, type SealedValue, type SealedValues } from 'passfob/encryption-at-rest/rekey';
import { SEAL_FORMAT, seal, unseal } from 'passfob/inventory/encryption';
import { describe, expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';

const KEY_ID = '0a1b2c3d';
const key = new Uint8Array(32).map((_, at) => at);
const keys = { sealing: new Map([[KEY_ID, key]]), currentKeyId: KEY_ID, mac: key };
const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

it('encrypted values of an inventory and of a service before 0.2 open where they were made', () => {
  const place = { column: 'accounts.sealed_key', id: '7 01020304' };
  const sealed = Buffer.from('ChssPWLLIeNdaJMi8Y1CWygUHQiwRsy1k1nVq5fJZ1vF4MePNa6dbRvnyBEAH2Qw', 'base64');
  expect(text(unseal(keys, place, sealed))).toBe('a seed of before');
  const row = { table: 'job_items', id: 'é:1' };
  const box = 'ssjso1jpiefjXGlAoPg/s5yUEw4Fh0iTeJqHF/6yQ0+8E1SswItR+3id/aE=';
  expect(text(unsealRow(keys, row, { keyId: KEY_ID, box }))).toBe('a seed of before');
});

it('encrypted values are as long as before: key id, nonce, as many bytes as there were, tag', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), plain => {
      const sealed = seal(keys, { column: 'a.b', id: '1' }, plain);
      expect(Buffer.from(sealed).toString('hex', 0, 4)).toBe(KEY_ID);
      expect(sealed).toHaveLength(4 + 12 + plain.length + 16);
      const { keyId, box } = sealRow(keys, { table: 'a', id: '1' }, plain);
      expect(keyId).toBe(KEY_ID);
      expect(Buffer.from(box, 'base64')).toHaveLength(12 + plain.length + 16);
    }),
  );
});

it('encrypted values are bound to a nonce where the associated data holds it', () => {
  const plain = secret(new Uint8Array(Buffer.from('bound-to-a-nonce-0417')));
  const start = Buffer.from('heading');
  const box = sealBox(key, nonce => Buffer.concat([start, nonce]), plain);
  expect(openBox(key, Buffer.concat([start, box.subarray(0, 12)]), box)).toEqual(plain);
  expect(openBox(key, start, box)).toBeUndefined();
  for (const length of [0, 11, 12, 27]) expect(openBox(key, start, box.subarray(0, length))).toBeUndefined();
});

const FORMATS: readonly KeyTextFormat[] = [
  { heading: 'passfob inventory keys', lines: 'bare' },
  { heading: 'passfob service keys', lines: 'purposes' },
];

describe.each(FORMATS)('a key file of $lines lines', format => {
  const read = (written: string) => {
    const parsed = parseKeys(format, written);
    if (typeof parsed === 'string') throw new Error(parsed);
    return parsed;
  };

  it('a key file names the encrypting key through every addition, promotion and retirement', () => {
    const steps = fc.array(fc.constantFrom('add', 'promote', 'retire'), { maxLength: 12 });
    fc.assert(
      fc.property(steps, order => {
        let written = newKeyText(format);
        const { mac } = read(written);
        for (const step of order) {
          const before = read(written);
          const { nextKeyId } = before;
          if (step === 'add') written = withKey(format, written, format.lines === 'bare' ? 'seal' : 'next');
          if (step === 'promote' && nextKeyId) written = withPromoted(format, written, nextKeyId);
          if (step === 'retire') written = withOnly(format, written, new Set([before.currentKeyId]));
          const after = read(written);
          const ids = [...after.sealing.keys()];
          expect(after.mac).toEqual(mac);
          for (const id of ids)
            if (before.sealing.has(id)) expect(after.sealing.get(id)).toEqual(before.sealing.get(id));
          if (step === 'add') expect(ids).toHaveLength(before.sealing.size + 1);
          if (step === 'retire') expect(ids).toEqual([before.currentKeyId]);
          const expected = step === 'promote' ? (nextKeyId ?? before.currentKeyId) : before.currentKeyId;
          expect(after.currentKeyId).toBe(step === 'add' && format.lines === 'bare' ? ids.at(-1) : expected);
        }
      }),
    );
  });

  it('a key file is not read where a line is cut, changed or of the other format', () => {
    const written = newKeyText(format);
    const [heading = '', first = '', ...rest] = written.trimEnd().split('\n');
    const other = FORMATS.find(one => one !== format) ?? format;
    const damaged = [
      '',
      heading,
      `${heading} 1`,
      [heading, first.slice(0, -5), ...rest].join('\n'),
      [heading, first, first, ...rest].join('\n'),
      [heading, `${first} more`, ...rest].join('\n'),
      newKeyText(other),
      newKeyText(other).replace(other.heading, format.heading),
    ];
    for (const one of damaged) expect(parseKeys(format, one)).toBe('damaged');
    expect(parseKeys(format, written.replace('keys 1', 'keys 2'))).toBe('newer');
    expect(parseKeys(format, written)).not.toBe('damaged');
  });
});

it('comments and empty lines are read in a key file with purposes, and damage one of bare lines', () => {
  for (const line of ['', '# in the safe']) {
    for (const format of FORMATS) {
      const [heading, ...rest] = newKeyText(format).split('\n');
      const parsed = parseKeys(format, [heading, line, ...rest].join('\n'));
      expect(typeof parsed).toBe(format.lines === 'bare' ? 'string' : 'object');
    }
  }
});

interface Value extends SealedValue<{ column: string; id: string }, Uint8Array> {
  readonly id: number;
}
const added = {
  sealing: new Map([
    [KEY_ID, key],
    ['ffffffff', new Uint8Array(32)],
  ]),
  currentKeyId: 'ffffffff',
};
const table = (count: number) =>
  Array.from({ length: count }, (_, id): Value => {
    const place = { column: 'a.b', id: String(id) };
    return { id, place, sealed: seal(keys, place, Buffer.from(`value ${id}`)) };
  });
const isOld = ({ sealed }: Value) => Buffer.from(sealed).toString('hex', 0, 4) !== 'ffffffff';

it('re-keying works through all values in groups; a value that does not open stays, and so does a changed one', async () => {
  const rows = table(10);
  rows[3] = { id: 3, place: { column: 'a.b', id: '3' }, sealed: new Uint8Array(40) };
  const sizes: number[] = [];
  const values: SealedValues<Uint8Array, Value> = {
    next: async last => rows.filter(row => isOld(row) && row.id > (last?.id ?? -1)).slice(0, 4),
    async replace(pairs) {
      sizes.push(pairs.length);
      const meant = pairs.filter(({ before }) => before.id !== 7);
      for (const { before, after } of meant) rows[before.id] = { ...before, sealed: after };
      return meant.length;
    },
  };
  const counts = await reseal(SEAL_FORMAT, added, values);
  expect([counts, sizes]).toEqual([{ resealed: 8, unreadable: 1, changed: 1 }, [3, 4, 2]]);
  expect(rows.filter(isOld).map(({ id }) => id)).toEqual([3, 7]);
  for (const { id, place, sealed } of rows.filter(row => !isOld(row)))
    expect(text(unseal(added, place, sealed))).toBe(`value ${id}`);
});
