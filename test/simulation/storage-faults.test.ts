import { Accounts } from '@passfob/firmware/core/accounts';
import { JOURNAL_CONTENT_BYTES } from '@passfob/firmware/core/base/limits';
import { CounterRing } from '@passfob/firmware/core/vault/ring';
import { VAULT_BLANK, VAULT_OWNED, VAULT_SILENT, Vault } from '@passfob/firmware/core/vault/vault';
import { KIND_HOTP } from '@passfob/protocol/account';
import { Hmac } from '@passfob/protocol/hmac';
import { hotp } from '@passfob/protocol/otp';
import { SHA1 } from '@passfob/protocol/primitives';
import { makeRandomness, type Randomness } from '@passfob/simulator/base/randomness';
import { hostPrimitives } from 'passfob/client/primitives';
import { describe, expect, it } from 'vitest';
import { ascii, random } from '../conformance/owner.ts';
import { LONG, seedsOf, seedsOrOne } from '../kit/counts.ts';
import { secret } from '../kit/secrets.ts';
import { type ChipImage, Chips, type Failing } from './kit/chips.ts';

const STEPS = 30;
const RING_PAGE = 3;
const SEEDS = seedsOrOne(150, 4_000);

interface Held {
  readonly id: number;
  readonly mac: Hmac;
  readonly key: Uint8Array;
  /** `maybe`: enrolling or removing failed half-way. */
  there: 'yes' | 'maybe' | 'no';
  /** Counters up to here may have been used up; values below `shown` have been shown. */
  shown: number;
}

/** The vault with its accounts over a storage that fails now and then, beside their required content. */
class Trial {
  readonly told: string[] = [];
  private readonly chance: Randomness;
  private readonly memory: Chips;
  private readonly held: Held[] = [];
  private vault: Vault;
  private accounts: Accounts;

  constructor(seed: number) {
    this.chance = makeRandomness(seed, 'trial');
    this.memory = new Chips(this.chance);
    [this.vault, this.accounts] = this.boot();
    expect(this.vault.adopt(secret(random(64)), secret(random(16)))).toBe(true);
    this.accounts.arrange();
  }

  private boot(): [Vault, Accounts] {
    const vault = new Vault(this.memory.ports);
    return [vault, new Accounts(hostPrimitives, vault)];
  }

  step(): void {
    const work = this.chance.pick([this.enrol, this.remove, this.press, this.press, this.press, this.reboot]);
    const how = this.chance.pick<Failing>(['deaf', 'mute', 'worn', 'protected']);
    const after = this.chance.below(work === this.reboot ? 45 : 12);
    const count = this.chance.pick([1, 1, 2, 3, 1_000]);
    const fails = this.chance.below(3) > 0;
    this.told.push(work.name + (fails ? ` (${how} for ${count} after ${after})` : ''));
    if (fails) this.memory.fail(how, after, count);
    work.call(this);
    this.memory.heal();
  }

  private enrol(): void {
    const key = secret(random(20));
    const id = this.chance.word() | 256;
    const held: Held = { id, key, mac: new Hmac(hostPrimitives, SHA1, key), there: 'maybe', shown: 0 };
    const traits = { kind: KIND_HOTP, algorithm: SHA1, digits: 6, period: 0, counter: 0 };
    const status = this.accounts.put(id, { ...traits, issuer: ascii('I'), label: ascii('l') }, key);
    if (status === 0) held.there = 'yes';
    this.held.push(held);
  }

  private remove(): void {
    if (this.accounts.count === 0) return;
    const place = this.chance.below(this.accounts.count);
    const held = this.find(this.accounts.idAt(place));
    held.there = this.accounts.remove(place) ? 'no' : 'maybe';
  }

  private find(id: number): Held {
    const held = this.held.find(one => one.id === id);
    if (!held) throw new Error('an account that never was');
    return held;
  }

  private press(): void {
    if (this.accounts.count === 0) return;
    const account = this.accounts.read(this.chance.below(this.accounts.count));
    if (!account) return;
    const held = this.find(account.id);
    const { counter } = account;
    const code = this.accounts.nextHotp(account);
    if (code === undefined) return;
    if (counter < held.shown) throw new Error('a HOTP value was shown twice');
    expect(code).toBe(hotp(held.mac, counter, 6));
    held.shown = counter + 1;
  }

