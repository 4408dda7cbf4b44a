import {
  HEADER_PAGE,
  INTENT_PAGE,
  PRESSES_PAGE,
  STATE_PAGE,
  SYSTEM_PAGES,
} from '@passfob/firmware/core/base/limits';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { expect, it } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';
import { ascii } from '../conformance/owner.ts';
import { Chips } from './kit/chips.ts';
import { adopted, KEYS } from './kit/facts.ts';
import { Token } from './kit/token.ts';

const FEW = 4_000;
/** Past 65,536 and similar bounds, in a long run. */
const MANY = countOf(FEW, 100_000);
const UNLOCKS = 1_000;
const IDS = [0x41000001, 0xc2000002 | 0, 0x43000003, 0xc4000004 | 0, 0x45000005];

function holding(accounts: number, chance = makeRandomness(1)): Token {
  const token = adopted(Object.assign(new Chips(chance), { utc: 1_800_000_000 }));
  for (const [i, id] of IDS.slice(0, accounts).entries())
    expect(token.put({ id, key: KEYS.seeds[i] as Uint8Array })).toBe(0);
  return token;
}

const region = ({ wear }: Chips, page: number, pages: number) => [...wear.subarray(page, page + pages)];

/** Returns the writes of the most written page of some parts, each for 100,000 presses. */
function wearOf(accounts: number, presses: number): Record<string, number> {
  const token = holding(accounts);
  token.chips.wear.fill(0);
  for (let i = 0; i < presses; i++) {
    if (token.press(IDS[i % accounts] as number) === undefined) throw new Error('no value');
  }
  const most = (page: number, pages: number) =>
    Math.round((Math.max(...region(token.chips, page, pages)) * 100_000) / presses);
  return {
    presses: most(PRESSES_PAGE, 8),
    intent: most(INTENT_PAGE, 1),
    slots: most(26, 102),
    others: most(0, 2) + most(3, 14),
  };
}

it(
  'HOTP presses cost 12,500 writes of the most written page, with up to three accounts in turn',
  LONG,
  () => {
    for (const accounts of [1, 2, 3]) {
      expect(wearOf(accounts, accounts === 3 ? MANY : FEW)).toEqual({
        presses: 12_500,
        intent: 0,
        slots: 0,
        others: 0,
      });
    }
  },
);

it(
  'HOTP presses cost 200,000 writes of the intent page with four or five in turn, each writing a record',
  LONG,
  () => {
    for (const accounts of [4, 5]) {
      const { presses, intent, slots = 0, others } = wearOf(accounts, accounts === 5 ? MANY : FEW);
      expect([presses, others]).toEqual([12_500, 0]);
      // Except for the first presses, while the journal has room.
      expect(Math.abs((intent ?? 0) - 200_000)).toBeLessThan(200);
      // Each record is two pages; its first is written and retired in turns over the free slots.
      expect(slots).toBeLessThan(8_000);
    }
  },
);

it('right PINs cost 500 writes of each attempt page and 250 of each state page, and no other', () => {
  const token = holding(1);
  expect(token.lock.choose(ascii(KEYS.pin))).toBe('');
  const { wear } = token.chips;
  wear.fill(0);
  for (let i = 0; i < UNLOCKS; i++) {
    token.lock.close();
    expect(token.enter(KEYS.pin)).toBe('');
  }
  const written = [...wear.entries()].filter(([, writes]) => writes > 0);
  expect(Object.fromEntries(written)).toEqual({ 9: 250, 10: 250, 11: 250, 12: 250, 15: 500, 16: 500 });
});

