import * as texts from '@passfob/firmware/core/base/texts';
import { VAULT_BLANK, VAULT_OWNED } from '@passfob/firmware/core/vault/vault';
import { Hmac } from '@passfob/protocol/hmac';
import { SHA256 } from '@passfob/protocol/primitives';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';
import { ascii } from '../conformance/owner.ts';
import { Chips } from './kit/chips.ts';
import { adopted, KEYS } from './kit/facts.ts';
import { Token } from './kit/token.ts';

const { pin, newPin, wrongPin } = KEYS;
const ID = 0x41000001;

/** Returns a locked fob with one account, after `wrong` wrong PINs. */
function locked(wrong: number, policy: object = {}): Token {
  const chips = new Chips(makeRandomness(wrong));
  chips.utc = 1_800_000_000;
  const token = adopted(chips);
  expect(token.vault.escrow(KEYS.recovery)).toBe(true);
  expect(token.put({ id: ID, key: KEYS.seeds[0] as Uint8Array })).toBe(0);
  Object.assign(token.vault.policy, { pinDigits: 6, ...policy });
  expect(token.lock.wanted).toBe(true);
  expect(token.lock.choose(ascii(pin))).toBe('');
  expect(token.lock.wanted).toBe(false);
  token.lock.close();
  for (let i = 0; i < wrong; i++) expect(token.enter(wrongPin)).toBe(texts.WRONG_PIN);
  return token;
}

const tried = (token: Token, digits: string) => token.lock.check(ascii(digits));

it('after n wrong PINs the fob waits 2^n - 1 seconds, and takes none before', () => {
  for (let wrong = 0; wrong < 10; wrong++) {
    const token = locked(wrong);
    const { lock, chips } = token;
    expect([lock.wait, lock.failures, lock.left]).toEqual([2 ** wrong - 1, wrong, 10 - wrong]);
    if (wrong === 0) continue;
    const compared = chips.stretched;
    token.wait(2 ** wrong - 2);
    expect(lock.wait).toBe(1);
    // Not even the right PIN opens it, and the attempt does not count.
    expect(tried(token, pin)).not.toBe('');
    expect([chips.stretched, lock.failures]).toEqual([compared, wrong]);
    token.wait(1);
    expect(tried(token, pin)).toBe('');
    expect([lock.wait, lock.failures, lock.closed]).toEqual([0, 0, false]);
  }
});

it('the wait of the lock continues over a reboot', () => {
  const token = locked(5);
  token.wait(11);
  expect(new Token(token.chips).lock.wait).toBe(31 - 11);
  token.chips.utc += 20;
  expect(tried(new Token(token.chips), pin)).toBe('');
});

it('the wait of the lock starts again in full where the time was lost, set back, or never there', () => {
  const lost = locked(5);
  lost.wait(11);
  lost.chips.utc = -1;
  const back = locked(5);
  back.chips.utc -= 100;
  const never = locked(0);
  never.chips.utc = -1;
  never.now.utc = -1;
  for (let i = 0; i < 5; i++) never.enter(wrongPin);
  never.wait(11);
  never.chips.utc = 1_900_000_000;
  for (const { chips } of [lost, back, never]) {
    const token = new Token(chips);
    expect(token.lock.wait).toBe(31);
    token.wait(30);
    expect(token.lock.wait).toBe(1);
    token.wait(1);
    expect(tried(token, pin)).toBe('');
  }
});

it('the wait of the lock starts again in full where the storage was put back', () => {
  const { chips } = locked(0);
  const { eeprom } = chips.image;
  const token = new Token(chips);
  for (let i = 0; i < 5; i++) token.enter(wrongPin);
  token.wait(1_000);
  chips.image = { ...chips.image, eeprom };
  const again = new Token(chips);
  expect([again.lock.wait, again.lock.failures, again.vault.wentBack]).toEqual([31, 5, 1]);
});

it('the fob is wiped at the limit, by default after ten wrong PINs', () => {
  const token = locked(9);
  expect(token.enter(wrongPin)).toBe(texts.WIPED);
  expect([token.vault.state, token.accounts.count]).toEqual([VAULT_BLANK, 0]);
  expect(token.recover(KEYS.recovery)).toBeUndefined();
  expect(token.chips.secrets).toBeUndefined();
  expect(new Token(token.chips).vault.state).toBe(VAULT_BLANK);
});

