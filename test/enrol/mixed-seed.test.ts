import { hkdfSync } from 'node:crypto';
import { withFobRandomness } from 'passfob/enrol/mixed-seed';
import { freshSeed } from 'passfob/enrol/seed';
import { describe, expect, it } from 'vitest';

const SECRET = new TextEncoder().encode('12345678901234567890');
const totp = { ...freshSeed({ issuer: 'Example', label: 'alice@example.com' }, () => SECRET) };

describe('fresh secrets', () => {
  const chance = new Uint8Array(32).fill(5);

  it('a fresh secret is HKDF-SHA-512 over randomness of computer and fob, by the names of the account', () => {
    const names = JSON.stringify(['passfob seed', 'Example', 'alice@example.com']);
    const expected = new Uint8Array(hkdfSync('sha512', SECRET, chance, names, 20));
    expect(withFobRandomness(totp, chance)).toEqual({ ...totp, secret: expected });
  });

  it.each([20, 32, 64])('a fresh secret keeps its %d bytes, and depends on each of its sources', length => {
    const one = { ...totp, secret: new Uint8Array(length).fill(1) };
    const made = [
      withFobRandomness(one, chance),
      withFobRandomness(
        one,
        chance.map(byte => byte ^ 1),
      ),
      withFobRandomness({ ...one, secret: new Uint8Array(length).fill(2) }, chance),
      withFobRandomness({ ...one, label: 'bob' }, chance),
    ].map(({ secret }) => Buffer.from(secret).toString('hex'));
    expect(new Set(made).size).toBe(4);
    expect(made.every(text => text.length === length * 2)).toBe(true);
  });
});
