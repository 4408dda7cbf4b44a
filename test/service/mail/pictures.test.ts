import { readFileSync } from 'node:fs';
import { passcodeScreen, pixelsOf } from '@passfob/service/subjects/mail/pictures/screens';
import { expect, test } from 'vitest';

test('the screen in the pictures equals the firmware’s drawing, pixel by pixel', () => {
  const golden = readFileSync(new URL('../../fob/golden/128x64/totp-6.txt', import.meta.url), 'utf8');
  const rows = golden.split('\n').filter(line => line.startsWith('│'));
  expect(rows).toHaveLength(32);
  const drawn = pixelsOf(`\n${rows.map(row => row.slice(1, -1)).join('\n')}`);
  const padded = pixelsOf(passcodeScreen).map(row => [...row, ...Array(128 - row.length).fill(false)]);
  expect(padded).toEqual(drawn);
});
