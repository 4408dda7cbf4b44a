import type { Accounts } from '@passfob/firmware/core/accounts';
import { JOURNAL_CONTENT_BYTES } from '@passfob/firmware/core/base/limits';
import { CounterRing } from '@passfob/firmware/core/vault/ring';
import { VAULT_BLANK, VAULT_OWNED, VAULT_SILENT, Vault } from '@passfob/firmware/core/vault/vault';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';
import { LONG, seedsOf, seedsOrOne } from '../../kit/counts.ts';
import { secret } from '../../kit/secrets.ts';
import { random } from '../conformance/owner.ts';
import { type ChipImage, Chips, type Failing } from './kit/chips.ts';
import { Token } from './kit/token.ts';

const RING_PAGE = 3;
const SEEDS = seedsOrOne(150, 4_000);

const LABELS = ['first', 'second', 'third', 'fourth', 'fifth'] as const;
/** What `Garbled.act` tells where nothing was garbled. */
const AS_DONE = {
  // One adoption, a clock and an attempt, and two presses.
  journals: [1, 2, 1, 2],
  listed: ['third', 'first', 'second', 'fourth', 'fifth'],
  found: LABELS.map((_, at) => at),
  enrolled: 0,
  isRemoved: true,
  counter: 'more',
  after: ['third', 'first', 'fourth', 'fifth', 'sixth'],
  pressed: [0, 0, 2, 0, 0],
};

const keyOf = (label: string) => secret(new Uint8Array(20).fill(label.length));

/** Memories with five accounts, of which one was moved and one pressed, and seven slots. */
function ownedByFive(): ChipImage {
  const token = new Token(new Chips(makeRandomness(1, 'garbled'), 26 + 7 * 3));
  const { vault } = token;
  expect(token.adopt(secret(random(64)), secret(random(16)))).toBe(true);
  for (const [at, label] of LABELS.entries())
    expect(token.put({ id: 0x1234 + at, key: keyOf(label), label })).toBe(0);
  expect(token.accounts.move(2, 0)).toBe(true);
  for (let presses = 0; presses < 2; presses++) expect(token.press(0x1237)).toBeDefined();
  expect(vault.ring.next()).toBe(1);
  for (const journal of [vault.clock, vault.clock, vault.attempts])
    expect(journal?.write(new Uint8Array(JOURNAL_CONTENT_BYTES).fill(1))).toBe(true);
  return token.chips.image;
}

/** A fob at whose memory one byte of one read is garbled. */
class Garbled {
  private readonly chips: Chips;
  private bytes = 0;
  private nth = -1;
  private mask = 0;

  constructor(image: ChipImage) {
    this.chips = new Chips(makeRandomness(1, 'garbled'), image.eeprom.length / 32);
    this.chips.image = image;
    const read = this.chips.read.bind(this.chips);
    this.chips.read = (address, length) => {
      const bytes = read(address, length);
      const at = this.nth - this.bytes;
      if (bytes && at >= 0 && at < length) bytes[at] = (bytes[at] ?? 0) ^ this.mask;
      this.bytes += length;
      return bytes;
    };
  }

  /** Whether a byte was garbled. */
  get isReached(): boolean {
    return this.bytes > this.nth;
  }

  private boot(): Token {
    const token = new Token(this.chips);
    expect(token.vault.state).toBe(VAULT_OWNED);
    return token;
  }

  /** Boots, lists, finds, enrols and removes, with the `nth` byte that is read garbled; then boots again. */
  act(nth: number, mask: number) {
    this.nth = nth;
    this.mask = mask;
    const token = this.boot();
    const { vault, accounts } = token;
    const done = {
      journals: numbersOf(vault),
      listed: list(accounts).map(account => account.label),
      found: LABELS.map((_, at) => (accounts.read(accounts.placeOf(0x1234 + at))?.id ?? 0) - 0x1234),
      enrolled: token.put({ id: 0x5678, key: keyOf('sixth'), label: 'sixth' }),
      isRemoved: accounts.remove(accounts.placeOf(0x1235)),
      counter: vault.ring.next() > 1 ? 'more' : 'again',
    };
    this.mask = 0;
    const after = list(this.boot().accounts);
    return {
      ...done,
      after: after.map(account => account.label),
      pressed: after.map(account => account.counter),
    };
  }
}

/** Numbers of the newest changes. */
const numbersOf = ({ policy, clock, attempts, presses }: Vault) =>
  [policy.journal, clock, attempts, presses].map(journal => journal?.number);

