import { type BusFault, type FaultPlan, memoryStore, type StateStore } from '@passfob/simulator';
import { isRefusal, type Request } from 'passfob/client';
import { expect } from 'vitest';
import { ascii, Owner } from '../../conformance/owner.ts';
import { SimulatorDriver } from '../../conformance/simulator-driver.ts';
import { RFC4226, RFC4226_KEY } from '../../conformance/vectors.ts';
import { pressKey } from '../../kit/pressing.ts';
import { secret } from '../../kit/secrets.ts';

const START_UTC = 1_800_000_000;
const PIN = secret('730258');
const NEW_ID = Uint8Array.of(200, 1, 2, 3);
/** Longer than a part may not be asked after two failures in a row, and the look at it each second. */
const SETTLE_MS = 4_000;
const HOLD_MS = 700;
const ERASES = /erase/i;
const ALARMS = /may come again/;

/** The memories of a fob at rest, with the owner that can open them. */
export interface Kept {
  readonly image: Uint8Array;
  readonly owner: Owner;
}

/** Makes a fob with its time set, an account for HOTP and one for TOTP, in this order, and perhaps a PIN. */
export async function keptFob(hasPin: boolean): Promise<Kept> {
  const storage = memoryStore();
  const driver = new SimulatorDriver({ storage });
  const owner = new Owner(driver);
  await owner.pair();
  await owner.setClock(START_UTC);
  await owner.put({ secret: RFC4226_KEY });
  await owner.put({ secret: RFC4226_KEY, kind: 2, period: 30, issuer: ascii('Timed'), label: ascii('bob') });
  if (hasPin) {
    await owner.client.call('setPolicy', {
      pinDigits: 6,
      attempts: 10,
      wipe: 1,
      lockSeconds: 0,
      asks: 0,
      typing: 0,
    });
    await owner.enter(PIN);
    await owner.enter(PIN);
    await driver.advance(6_000);
  }
  // One value is used up, so that the anti-rollback counter has a number.
  await owner.toList();
  expect(await owner.pressed()).toBe(RFC4226[0]);
  await driver.advance(1_000);
  await driver.close();
  return { image: Uint8Array.from(storage.load() ?? []), owner };
}

function copyOf(kept: Kept): StateStore {
  const storage = memoryStore();
  storage.write(0, kept.image);
  return storage;
}

/** One fob that starts from `kept`, on a bus that may fail. It looks at every screen. */
export class BusTrial {
  readonly driver: SimulatorDriver;
  readonly owner: Owner;
  private readonly shown = new Set<string>();
  private readonly invitations: string[] = [];
  private readonly alarms: string[] = [];
  private readonly codes: string[] = [];

  constructor(kept: Kept, faults: FaultPlan = {}) {
    this.driver = new SimulatorDriver({ storage: copyOf(kept), faults });
    this.owner = Object.assign(new Owner(this.driver), {
      key: kept.owner.key,
      recoveryKey: kept.owner.recoveryKey,
    });
    this.see();
    this.driver.fob.onScreen(() => this.see());
  }

  private see(): void {
    const { words } = this;
    this.shown.add(words);
    if (ERASES.test(words)) this.invitations.push(words);
    if (ALARMS.test(words)) this.alarms.push(words);
    const code = /Example .*?(\d{3}) (\d{3})/.exec(words);
    const value = code ? `${code[1]}${code[2]}` : '';
    if (value && value !== this.codes.at(-1)) this.codes.push(value);
  }

  get words(): string {
    return this.driver.fob.screen().text.join(' ');
  }

  /** Presses the button until the list shows its first account. */
  async toFirst(): Promise<void> {
    await this.until(() => this.words.includes('Example'));
  }

  /** Presses the button until the screen is right. */
  async until(isRight: () => boolean): Promise<void> {
    for (let presses = 0; presses < 12 && !isRight(); presses++) {
      await this.driver.press();
      await this.driver.advance(SETTLE_MS);
    }
    if (!isRight()) throw new Error(`the screen stays: ${this.words}`);
  }

  /** Holds the button on the HOTP account. Returns whether a value came, if only for a moment. */
  hotp(): Promise<boolean> {
    return this.holding(/Example .*\d{3} \d{3}/);
  }

