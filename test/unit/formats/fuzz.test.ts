import fc from 'fast-check';
import { isFobError } from 'passfob/errors';
import type { ReadTools } from 'passfob/formats/base/row';
import { FORMAT_NAMES } from 'passfob/formats/format-names';
import { readFiles } from 'passfob/formats/read';
import { describe, expect, it } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';

/** A file of another program may hold anything. It must give rows or one error of ours, and soon. */

const runs = { numRuns: countOf(150, 2_000) };
const SLOWEST_MS = 2_000;

const answers: ReadTools = {
  assumed: { type: 'totp' },
  password: async () => 'qwerty',
  key: async () => new Uint8Array(16).fill(7),
};

async function isJudged(bytes: Uint8Array, format?: (typeof FORMAT_NAMES)[number]): Promise<void> {
  const start = process.cpuUsage();
  try {
    const rows = await readFiles([{ name: 'fuzzed', bytes }], answers, format);
    for (const { outcome } of rows) expect(['ok', 'skipped', 'refused']).toContain(outcome.state);
  } catch (error) {
    if (!isFobError(error, 'bad-input')) throw error;
  }
  // Processor time, so that a busy computer causes no failure.
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1_000).toBeLessThan(SLOWEST_MS);
}

describe('arbitrary files', LONG, () => {
  const formats = FORMAT_NAMES.filter(name => name !== 'qr');

  it.each(formats)('any bytes give rows or one error as %s', async format => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 400 }), words), bytes => isJudged(bytes, format)),
      runs,
    );
  });

  it('any text gives rows or one error as its detected format', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 400 }), words), bytes => isJudged(bytes)),
      runs,
    );
  });
});

const many = 100_000;
it.each([
  ['<'.repeat(many), 'pskc'],
  [`<a ${'b '.repeat(many)}`, 'pskc'],
  [`<a>${'<b/>'.repeat(many)}</a>`, 'pskc'],
  [`<a>${'&amp;'.repeat(many)}</a>`, 'pskc'],
  [`{"tokens":[${'"'.repeat(many)}`, 'freeotp'],
  [`{"tokens":[${'{},'.repeat(9_000)}{}]}`, 'freeotp'],
  ['"'.repeat(many), 'csv'],
  [`${','.repeat(many)}\n`, 'csv'],
  [`label,secret\n${'a,b\n'.repeat(9_000)}`, 'csv'],
  [' '.repeat(many), 'csv'],
  [`name${' '.repeat(many)}x,secret\na,b\n`, 'csv'],
  [`${'('.repeat(many)},secret\na,b\n`, 'csv'],
  [`otpauth://totp/${'%41'.repeat(2_000)}?${'a&'.repeat(1_000)}`, 'uri'],
  [`otpauth-migration://offline?data=${'CgA'.repeat(30_000)}`, 'uri'],
  [`otpauth-migration://offline?${'a&data='.repeat(many)}`, 'uri'],
  [`${'\n'.repeat(many)}`, 'oath'],
  [`HOTP ${' '.repeat(many)}`, 'oath'],
  [`dn: sccAuthenticatorId=1\n${'a:b\n'.repeat(many / 2)}`, 'safeword'],
  [`dn: sccAuthenticatorId=1\nsccTokenData: ${'a=b;'.repeat(many)}`, 'safeword'],
  [`<Tokens>${'<Token/>'.repeat(9_000)}</Tokens>`, 'safenet'],
  [`<KeePassFile><Root>${'<Group>'.repeat(many)}`, 'keepass'],
  [`<map>${'<string name="a">[[[</string>'.repeat(9_000)}</map>`, 'freeotp'],
  [`serial ${'A'.repeat(many)}`, 'csv'],
  [`${'1 '.repeat(many)}\n`, 'csv'],
  [`[${'{"kind":"TOTP","timer":"30"},'.repeat(9_000)}{}]`, 'raivo'],
] as const)('a file made to be slow is read in time: %#', async (text, format) => {
  await isJudged(new TextEncoder().encode(text), format);
});

/** Text of the pieces that the formats are made of. */
const words = fc
  .array(
    fc.constantFrom(
      ...[
        'otpauth://',
        'totp/',
        'secret=',
        'GEZDGNBVGY3TQOJQ',
        '&',
        '?',
        '\n',
        ',',
        '"',
        '{',
        '}',
        '[',
        ']',
        ':',
        '<',
      ],
      ...[
        '>',
        '/',
        '"tokens"',
        '"services"',
        '"items"',
        '"db"',
        '"header"',
        'HOTP/T30/6',
        '\t',
        '3132',
        'label,secret',
      ],
      ...[
        '<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc">',
        '</KeyContainer>',
        '<KeyPackage>',
      ],
      ...[
        'otpauth-migration://offline?data=',
        'Cg',
        '%',
        '=',
        '#',
        ' ',
        '\u0000',
        '1e999',
        'null',
        '-1',
        '<!DOCTYPE',
      ],
    ),
    { maxLength: 60 },
  )
  .map(pieces => new TextEncoder().encode(pieces.join('')));