it('the fob is locked at the limit where the policy says so, until its owner resets it', () => {
  const { chips } = locked(3, { attempts: 3, wipe: 0 });
  const token = new Token(chips);
  token.wait(1_000_000);
  const compared = chips.stretched;
  expect([token.lock.dead, token.lock.left, tried(token, pin) === '']).toEqual([true, 0, false]);
  expect([chips.stretched, token.vault.state]).toEqual([compared, VAULT_OWNED]);
  expect(token.reset(KEYS.otherRecovery)).toBe(false);
  expect(token.reset(KEYS.recovery)).toBe(true);
  expect([token.lock.closed, token.lock.dead, token.lock.wanted]).toEqual([false, false, true]);
  expect(token.lock.choose(ascii(newPin))).toBe('');
  const again = new Token(chips);
  expect([again.lock.closed, again.lock.left]).toEqual([true, 3]);
  expect(again.enter(newPin)).toBe('');
  expect(again.press(ID)).toMatch(/^\d{6}$/);
});

it('an attempt that the storage does not take is neither compared nor counted, however often', () => {
  const { chips } = locked(1);
  for (let i = 0; i < 20; i++) {
    const token = new Token(chips);
    token.wait(10);
    const compared = chips.stretched;
    chips.fail('protected', 0, 1_000);
    expect(tried(token, pin)).toBe(texts.NO_MEMORY);
    chips.heal();
    expect(chips.stretched).toBe(compared);
  }
  const token = new Token(chips);
  expect([token.vault.state, token.lock.failures]).toEqual([VAULT_OWNED, 1]);
  expect(token.enter(pin)).toBe('');
});

it('an attempt that the second counter does not take is not compared', () => {
  const { chips, lock } = locked(1);
  const token = new Token(chips);
  token.wait(10);
  Object.assign(chips.marks, { add: () => false });
  const compared = chips.stretched;
  expect(tried(token, pin)).toBe(texts.NO_MEMORY);
  expect([chips.stretched, lock.closed]).toEqual([compared, true]);
});

const zeros = new Uint8Array(KEYS.dataKey.length);
const held = ({ vault }: Token) => Reflect.get(vault, 'dataKey') as Uint8Array;

/** Returns an open fob with a PIN, and the memory of its data key. */
function opened(): { token: Token; dataKey: Uint8Array } {
  const token = new Token(new Chips(makeRandomness(1)));
  const dataKey = Uint8Array.from(KEYS.dataKey);
  expect(token.vault.adopt(KEYS.secrets, dataKey)).toBe(true);
  Object.assign(token.vault.policy, { pinDigits: 6 });
  expect(token.lock.choose(ascii(pin))).toBe('');
  expect(dataKey).toEqual(KEYS.dataKey);
  return { token, dataKey };
}

it('the data key is overwritten when the vault locks, whether an adoption or a PIN opened it', () => {
  const { token, dataKey } = opened();
  token.lock.close();
  expect(dataKey).toEqual(zeros);
  expect(token.enter(pin)).toBe('');
  const again = held(token);
  expect(again).toEqual(KEYS.dataKey);
  token.lock.close();
  expect(again).toEqual(zeros);
  expect(token.enter(pin)).toBe('');
});

it('the data key is overwritten when the fob is erased', () => {
  const { token, dataKey } = opened();
  expect(token.vault.erase()).toBe(true);
  expect(dataKey).toEqual(zeros);
});

it.each([
  ['the vault locks', (token: Token) => token.lock.close()],
  ['the fob is erased', (token: Token) => token.vault.erase()],
])('the key of the records’ nonces is overwritten when %s', (_, close) => {
  const { token } = opened();
  const nonceKey = token.vault.records?.nonceKey;
  const pads = (hmac: unknown) => ['inner', 'outer'].map(pad => Reflect.get(hmac as Hmac, pad));
  expect(pads(nonceKey)).toEqual(pads(new Hmac(hostPrimitives, SHA256, KEYS.dataKey)));
  close(token);
  expect(pads(nonceKey)).toEqual(pads(new Hmac(hostPrimitives, SHA256, new Uint8Array(0))));
});