  /** Boots, perhaps while the storage fails; then again when it does not. */
  private reboot(): void {
    [this.vault, this.accounts] = this.boot();
    expect([VAULT_OWNED, VAULT_SILENT]).toContain(this.vault.state);
    // A person would try the same with the existing accounts.
    this.press();
    this.memory.heal();
    [this.vault, this.accounts] = this.boot();
    expect(this.vault.state).toBe(VAULT_OWNED);
    this.compare();
  }

  compare(): void {
    const found = new Set<number>();
    for (let place = 0; place < this.accounts.count; place++) {
      const held = this.find(this.accounts.idAt(place));
      if (found.has(held.id)) throw new Error('an account is there twice');
      if (held.there === 'no') throw new Error('an account came back');
      found.add(held.id);
      const account = this.accounts.read(place);
      expect(account?.key).toEqual(held.key);
      if ((account?.counter ?? 0) < held.shown) throw new Error('a HOTP counter went back');
    }
    for (const held of this.held) {
      if (held.there === 'yes' && !found.has(held.id)) throw new Error('an account is lost');
      held.there = found.has(held.id) ? 'yes' : 'no';
    }
  }
}

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

const hotpTraits = { kind: KIND_HOTP, algorithm: SHA1, digits: 6, period: 0, counter: 0 };

/** Stores an account whose key is its label. */
function enrol(accounts: Accounts, id: number, label: string): number {
  const key = secret(new Uint8Array(20).fill(label.length));
  return accounts.put(id, { ...hotpTraits, issuer: ascii('I'), label: ascii(label) }, key);
}

/** Memories with five accounts, of which one was moved and one pressed, and seven slots. */
function ownedByFive(): ChipImage {
  const chips = new Chips(makeRandomness(1, 'garbled'), 26 + 7 * 3);
  const vault = new Vault(chips.ports);
  expect(vault.adopt(secret(random(64)), secret(random(16)))).toBe(true);
  const accounts = new Accounts(hostPrimitives, vault);
  for (const [at, label] of LABELS.entries()) expect(enrol(accounts, 0x1234 + at, label)).toBe(0);
  expect(accounts.move(2, 0)).toBe(true);
  for (let presses = 0; presses < 2; presses++) {
    const account = accounts.read(accounts.placeOf(0x1237));
    expect(account && accounts.nextHotp(account)).toBeDefined();
  }
  expect(vault.ring.next()).toBe(1);
  for (const journal of [vault.clock, vault.clock, vault.attempts])
    expect(journal?.write(new Uint8Array(JOURNAL_CONTENT_BYTES).fill(1))).toBe(true);
  return chips.image;
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

  private boot(): [Vault, Accounts] {
    const vault = new Vault(this.chips.ports);
    expect(vault.state).toBe(VAULT_OWNED);
    return [vault, new Accounts(hostPrimitives, vault)];
  }

  /** Boots, lists, finds, enrols and removes, with the `nth` byte that is read garbled; then boots again. */
  act(nth: number, mask: number) {
    this.nth = nth;
    this.mask = mask;
    const [vault, accounts] = this.boot();
    const journals = numbersOf(vault);
    const listed = list(accounts).map(account => account.label);
    const found = LABELS.map((_, at) => accounts.read(accounts.placeOf(0x1234 + at))?.id ?? 0).map(
      id => id - 0x1234,
    );
    const enrolled = enrol(accounts, 0x5678, 'sixth');
    const isRemoved = accounts.remove(accounts.placeOf(0x1235));
    const counter = vault.ring.next() > 1 ? 'more' : 'again';
    this.mask = 0;
    const [, again] = this.boot();
    const after = list(again);
    return {
      journals,
      listed,
      found,
      enrolled,
      isRemoved,
      counter,
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

describe('vault over a storage that fails now and then', () => {
  it('a vault on failing storage loses no account, revives none, doubles none, and gives no HOTP value twice', {
    ...LONG,
    timeout: 600_000,
  }, () => {
    for (const seed of SEEDS) {
      let trial: Trial | undefined;
      try {
        trial = new Trial(seed);
        for (let step = 0; step < STEPS; step++) trial.step();
      } catch (error) {
        throw new Error(`PASSFOB_SEED=${seed}: ${trial?.told.join(', ')}`, { cause: error });
      }
    }
  });

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

  it('a vault keeps its owner, its accounts in order and its counters whichever byte of a read is garbled', {
    ...LONG,
    timeout: 600_000,
  }, () => {
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
  });

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
});

describe('session counters', () => {
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
          if (counter <= last || counter >= 2 ** 32)
            throw new Error(`seed ${seed}: ${counter} after ${last}`);
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
});
