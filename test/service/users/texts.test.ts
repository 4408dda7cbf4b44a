import { prepareEmail } from '@passfob/service/base/email-address';
import { prepareLine } from '@passfob/service/base/one-line';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('e-mail addresses', () => {
  it.each(['a@b', 'ada@example.org', "o'hara+vpn@mail.example.co.uk", 'x@xn--bcher-kva.example'])(
    'the e-mail address %s is accepted',
    given => expect(prepareEmail(given)).toBe(given),
  );

  it.each([
    '',
    'ada',
    '@example.org',
    'ada@',
    'ada@-example.org',
    'ada@example..org',
    '.ada@example.org',
    'ada@example.org, eve@example.org',
    'ada@example.org;eve@example.org',
    'Ada <ada@example.org>',
    'ada@example.org\r\nBcc: eve@example.org',
    'ada@example.org\n',
    ' ada@example.org',
    '"a b"@example.org',
    'ada@[192.0.2.1]',
    'ada@b@example.org',
    'ädä@example.org',
    `${'a'.repeat(65)}@example.org`,
    `a@${'b'.repeat(64)}.org`,
    `a@${'b.'.repeat(200)}org`,
  ])('the e-mail address %j is refused', given => expect(prepareEmail(given)).toBeUndefined());

  it('no accepted e-mail address contains a character with a meaning in a header', () => {
    const piece = fc.constantFrom(
      'a',
      '@',
      '.',
      '\r',
      '\n',
      ' ',
      '<',
      '>',
      ',',
      ';',
      '"',
      '(',
      '\\',
      ':',
      'é',
      '-',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), pieces => {
        const address = prepareEmail(pieces.join(''));
        if (address !== undefined) expect(address).toMatch(/^[^\s<>,;:"()\\@]+@[a-z0-9.-]+$/);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('single lines of text', () => {
  it('a line is trimmed and composed', () => expect(prepareLine(' e\u0301 ', 1)).toBe('é'));
  it.each(['a\nb', 'a\u2028b', 'a\u0000', 'a\u200bb', 'a\u202eb', 'abcd', '\ud800'])(
    'the line %j is refused',
    given => expect(prepareLine(given, 3)).toBeUndefined(),
  );
});
