import { VAULT_BLANK } from '@passfob/firmware/core/vault/vault';
import { KIND_OCRA } from '@passfob/protocol/account';
import { ACCOUNTS_MAX } from '@passfob/protocol/limits';
import { REFUSED_ACCOUNT_EXISTS, REFUSED_FULL } from '@passfob/protocol/refusals';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { expect, it } from 'vitest';
import { ascii } from '../conformance/owner.ts';
import { Chips } from './kit/chips.ts';
import { adopted, KEYS } from './kit/facts.ts';
import { Token } from './kit/token.ts';

const [key = new Uint8Array(20), otherKey = key] = KEYS.seeds;
const IDS = [0x41000001, 0xc2000002 | 0, 0x43000003, 0xc4000004 | 0] as const;
const [A, B, C, D] = IDS;

const range = (length: number) => Array.from({ length }, (_, at) => at);
const onPages = (pages: number) => adopted(new Chips(makeRandomness(1), pages));

const counterOf = ({ accounts }: Token, id: number) => accounts.read(accounts.placeOf(id))?.counter;
const idsOf = ({ accounts }: Token) => Array.from({ length: accounts.count }, (_, i) => accounts.idAt(i));

it('the press journal knows accounts by the lower three bytes of their ids, so two with the same are refused', () => {
  const token = adopted();
  for (const [id, like] of [
    [0x41000001, 0x42000001],
    [0x41abcdef, 0xc1abcdef | 0],
    // An empty entry is 0: these two are both known as 1.
    [0x43000000, 0x44000000],
  ] as const) {
    token.put({ id, key });
    expect(token.put({ id: like, key: otherKey })).toBe(REFUSED_ACCOUNT_EXISTS);
  }
  expect(token.put({ id: 0x45000001, key })).toBe(REFUSED_ACCOUNT_EXISTS);
  expect(token.put({ id: 0x46000000, key })).toBe(REFUSED_ACCOUNT_EXISTS);
});

it('the press journal carries counters past its three bytes', () => {
  const token = adopted();
  const counter = 2 ** 24 - 2;
  expect(token.put({ id: A, key, counter })).toBe(0);
  expect(token.put({ id: B, key, counter: 2 ** 40 + 2 ** 24 - 1 })).toBe(0);
  for (let i = 1; i <= 4; i++) {
    expect(token.press(A)).toBeDefined();
    expect(token.press(B)).toBeDefined();
    const again = new Token(token.chips);
    expect([counterOf(again, A), counterOf(again, B)]).toEqual([counter + i, 2 ** 40 + 2 ** 24 - 1 + i]);
  }
  expect(token.put({ id: C, key, counter: 2 ** 53 - 1 })).toBe(0);
  expect(token.press(C)).toBeUndefined();
});

it("the press journal forgets a removed account: enrolled again, it begins at its owner's counter", () => {
  const token = adopted();
  for (const counter of [0, 7, 2 ** 24 - 1]) {
    expect(token.put({ id: A, key, counter })).toBe(0);
    expect(token.press(A)).toBeDefined();
    expect(token.accounts.remove(0)).toBe(true);
    expect(token.put({ id: A, key, counter })).toBe(0);
    expect(counterOf(new Token(token.chips), A)).toBe(counter);
    expect(token.accounts.remove(0)).toBe(true);
  }
});

it('the press journal continues after pages whose write failed but was stored', () => {
  for (let before = 0; before < 9; before++) {
    const token = adopted();
    for (const id of [A, B]) expect(token.put({ id, key })).toBe(0);
    for (let i = 0; i < before; i++) expect(token.press(B)).toBeDefined();
    const account = token.accounts.read(0);
    token.chips.fail('mute', 0, 100);
    if (account) expect(token.accounts.nextHotp(account)).toBeUndefined();
    token.chips.heal();
    expect(token.press(B)).toBeDefined();
    expect(counterOf(new Token(token.chips), B)).toBe(before + 1);
  }
});

it('the press journal gives out no value where the record of a fourth account was not read', () => {
  // A read is tried again, so that a record is not read only where more of them fail.
  for (const [after, count] of range(12).flatMap(at => [[at, 1] as const, [at, 4] as const])) {
    const token = adopted();
    for (const id of IDS) expect(token.put({ id, key })).toBe(0);
    for (const id of [A, B, C]) for (let i = 0; i < 3; i++) expect(token.press(id)).toBeDefined();
    const account = token.accounts.read(token.accounts.placeOf(D));
    token.chips.fail('deaf', after, count);
    if (account) token.accounts.nextHotp(account);
    token.chips.heal();
    expect(new Token(token.chips).accounts.count).toBe(4);
    expect(IDS.slice(0, 3).map(id => counterOf(new Token(token.chips), id))).toEqual([3, 3, 3]);
  }
});

