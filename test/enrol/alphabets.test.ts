import { ALPHABET_NAMES, digitsByte, passcodeForm } from 'passfob/enrol/alphabets';
import { parseOtpauth } from 'passfob/enrol/otpauth';
import { describe, expect, it } from 'vitest';

/** 20 bytes, the secret of RFC 4226 appendix D, which everyone knows. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const uri = (parameters: string) => `otpauth://totp/x?secret=${SECRET}${parameters}`;

describe('passcode alphabets', () => {
  it('alphabets share a byte with the number of characters; decimal ones are as they always were', () => {
    expect(digitsByte('decimal', 6)).toBe(6);
    expect(digitsByte('base64', 8)).toBe(0x38);
    for (const alphabet of ALPHABET_NAMES) {
      for (let length = 4; length <= 10; length++) {
        expect(passcodeForm(digitsByte(alphabet, length))).toEqual({ alphabet, length });
      }
    }
    expect(passcodeForm(0x96)).toEqual({ alphabet: 'decimal', length: 6 });
  });

  it('an alphabet stands in our own URI parameter: 8 characters unless the URI says otherwise, 5 to 8', () => {
    expect(parseOtpauth(uri('&alphabet=Base32'))).toMatchObject({ alphabet: 'base32', digits: 8 });
    expect(parseOtpauth(uri('&alphabet=hex&digits=5'))).toMatchObject({ alphabet: 'hex', digits: 5 });
    expect(parseOtpauth(uri(''))).toMatchObject({ alphabet: 'decimal', digits: 6, warnings: [] });
    expect(() => parseOtpauth(uri('&alphabet=hex&digits=4'))).toThrow('4 characters');
    expect(() => parseOtpauth(uri('&alphabet=steam'))).toThrow('alphabet of the URI');
  });
});
