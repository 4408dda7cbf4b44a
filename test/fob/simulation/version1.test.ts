import { HEADER_PAGE } from '@passfob/firmware/core/base/limits';
import { CLOCK_TRUSTED } from '@passfob/firmware/core/timekeeper';
import { VAULT_DAMAGED, VAULT_KEYS_LOST, VAULT_OWNED } from '@passfob/firmware/core/vault/vault';
import { KIND_HOTP, KIND_TOTP } from '@passfob/protocol/account';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { expect, it } from 'vitest';
import { Chips } from './kit/chips.ts';
import { Token } from './kit/token.ts';
import { fillTakenOver, fillVersion1, VERSION_1 } from './kit/version1.ts';

const { totp, hotp } = VERSION_1;

it.each([
  ['with both headers', []],
  ['with header A alone', [HEADER_PAGE + 1]],
  ['with header B alone', [HEADER_PAGE]],
])('a vault of version 1 %s is never taken for blank, and no boot writes to it', (_, emptied) => {
  for (const empty of [0, 0xff]) {
    const chips = new Chips(makeRandomness(1));
    fillVersion1(chips);
    for (const page of emptied) chips.bytes.fill(empty, page * chips.pageBytes, (page + 1) * chips.pageBytes);
    const before = chips.image;
    const token = new Token(chips);
    expect(token.vault.state).toBe(VAULT_DAMAGED);
    expect([token.vault.pairingKey, token.vault.records, token.accounts.count]).toEqual([
      undefined,
      undefined,
      0,
    ]);
    expect(new Token(chips).vault.state).toBe(VAULT_DAMAGED);
    expect(chips.image).toEqual(before);
    chips.secrets = undefined;
    expect(new Token(chips).vault.state).toBe(VAULT_KEYS_LOST);
  }
});

it('a vault that 0.2.0 took over from version 1 keeps its content, and counts on', () => {
  const chips = new Chips(makeRandomness(1));
  fillTakenOver(chips);
  const before = chips.image;
  const token = new Token(chips);
  expect(chips.image).toEqual(before);
  expect([token.vault.state, token.accounts.count]).toEqual([VAULT_OWNED, 2]);
  expect(token.accounts.read(0)).toMatchObject({ ...totp, kind: KIND_TOTP, digits: 6, period: 30 });
  expect(token.accounts.read(1)).toMatchObject({ ...hotp, kind: KIND_HOTP, digits: 6 });
  expect([token.time.state, token.time.age, token.time.trim]).toEqual([CLOCK_TRUSTED, 60, 0]);
  expect(token.vault.pairingKey).toEqual(VERSION_1.secrets.subarray(32));
  token.vault.excuse();
  expect(token.press(hotp.id)).toMatch(/^\d{6}$/);
  const again = new Token(chips);
  expect(again.accounts.read(0)).toMatchObject(totp);
  expect(again.accounts.read(1)).toMatchObject({ ...hotp, counter: hotp.counter + 1 });
});