/** Deeds of a person or an owner, each twice; true where it is done. */
const DEEDS: Readonly<Record<string, (token: Token) => boolean>> = {
  'choose a PIN': token =>
    token.lock.choose(ascii(KEYS.newPin)) === '' && token.lock.choose(ascii(KEYS.pin)) === '',
  unlock: token =>
    [1, 2].every(() => {
      token.lock.close();
      return token.enter(KEYS.pin) === '';
    }),
  'reset the PIN': token => token.reset(KEYS.recovery),
  press: token => Array.from({ length: 20 }, (_, i) => token.press(IDS[i % 3] as number)).every(Boolean),
  'press for five accounts': token =>
    Array.from({ length: 30 }, (_, i) => token.press(IDS[i % 5] as number)).filter(Boolean).length > 25,
  enrol: token => {
    const id = 0x50000100 + token.accounts.count;
    const account = { id, key: KEYS.seeds[6] as Uint8Array };
    return token.put(account) === 0 || token.put(account) === 0;
  },
  rename: token => {
    const rename = () => token.accounts.rename(0, ascii('I'), ascii('name')) === 0;
    return rename() || rename();
  },
  'save settings': ({ vault }) => vault.policy.save() && vault.policy.save() && vault.policy.save(),
  'set the clock': ({ time, now }) => time.set(now.utc) && time.set(now.utc),
  'open a session': ({ vault }) => Array.from({ length: 200 }, () => vault.ring.next()).every(n => n > 0),
  escrow: ({ vault }) => vault.escrow(KEYS.otherRecovery) && vault.escrow(KEYS.recovery),
};

/** Deeds that fail where a page is worn out. Every other deed works, at the latest when repeated. */
const LOST: Readonly<Record<number, readonly string[]>> = {
  [HEADER_PAGE]: ['choose a PIN', 'reset the PIN'],
  [HEADER_PAGE + 1]: ['choose a PIN'],
  [INTENT_PAGE]: ['press for five accounts', 'enrol', 'rename'],
  7: ['escrow'],
  8: ['escrow'],
  13: ['set the clock'],
  14: ['set the clock'],
  15: ['unlock'],
  16: ['unlock'],
};

it.each(Array.from({ length: 40 }, (_, page) => page))(
  'a worn-out page %i loses no more than it must',
  page => {
    for (const [name, deed] of Object.entries(DEEDS)) {
      const token = holding(5, makeRandomness(page, name));
      expect(token.vault.escrow(KEYS.recovery)).toBe(true);
      expect(token.lock.choose(ascii(KEYS.pin))).toBe('');
      token.chips.worn.add(page);
      const done = deed(token);
      if (page >= STATE_PAGE && page < STATE_PAGE + 4) expect(done, name).toBe(true);
      expect([name, done]).toEqual([name, !LOST[page]?.includes(name)]);
      // After any failure it opens as before: by its PIN, or, where no PIN can be tried, by its recovery key.
      const again = new Token(token.chips);
      const opened = !again.lock.closed || again.enter(KEYS.pin) === '' || again.enter(KEYS.newPin) === '';
      expect(opened || again.reset(KEYS.recovery)).toBe(true);
      expect(again.accounts.count).toBeGreaterThanOrEqual(5);
      for (let place = 0; place < 5; place++) expect(again.accounts.read(place)).toBeDefined();
    }
  },
);

it('a first record page that never changes ends record changes, and never restores changed or removed ones', () => {
  for (const change of ['rename', 'remove'] as const) {
    const token = holding(3);
    token.chips.stuck.add(SYSTEM_PAGES);
    const { accounts } = token;
    if (change === 'rename') expect(accounts.rename(0, ascii('I'), ascii('new'))).toBe(0);
    else expect(accounts.remove(0)).toBe(false);
    for (const boot of [token, new Token(token.chips), new Token(token.chips)]) {
      expect(boot.accounts.count).toBe(change === 'rename' ? 3 : 2);
      const first = boot.accounts.read(0);
      expect(Buffer.from(first?.label ?? []).toString()).toBe(change === 'rename' ? 'new' : 'l');
      expect(boot.put({ id: 0x50000100, key: KEYS.seeds[6] as Uint8Array })).not.toBe(0);
      expect(boot.press(IDS[2] as number)).toMatch(/^\d{6}$/);
    }
  }
});