  totp(): Promise<boolean> {
    return this.holding(/Timed .*\d{3} \d{3}/);
  }

  /** A display that fails in the middle of a row keeps the fob busy for longer than a view lasts. */
  private async holding(wanted: RegExp): Promise<boolean> {
    this.shown.clear();
    pressKey(this.driver.fob, 0, HOLD_MS);
    await this.driver.advance(SETTLE_MS);
    return [...this.shown].some(text => wanted.test(text));
  }

  /** Enters the PIN but for its last symbol, the "ok", which `driver.choose` takes. */
  async enterMost(): Promise<void> {
    if ((await this.driver.screen()).length === 0) await this.driver.press();
    const symbols = this.owner.entering(PIN);
    for (let digits = 0; digits < PIN.length; digits++) await symbols.next();
    await this.until(() => this.driver.fob.screen().text.includes('ok'));
  }

  unlock(): Promise<boolean> {
    return this.holding(/(Example|Timed) .*passcode/);
  }

  /**
   * Sets the clock to the time it shows. Fails if it shows none, or if the fob asks twice, because it was busy since
   * then and the time is old.
   */
  async setClock(tries = 2): Promise<boolean> {
    const { utc } = await this.owner.client.call('clock', {});
    if (utc === 0) return false;
    const asked = new AbortController();
    const options = { signal: asked.signal, onPressNeeded: () => asked.abort() };
    try {
      return await this.call(this.owner.client.call('setClock', { utc }, options));
    } catch (error) {
      if (!asked.signal.aborted) throw error;
      return tries > 1 && this.setClock(tries - 1);
    }
  }

  /** Runs a request. False if the fob refused it because a part of it failed. */
  async call(work: Promise<unknown>): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (error) {
      if (!isRefusal(error, 'storage-failed', 'clock-failed')) throw error;
      return false;
    }
  }

  put(): Promise<boolean> {
    const account: Request<'put'> = {
      id: NEW_ID,
      kind: 1,
      algorithm: 1,
      digits: 6,
      period: 0,
      counter: 0,
      secret: RFC4226_KEY,
      issuer: ascii('New'),
      label: ascii('carol'),
    };
    return this.call(this.owner.client.call('put', account));
  }

  /** Everything that must hold once the bus is good: after a while, and again after a reboot. */
  async verify(accounts: number): Promise<void> {
    this.driver.fob.setFaults();
    await this.driver.advance(SETTLE_MS);
    await this.accountsAre(accounts);
    await this.driver.reboot();
    await this.accountsAre(accounts);
    const { fob } = this.driver;
    const complaints = [fob.consoleText(), fob.violations];
    await this.driver.close();
    expect(complaints).toEqual(['', []]);
    expect(this.invitations).toEqual([]);
    // Nothing went back in time, so nobody is told so.
    expect(this.alarms).toEqual([]);
    // The first value was used up before; of the others each was shown once, in order.
    const counters = this.codes.map(code => RFC4226.indexOf(code));
    expect(counters.every((counter, index) => counter > (counters[index - 1] ?? 0))).toBe(true);
  }

  private async accountsAre(accounts: number): Promise<void> {
    await this.owner.open();
    const { locked, wentBack } = await this.owner.client.call('status', {});
    expect(wentBack).toBe(0);
    if (locked) {
      await this.enterMost();
      expect(await this.unlock()).toBe(true);
      await this.owner.open();
    }
    expect((await this.owner.client.call('info', {})).accounts).toBe(accounts);
    expect((await this.owner.client.call('clock', {})).state).toBe(1);
    for (let index = 0; index < accounts; index++) {
      const account = await this.owner.client.call('list', { index });
      expect(account.health).toBe(0);
      if (account.kind !== 1 || String(Buffer.from(account.issuer)) === 'New') continue;
      // The counter has passed everything that was shown.
      expect(account.counter).toBeGreaterThan(Math.max(0, ...this.codes.map(code => RFC4226.indexOf(code))));
    }
  }
}

/** The plan in which one transfer fails, or two in a row: the retry of the first fails, too. */
export function planAt(transfer: number, kind: BusFault, count: 1 | 2): FaultPlan {
  return {
    seed: transfer,
    bus: { at: count === 1 ? { [transfer]: kind } : { [transfer]: kind, [transfer + 1]: kind } },
  };
}
