import type { Ports } from '@passfob/firmware/core/base/ports';
import { SHA1 } from '@passfob/protocol/primitives';
import { hostPrimitives } from 'passfob/client/primitives';
import { describe, expect, it } from 'vitest';
import { Hand, HOLD_MS, START_UTC, withKeys } from './kit.ts';

const HOTP = 1;
const TOTP = 2;

/** Returns a fob whose SHA-1 hashes are counted: only keys of accounts are hashed with that. */
async function counted(kind: 1 | 2, accounts = 1, parts: Partial<Ports> = {}) {
  let hashes = 0;
  const primitives = {
    ...hostPrimitives,
    hash(...args: Parameters<typeof hostPrimitives.hash>) {
      if (args[0] === SHA1) hashes++;
      return hostPrimitives.hash(...args);
    },
  };
  const hand = await Hand.hold({ ...parts, primitives });
  await hand.enrol(kind, accounts);
  const during = (act: () => void): number => {
    const before = hashes;
    act();
    return hashes - before;
  };
  return { hand, during, count: () => hashes };
}

describe('passcode computed ahead for the account under the cursor', () => {
  for (const [name, kind] of [
    ['TOTP', TOTP],
    ['HOTP', HOTP],
  ] as const) {
    it(`the passcode is computed once its account is on the screen (${name}), and a press hashes nothing with its key`, async () => {
      const { hand, during } = await counted(kind);
      hand.fob.press();
      expect(during(() => hand.fob.press())).toBe(2);
      expect(hand.says('account 0')).toBe(true);
      expect(during(() => hand.fob.press(HOLD_MS))).toBe(0);
      expect(hand.shown).toBe(hand.passcode(0, kind === HOTP ? 0 : Math.floor(hand.utc / 30)));
    });

    it(`the ready passcode is dropped when another account comes under the cursor, and with the display (${name})`, async () => {
      const { hand, during } = await counted(kind, 2);
      expect(during(() => hand.fob.press())).toBe(2);
      expect(during(() => hand.fob.press())).toBe(0);
      expect(hand.says('Settings')).toBe(true);
      expect(during(() => hand.fob.press())).toBe(2);
      hand.plays('wait 31000; dark');
      expect(during(() => hand.fob.press())).toBe(2);
      expect(hand.says('account 0')).toBe(true);
    });
  }

  it('the ready passcode of a past step is computed again', async () => {
    const { hand, during } = await counted(TOTP);
    hand.plays('press; press');
    hand.fob.run(29_000 - ((hand.utc - START_UTC) % 30) * 1000);
    hand.plays('press; press; wait 1500');
    expect(during(() => hand.fob.press(HOLD_MS))).toBe(2);
    expect(hand.shown).toBe(hand.passcode(0, Math.floor(hand.utc / 30)));
  });

  it('a ready passcode needs no tick: the fob wakes only to turn the display off', async () => {
    const { hand } = await counted(TOTP);
    hand.plays('press; press; ticks 30000');
  });

  it('a ready HOTP value spends no counter before the press, despite repeated views and power losses', async () => {
    const { hand } = await counted(HOTP, 2);
    for (let looks = 0; looks < 9; looks++) hand.fob.press();
    hand.fob.reboot();
    for (let looks = 0; looks < 3; looks++) hand.fob.press();
    hand.plays(`
      says account 0; hold; code ${hand.passcode(0, 0)}; reboot; hold; code ${hand.passcode(0, 1)}`);
  });

  it('a ready HOTP value is not shown where a computer got it since', async () => {
    const { hand } = await counted(HOTP);
    hand.plays('press; press');
    const id = Uint8Array.of(200, 0, 0, 0);
    const { code } = await hand.client.call('code', { id }, { onPressNeeded: () => hand.fob.approve() });
    expect(Buffer.from(code).toString()).toBe(hand.passcode(0, 0));
    hand.plays(`list; hold; code ${hand.passcode(0, 1)}`);
  });

  it('the ready passcode is dropped when the session changes accounts', async () => {
    const { hand, during, count } = await counted(TOTP);
    const id = Uint8Array.of(200, 0, 0, 0);
    const [issuer, label] = [new Uint8Array(0), new Uint8Array(Buffer.from('account new'))];
    hand.plays('press; press');
    const before = count();
    await hand.client.call('rename', { id, issuer, label });
    expect(hand.says('account new')).toBe(true);
    expect(count() - before).toBe(2);
    await hand.client.call('remove', { id });
    expect(during(() => hand.fob.press(HOLD_MS))).toBe(0);
    expect(hand.shown).toBe('');
  });

  it('the ready passcode is dropped when the fob locks, and computed again after the PIN', async () => {
    const { hand, during } = await counted(TOTP);
    await hand.policy({ lockSeconds: 10 });
    hand.plays('enter 7294; enter 7294; list');
    expect(during(() => hand.fob.run(11_000))).toBe(0);
    expect(hand.says('account')).toBe(false);
    const made = during(() => {
      hand.plays('enter 7294; wait 10');
    });
    expect(hand.says('account 0')).toBe(true);
    expect(made).toBe(2);
  });

  it('no passcode is computed ahead where each one requires the PIN, not even if it was before', async () => {
    const { hand, during } = await counted(TOTP);
    await hand.policy({ asks: 1 });
    hand.plays('enter 7294; enter 7294');
    expect(during(() => hand.toList())).toBe(0);
    hand.plays('says account 0; hold; code none');
    const made = during(() => {
      hand.plays('enter 7294; wait 10');
    });
    expect(made).toBe(2);
    expect(hand.shown).not.toBe('');
    await hand.policy({ asks: 0 });
    hand.toList();
    await hand.policy({ asks: 1 });
    hand.plays('list; hold; code none');
  });

  it.each([
    // A hold opens the account after 600 ms, a press on boards with more keys when it ends.
    [1, 700],
    [4, 550],
  ])(
    'the ready passcode of a step is not shown in the first second of the next one (keys: %i)',
    async (keys, heldMs) => {
      const { hand, during } = await counted(TOTP, 1, withKeys(keys));
      while (hand.utc % 30 > 0) hand.fob.run(1);
      const step = hand.utc / 30;
      // The list goes to the settings and back to the account, whose passcode is ready then.
      const steps = () => [1, 2].map(() => hand.fob.press(50, keys > 1 ? 1 : 0));
      if (!hand.says('account 0')) hand.fob.press(50);
      expect(during(steps)).toBe(2);
      expect(hand.says('account 0')).toBe(true);
      while (hand.utc < (step + 1) * 30 - 1) hand.fob.run(1);
      hand.fob.run(500);
      hand.fob.press(heldMs);
      expect(hand.utc).toBe((step + 1) * 30);
      expect(hand.shown).toBe(hand.passcode(0, step + 1));
    },
  );

  it('a press on boards with more keys gives the same passcode', async () => {
    const { hand, during } = await counted(TOTP, 1, withKeys(4));
    hand.plays('press 50 1; press 50 1');
    expect(during(() => hand.fob.press())).toBe(0);
    expect(hand.shown).toBe(hand.passcode(0, Math.floor(hand.utc / 30)));
  });
});
