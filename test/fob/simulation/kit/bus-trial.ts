import type { BusFault, FaultPlan } from '@passfob/simulator';
import { isRefusal } from 'passfob/client';
import { expect } from 'vitest';
import { type KeptFob, keptFob, WatchedFob } from '../../../kit/fob.ts';
import { pressKey } from '../../../kit/pressing.ts';
import { secret } from '../../../kit/secrets.ts';
import { ascii } from '../../conformance/owner.ts';
import { RFC4226, RFC4226_KEY } from '../../conformance/vectors.ts';

const START_UTC = 1_800_000_000;
const PIN = secret('730258');
const NEW_ID = Uint8Array.of(200, 1, 2, 3);
/** Longer than a part may not be asked after two failures in a row, and the look at it each second. */
const SETTLE_MS = 4_000;
const HOLD_MS = 700;
const ERASES = /erase/i;
const ALARMS = /may come again/;

/** Makes a fob with its time set, an account for HOTP and one for TOTP, in this order, and perhaps a PIN. */
export function busFob(hasPin: boolean): Promise<KeptFob> {
  return keptFob(async owner => {
    await owner.setClock(START_UTC);
    await owner.put({ secret: RFC4226_KEY });
    await owner.put({
      secret: RFC4226_KEY,
      kind: 2,
      period: 30,
      issuer: ascii('Timed'),
      label: ascii('bob'),
    });
    if (hasPin) await owner.choosePin(PIN);
    // One value is used up, so that the anti-rollback counter has a number.
    await owner.toList();
    expect(await owner.pressed()).toBe(RFC4226[0]);
    await owner.driver.advance(1_000);
  });
}

/** One fob that starts from a kept one, on a bus that may fail. It looks at every screen. */
export class BusTrial extends WatchedFob {
  private readonly seen = new Set<string>();
  private readonly invitations: string[] = [];
  private readonly alarms: string[] = [];

  constructor(kept: KeptFob, faults: FaultPlan = {}) {
    super(kept, { faults });
    this.onWords(words => {
      this.seen.add(words);
      if (ERASES.test(words)) this.invitations.push(words);
      if (ALARMS.test(words)) this.alarms.push(words);
    });
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
    this.seen.clear();
    pressKey(this.driver.fob, 0, HOLD_MS);
    await this.driver.advance(SETTLE_MS);
    return [...this.seen].some(text => wanted.test(text));
  }

  /** Enters the PIN but for its last symbol, the "ok", which `driver.choose` takes. */
  async enterMost(): Promise<void> {
    await this.owner.wake();
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
    const names = { issuer: ascii('New'), label: ascii('carol') };
    return this.call(this.owner.put({ id: NEW_ID, secret: RFC4226_KEY, ...names }));
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
    // The first value was used up before.
    expect(this.isInOrder(1)).toBe(true);
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
      expect(account.counter).toBeGreaterThan(Math.max(0, ...this.shown));
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