it.each(['deaf', 'mute', 'worn', 'protected'] as const)(
  'a removal that storage stopped (%s) is done by the next try, and takes no other account',
  how => {
    for (const [after, count] of range(30).flatMap(at => [[at, 3] as const, [at, 1_000] as const])) {
      const token = adopted();
      for (const id of IDS) expect(token.put({ id, key })).toBe(0);
      for (const id of [A, B, C]) expect(token.press(id)).toBeDefined();
      token.chips.fail(how, after, count);
      const place = token.accounts.placeOf(A);
      if (!token.accounts.remove(place)) {
        token.chips.heal();
        // Its place in the journal may be all that is left.
        expect(token.press(D)).toBeDefined();
        if (token.accounts.placeOf(A) >= 0) expect(token.accounts.remove(place)).toBe(true);
      }
      token.chips.heal();
      const boot = new Token(token.chips);
      if (boot.accounts.placeOf(A) >= 0) expect(boot.accounts.remove(boot.accounts.placeOf(A))).toBe(true);
      expect(idsOf(boot)).toEqual([B, C, D]);
    }
  },
);

it('a removal of an account that is not there is done at once and takes none', () => {
  const token = adopted();
  for (const id of IDS) expect(token.put({ id, key })).toBe(0);
  expect(token.vault.records?.remove(0x7e000102)).toBe(true);
  expect(idsOf(new Token(token.chips))).toEqual([...IDS]);
});

it('a moved account stands at its place and all others in their order, through a reboot', () => {
  for (let from = 0; from < IDS.length; from++) {
    for (let to = 0; to < IDS.length; to++) {
      const token = adopted();
      for (const id of IDS) expect(token.put({ id, key })).toBe(0);
      expect(token.accounts.move(from, to)).toBe(true);
      const order: number[] = [...IDS];
      order.splice(to, 0, ...order.splice(from, 1));
      for (const boot of [token, new Token(token.chips)])
        expect({ from, to, order: idsOf(boot) }).toEqual({ from, to, order });
    }
  }
});

it('the order of the accounts is the old one where a record was not read', () => {
  for (let after = 0; after < 60; after++) {
    const token = adopted();
    for (const id of IDS) expect(token.put({ id, key })).toBe(0);
    token.chips.fail('deaf', after, 1);
    const moved = token.accounts.move(3, 1);
    token.chips.heal();
    const order = moved ? [A, D, B, C] : IDS;
    expect(idsOf(new Token(token.chips))).toEqual(order);
  }
});

const P = 0x45000005;
const traits = { kind: KIND_OCRA, algorithm: 1, digits: 8, period: 0, counter: 0 };
const suite = { question: 2, length: 40, inputs: 0, step: 0 };
const putPush = (token: Token, id = P, changed = {}) =>
  token.accounts.put(
    id,
    { ...traits, ...suite, issuer: ascii('I'), label: ascii('push'), ...changed },
    otherKey,
  );

/** Returns a fob with four accounts and this one, which is enrolled after so many of them. */
const withPush = (before: number): Token => {
  const token = adopted();
  IDS.forEach((id, nth) => {
    if (nth === before) expect(putPush(token)).toBe(0);
    expect(token.put({ id, key })).toBe(0);
  });
  if (before === IDS.length) expect(putPush(token)).toBe(0);
  return token;
};

it('an account for approvals stands behind all others, whenever it is enrolled, through a reboot', () => {
  for (let before = 0; before <= IDS.length; before++) {
    const token = withPush(before);
    for (const boot of [token, new Token(token.chips)]) expect(idsOf(boot)).toEqual([...IDS, P]);
  }
});

it('an account whose questions a person enters has its place by the time of its enrolment', () => {
  for (const changed of [{ length: 20 }, { question: 0, length: 64 }]) {
    const token = adopted();
    expect(putPush(token, P, changed)).toBe(0);
    expect(token.put({ id: A, key })).toBe(0);
    expect(idsOf(token)).toEqual([P, A]);
  }
});

it('an account that is moved behind the one for approvals stands before it, and all others in their order', () => {
  for (let from = 0; from < IDS.length; from++) {
    for (let to = 0; to <= IDS.length; to++) {
      const token = withPush(0);
      expect(token.accounts.move(from, to)).toBe(true);
      const order: number[] = [...IDS];
      order.splice(Math.min(to, IDS.length - 1), 0, ...order.splice(from, 1));
      expect({ from, to, order: idsOf(new Token(token.chips)) }).toEqual({
        from,
        to,
        order: [...order, P],
      });
    }
  }
});