/** What the list shows of each account. */
function list(accounts: Accounts): { label: string; counter: number }[] {
  return Array.from({ length: accounts.count }, (_, place) => {
    const account = accounts.read(place);
    const label = account ? Buffer.from(account.label).toString('latin1') : 'damaged';
    return { label, counter: account?.counter ?? 0 };
  });
}

it('a vault keeps its owner whichever read of a boot gets no answer', () => {
  for (let after = 0; after < 60; after++) {
    const memory = new Chips(makeRandomness(after, 'boot'));
    const adopted = new Vault(memory.ports);
    expect(adopted.adopt(secret(random(64)), secret(random(16)))).toBe(true);
    for (const count of [1, 2, 1_000]) {
      memory.fail('deaf', after, count);
      expect([VAULT_OWNED, VAULT_SILENT]).toContain(new Vault(memory.ports).state);
      memory.heal();
      expect(new Vault(memory.ports).state).toBe(VAULT_OWNED);
    }
  }
});

it(
  'a vault keeps its owner, its accounts in order and its counters whichever byte of a read is garbled',
  LONG,
  () => {
    const image = ownedByFive();
    for (const turn of seedsOf(1, 8)) {
      let isPast = false;
      for (let nth = 0; !isPast; nth++) {
        const garbled = new Garbled(image);
        const told = garbled.act(nth, 1 << ((nth + turn) & 7));
        isPast = !garbled.isReached;
        expect({ nth, turn, ...told }).toEqual({ nth, turn, ...AS_DONE });
      }
    }
  },
);

it('a vault stays blank where an adoption is not written, and can be adopted when it is', () => {
  for (let after = 0; after < 120; after++) {
    for (const how of ['protected', 'worn', 'mute', 'deaf'] as const) {
      const memory = new Chips(makeRandomness(after, how));
      const vault = new Vault(memory.ports);
      memory.fail(how, after, 1_000);
      const isAdopted = vault.adopt(secret(random(64)), secret(random(16)));
      memory.heal();
      const again = new Vault(memory.ports);
      if (isAdopted) expect(again.state, `${how} ${after}`).toBe(VAULT_OWNED);
      // A write without an answer may have been stored: the owner kept its keys, as pending.
      else expect(how === 'mute' ? [VAULT_BLANK, VAULT_OWNED] : [VAULT_BLANK]).toContain(again.state);
      if (again.state !== VAULT_BLANK) continue;
      expect(again.adopt(secret(random(64)), secret(random(16)))).toBe(true);
      expect(new Vault(memory.ports).state).toBe(VAULT_OWNED);
    }
  }
});

it('session counters never repeat, from a new memory on, over reboots and failures', LONG, () => {
  for (const seed of SEEDS) {
    const chance = makeRandomness(seed, 'ring');
    const memory = new Chips(chance);
    let last = 0;
    for (let boot = 0; boot < 30; boot++) {
      const how = chance.pick<Failing>(['deaf', 'worn', 'protected']);
      if (chance.below(2) > 0) memory.fail(how, chance.below(8), chance.pick([1, 3, 1_000]));
      const ring = new CounterRing(hostPrimitives, memory, RING_PAGE);
      for (let draws = chance.below(40); draws > 0; draws--) {
        const counter = ring.next();
        if (counter === -1) continue;
        if (counter <= last || counter >= 2 ** 32) throw new Error(`seed ${seed}: ${counter} after ${last}`);
        last = counter;
      }
      memory.heal();
    }
  }
});

it('session counters grow over reboots, and one write reserves sixteen of them', () => {
  for (let sessions = 1; sessions <= 33; sessions++) {
    const memory = new Chips(makeRandomness(sessions));
    const writes = () => memory.wear.reduce((sum, pages) => sum + pages, 0);
    for (let boot = 0; boot < 6; boot++) {
      const [before, ring] = [writes(), new CounterRing(hostPrimitives, memory, RING_PAGE)];
      const counters = Array.from({ length: sessions }, () => ring.next());
      // The numbers that the last boot reserved and did not use are gone.
      expect(counters).toEqual(counters.map((_, i) => before * 16 + 1 + i));
      expect(writes() - before).toBe(Math.ceil(sessions / 16));
    }
  }
});

it('session counters end before they would have more than four bytes', () => {
  const memory = new Chips(makeRandomness(1));
  const last = new Uint8Array(8);
  const view = new DataView(last.buffer);
  view.setUint32(0, 2 ** 32 - 16);
  view.setUint32(4, hostPrimitives.crc32(last.subarray(0, 4)));
  memory.write(RING_PAGE * memory.pageBytes, last);
  expect(new CounterRing(hostPrimitives, memory, RING_PAGE).next()).toBe(-1);
});
