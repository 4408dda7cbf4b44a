import fc from 'fast-check';
import { readSecretText } from 'passfob/enrol/secret-text';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { base32 } from '../../tools/runner/spellings.ts';
import { refusal } from '../host/kit/failure.ts';

const bytes = fc.uint8Array({ minLength: 10, maxLength: 64 });

it('secrets are read in every length, in any case, grouping and padding', () => {
  const style = fc.record({
    lower: fc.boolean(),
    group: fc.integer({ min: 1, max: 9 }),
    gap: fc.constantFrom('', ' ', '-', ' - ', '\t'),
  });
  fc.assert(
    fc.property(bytes, style, fc.nat({ max: 6 }), (value, { lower, group, gap }, padding) => {
      const text = base32(secret(value));
      const written = (lower ? text.toLowerCase() : text).replace(new RegExp(`.{${group}}`, 'g'), `$&${gap}`);
      expect(readSecretText(written + '='.repeat(padding))).toEqual({ secret: value, warnings: [] });
    }),
  );
});

it('a refused secret names the place of a foreign character and repeats no other', () => {
  fc.assert(
    fc.property(bytes, fc.nat(), fc.constantFrom(...'0189!Ü_'), (value, where, foreign) => {
      const text = base32(secret(value));
      const at = where % text.length;
      const wrong = text.slice(0, at) + foreign + text.slice(at + 1);
      const { message, next } = refusal(() => readSecretText(wrong));
      expect(message).toContain(` at place ${at + 1},`);
      expect(message + next).not.toMatch(/[2-7A-Z]{6}/);
    }),
  );
});

it('bits that fill no byte are dropped with a warning, as every reader does', () => {
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 15 }), (value, extra) => {
      const text = base32(secret(value));
      const spare = (text.length * 5) % 8;
      fc.pre(spare > 0);
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
      const last = alphabet.indexOf(text.slice(-1)) | (extra & ((1 << spare) - 1));
      const read = readSecretText(text.slice(0, -1) + alphabet.charAt(last));
      expect(read.secret).toEqual(value);
      expect(read.warnings).toHaveLength(text.endsWith(alphabet.charAt(last)) ? 0 : 1);
    }),
  );
});