it('an account for approvals goes to the place that its owner names', () => {
  for (let to = 0; to <= IDS.length; to++) {
    const token = withPush(2);
    expect(token.accounts.move(IDS.length, to)).toBe(true);
    const order: number[] = [...IDS];
    order.splice(to, 0, P);
    expect(idsOf(new Token(token.chips))).toEqual(order);
  }
});

it('accounts for approvals keep their order among themselves', () => {
  const token = withPush(0);
  expect(putPush(token, 0x46000006)).toBe(0);
  const order = idsOf(token);
  expect(order.slice(0, 4)).toEqual(IDS);
  for (const [from, to] of [
    [4, 5],
    [5, 4],
  ] as const) {
    expect(token.accounts.move(from, to)).toBe(true);
    expect(idsOf(token)).toEqual(order);
  }
});

it('an account for approvals stays last however many accounts come, go and move', () => {
  const token = withPush(0);
  let order: number[] = [...IDS];
  for (let nth = 1; nth <= 600; nth++) {
    const id = 0x47001000 + nth;
    expect(token.put({ id, key })).toBe(0);
    order.push(id);
    const first = order.shift() as number;
    if (nth % 3) expect(token.accounts.remove(0)).toBe(true);
    else {
      expect(token.accounts.move(0, 3)).toBe(true);
      order.splice(3, 0, first);
      expect(token.accounts.remove(0)).toBe(true);
      order = order.slice(1);
    }
    expect(idsOf(token)).toEqual([...order, P]);
  }
  expect(idsOf(new Token(token.chips))).toEqual([...order, P]);
});

it.each([
  ['4 kB', 128, 33, 'first'],
  ['4 kB', 128, 33, 'last'],
  ['32 kB', 1024, ACCOUNTS_MAX, 'first'],
  ['32 kB', 1024, ACCOUNTS_MAX, 'last'],
])(
  'an erased full memory of %s leaves its next owner no record (%i pages, %i accounts, the %s slot in use)',
  (_, pages, count, end) => {
    const token = onPages(pages);
    for (let i = 1; i <= count; i++) expect(token.put({ id: 0x41000000 + i, key })).toBe(0);
    // A change moves the record of the first slot to the last one, the only free slot.
    if (end === 'last') expect(token.accounts.rename(0, ascii('I'), ascii('new'))).toBe(0);
    const slotOf = end === 'last' ? count : 0;
    expect(token.vault.records?.ids[slotOf]).not.toBe(0);
    expect(token.vault.erase()).toBe(true);
    const next = new Token(token.chips);
    expect([next.vault.state, next.accounts.count]).toEqual([VAULT_BLANK, 0]);
    expect(next.adopt(KEYS.nextSecrets, KEYS.dataKey)).toBe(true);
    for (const boot of [next, new Token(next.chips)]) {
      expect([boot.accounts.count, boot.vault.records?.free]).toEqual([0, count]);
      expect(new Set(boot.vault.records?.ids)).toEqual(new Set([0]));
    }
  },
);

it('a memory of 32 kB holds 100 accounts, in any order, and says that it is full', () => {
  const token = onPages(1024);
  const chance = makeRandomness(2);
  let order: number[] = [];
  for (let i = 1; i <= ACCOUNTS_MAX; i++) {
    const id = 0x41000000 + i;
    expect(token.put({ id, key })).toBe(0);
    order.push(id);
    if (i % 3 > 0) continue;
    const [from, to] = [chance.below(i), chance.below(i)];
    const moved = order[from] as number;
    expect(token.accounts.move(from, to)).toBe(true);
    order = order.filter(one => one !== moved);
    order.splice(to, 0, moved);
  }
  expect(idsOf(token)).toEqual(order);
  expect(token.put({ id: 0x42000200, key })).toBe(REFUSED_FULL);
  expect(idsOf(new Token(token.chips))).toEqual(order);
});

it('a memory of 4 kB holds 32 accounts', () => {
  const token = adopted();
  for (let i = 1; i <= 33; i++) expect(token.put({ id: 0x41000000 + i, key })).toBe(0);
  expect(token.put({ id: 0x42000200, key })).toBe(REFUSED_FULL);
  // It still takes every change.
  for (let place = 32; place > 0; place--) expect(token.accounts.move(place, 0)).toBe(true);
  expect(new Token(token.chips).accounts.count).toBe(33);
});
