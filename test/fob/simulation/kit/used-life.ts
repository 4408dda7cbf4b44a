import { KIND_HOTP } from '@passfob/protocol/account';
import { Hmac } from '@passfob/protocol/hmac';
import { hotp } from '@passfob/protocol/otp';
import { SHA1 } from '@passfob/protocol/primitives';
import { type FaultPlan, memoryStore, type PartName } from '@passfob/simulator';
import { makeRandomness, type Randomness } from '@passfob/simulator/base/randomness';
import { isFobError, isRefusal } from 'passfob/client';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect } from 'vitest';
import { AT_ONCE, ascii, Owner } from '../../conformance/owner.ts';
import { SimulatorDriver } from '../../conformance/simulator-driver.ts';
import { ATTEMPTS, type Birth, type BornAccount, ISSUER, WRONG_PIN } from './births.ts';
import type { MakeFob } from './life.ts';

const STEPS_MIN = 8;
const STEPS_MAX = 32;
const PRESS_MS = 100;
const HOLD_MS = 700;
const APPROVE_HOLD_MS = 1_200;
const DEAF_MS = 800;
const PERIOD_MS = 30_000;
/** Between a code's time and its display; both clocks count whole seconds. */
const LATE_MS = 2_000;
/** The same while a display fails in the middle of a row: then the driver polls for each byte. */
const LATE_ON_BAD_BUS_MS = 300_000;
/**
 * For this long the first picture on a display that has its contact again may be of before: with the code of a step that
 * is over. A code stays no longer than a minute.
 */
const RECOVERY_MS = 70_000;
/** Longer than a part may not be asked after two failures in a row, and the look at it each second. */
const SETTLE_MS = 4_000;
const WHEEL_TURNS_MAX = 14;
const NEVER = Number.MAX_SAFE_INTEGER;
const CODE = /^\d{3} \d{3}$/;

interface Act {
  readonly name: string;
  run(): void | Promise<void>;
}

interface UsedLifeOptions {
  readonly make?: MakeFob;
  readonly waitMax?: number;
}

/**
 * One fob in the hands of a person and on the cable of a computer: pressed, held, left alone, unplugged, cut from its
 * power, on a bad bus, with right and wrong PINs. Everything is drawn from the seed. A model beside it knows which codes
 * it may show, and what its memories must hold in the end.
 */
export class UsedLife {
  readonly driver: SimulatorDriver;
  /** The past acts, for the message of a failure. */
  readonly told: string[] = [];
  /** Codes that were on the display. */
  shown = 0;
  readonly #waitMax: number;
  readonly #chance: Randomness;
  readonly #birth: Birth;
  readonly #owner: Owner;
  /** HOTP: the counter of the next value, and how many may have been made that nobody saw. */
  #next = 0;
  #spent = 0;
  #knowsTime = true;
  /** With a PIN: it was entered since the last boot. */
  #isOpened = false;
  /** Wrong PINs since the last right one: at least and at most. */
  #wrong = { least: 0, most: 0 };
  /** Whether the power may go, or the bus fail, within the present act. */
  #isDisturbed = false;
  #disturbedMs = Number.NEGATIVE_INFINITY;
  #onDisplay = '';

  /** @param options its board, if that is not an imitated one, and the longest wait as a power of ten of ms */
  constructor(seed: number, born: readonly Birth[], { make, waitMax = 7 }: UsedLifeOptions = {}) {
    this.#waitMax = waitMax;
    this.#chance = makeRandomness(seed, 'used life');
    this.#birth = this.#chance.pick(born as [Birth, ...Birth[]]);
    const storage = memoryStore();
    storage.write(0, this.#birth.image);
    this.driver = new SimulatorDriver({ seed, storage, birth: new Uint8Array(), ...(make && { make }) });
    const random = (length: number) => this.#chance.bytes(length);
    this.#owner = new Owner(this.driver, { ...AT_ONCE, random }, { key: this.#birth.pairingKey });
    this.driver.fob.onScreen(() => this.#see());
  }

  async run(): Promise<void> {
    for (let step = STEPS_MIN + this.#chance.below(STEPS_MAX - STEPS_MIN); step > 0; step--)
      await this.#step();
    await this.#verify();
  }

  get #fob() {
    return this.driver.fob;
  }

  get #words(): readonly string[] {
    const screen = this.#fob.screen();
    return screen.on ? screen.text : [];
  }

  async #step(): Promise<void> {
    const acts: readonly [Act, ...Act[]] = [
      { name: 'press', run: () => this.#press(30 + this.#chance.below(400)) },
      { name: 'press', run: () => this.#press(30 + this.#chance.below(400)) },
      { name: 'hold', run: () => this.#hold(600 + this.#chance.below(2_500)) },
      { name: 'wait', run: () => this.#wait() },
      { name: 'passcode', run: () => this.#passcode() },
      { name: 'passcode', run: () => this.#passcode() },
      { name: 'computer asks', run: () => this.#ask() },
      { name: 'right PIN', run: () => this.#enter(this.#birth.pin ?? '') },
      { name: 'wrong PIN', run: () => this.#enter(WRONG_PIN) },
      { name: 'cut', run: () => this.#cut(this.#chance.below(4) === 0) },
      { name: 'cable', run: () => this.#fob.setUsb(this.#chance.below(2) === 0) },
      { name: 'part', run: () => this.#looseWire() },
    ];
    const act = this.#chance.pick(acts);
    const trouble = this.#trouble();
    this.told.push(`${act.name}${trouble}`);
    await act.run();
    this.#calm();
    this.#powerUp();
  }

  /** Sometimes lets the power go in a write of the next act, or the bus fail during it. */
  #trouble(): string {
    const kind = this.#chance.below(6);
    this.#isDisturbed = kind < 2;
    if (kind === 0) {
      const at = 1 + this.#chance.below(6);
      this.#fob.cutPowerAtOperation(at);
      return ` (cut at ${at})`;
    }
    if (kind !== 1) return '';
    const rare = () => this.#chance.pick([0, 0, 100, 10]);
    const bus = { fail: rare(), late: rare(), hang: rare() };
    const plan: FaultPlan = { seed: this.#chance.below(1e6), bus };
    this.#fob.setFaults(plan);
    return ` (bus ${JSON.stringify(plan)})`;
  }

  #calm(): void {
    this.#fob.cutPowerAtOperation(NEVER);
    if (!this.#isDisturbed) return;
    this.#fob.setFaults();
    this.#fob.advance(SETTLE_MS);
    this.#isDisturbed = false;
    this.#disturbedMs = this.#fob.now();
  }

  #powerUp(): void {
    for (let boots = 0; !this.#fob.powered; boots++) {
      this.#isOpened = false;
      this.#fob.cutPowerAtOperation(
        boots < 3 && this.#chance.below(3) === 0 ? 1 + this.#chance.below(3) : NEVER,
      );
      this.#fob.powerOn();
      this.#fob.advance(100);
      this.#fob.cutPowerAtOperation(NEVER);
    }
  }

  /** From a millisecond to some hours, and seldom weeks. */
  #wait(): void {
    const isLong = this.#chance.below(20) === 0;
    const ms = 10 ** (this.#chance.fraction() * (isLong ? this.#waitMax + 2 : this.#waitMax));
    this.#fob.advance(Math.round(ms));
  }

  #cut(withBattery: boolean): void {
    this.#fob.cutPower();
    if (withBattery) {
      this.#fob.loseTime();
      this.#knowsTime = false;
    }
    this.#wait();
  }

  /** A part has no contact for a while. */
  #looseWire(): void {
    const part = this.#chance.pick<PartName>(['display', 'clock', 'eeprom']);
    this.told.push(part);
    this.#isDisturbed = true;
    this.#fob.setPart(part, false);
    this.#fob.advance(this.#chance.below(10_000));
    this.#hold(HOLD_MS);
    this.#fob.setPart(part, true);
  }

  /** A hold can make a HOTP value, and takes the "ok" of the wheel. */
  #hold(ms: number): void {
    // Without a display nobody knows where the wheel stands, nor what was entered before.
    if (this.#birth.pin !== undefined && (this.#isDisturbed || this.#words.includes('ok')))
      this.#wrong = { least: 0, most: this.#wrong.most + 1 };
    this.#spent++;
    this.#fob.press(0, ms);
  }

  /** A fob that is busy with a bad bus may take a press for a hold: it looks too late. */
  #press(ms = PRESS_MS): void {
    if (this.#isDisturbed) this.#hold(ms);
    else this.#fob.press(0, ms);
  }

  #passcode(): void {
    const isList = () => this.#words.some(line => line.endsWith(': passcode'));
    if (this.#words.length === 0) this.#press();
    if (this.#words[0] === 'PIN' && this.#chance.below(2) === 0) this.#enter(this.#birth.pin ?? '');
    for (let presses = this.#chance.below(3); presses > 0; presses--) this.#press();
    for (let presses = 0; presses < 4 && !isList(); presses++) this.#press();
    if (isList()) this.#hold(HOLD_MS);
  }

  /** A passcode over the cable, approved by a hold. */
  async #ask(): Promise<void> {
    const account = this.#accountOf(KIND_HOTP);
    const request = { id: account.id };
    this.#fob.setUsb(true);
    this.#spent++;
    const answered = await this.#happened(async () => {
      await this.#owner.open();
      const onPressNeeded = () => {
        this.#fob.advance(DEAF_MS);
        this.#fob.press(0, APPROVE_HOLD_MS);
      };
      return this.#owner.client.call('code', request, { onPressNeeded, renew: async () => request });
    });
    if (answered) this.#counted(String.fromCharCode(...answered.code));
  }

  /** Undefined if the power went, or the fob said why not. */
  async #happened<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      const isAnswer = isRefusal(error) || isFobError(error);
      if (!isAnswer) throw error;
      this.told.push(String(error));
      return undefined;
    }
  }

  /** Enters a PIN on the wheel, as far as the fob asks for one. */
  #enter(pin: string): void {
    if (this.#birth.pin === undefined || this.#wrong.most >= ATTEMPTS) return;
    if (this.#words.length === 0) this.#press();
    // A wrong PIN counts only after the wait for the ones before.
    const hasWaited = this.#chance.below(4) > 0;
    if (hasWaited) this.#fob.advance(2 ** this.#wrong.most * 1_000 + SETTLE_MS);
    if (this.#words.length === 0) this.#press();
    if (this.#words[0] !== 'PIN') return;
    const { least } = this.#wrong;
    for (const symbol of [...pin, 'ok']) {
      for (let turns = 0; turns < WHEEL_TURNS_MAX && !this.#words.includes(symbol); turns++) this.#press();
      if (!this.#words.includes(symbol)) return;
      this.#isOpened ||= pin === this.#birth.pin && symbol === 'ok';
      this.#hold(HOLD_MS);
    }
    // The check is slow, and what it writes takes a while after it.
    this.#fob.advance(SETTLE_MS);
    const isCertain = hasWaited && !this.#isDisturbed;
    if (isCertain && pin !== this.#birth.pin && this.#words.includes('Wrong PIN.'))
      this.#wrong.least = least + 1;
    if (this.#fob.powered && this.#words.some(line => line.endsWith(': passcode'))) {
      // On a bad bus the attempt may stay counted.
      this.#wrong = { least: 0, most: this.#isDisturbed ? this.#wrong.most : 0 };
    }
  }

  #accountOf(kind: number): BornAccount {
    const account = this.#birth.accounts.find(one => one.kind === kind);
    if (account === undefined) throw new Error(`no account of kind ${kind}`);
    return account;
  }

  /** Looks at each screen: a code on it must be one that it may show. */
  #see(): void {
    const words = this.#words;
    if (words.some(line => line.includes('was erased')) && this.#wrong.most < ATTEMPTS)
      throw new Error('erased before its time');
    const code = words.find(line => CODE.test(line))?.replace(' ', '') ?? '';
    if (code === this.#onDisplay) return;
    this.#onDisplay = code;
    if (code === '') return;
    this.shown++;
    if (this.#birth.pin !== undefined && !this.#isOpened) throw new Error('a code without a PIN');
    if (words.includes('counted')) this.#counted(code);
    else if (words.includes('timed')) this.#timed(code);
    else throw new Error(`a code of no account: ${words.join(', ')}`);
  }

  #counted(code: string): void {
    const mac = new Hmac(hostPrimitives, SHA1, this.#accountOf(KIND_HOTP).key);
    for (let counter = this.#next; counter <= this.#next + this.#spent; counter++) {
      if (hotp(mac, counter, 6) !== code) continue;
      this.#next = counter + 1;
      this.#spent = 0;
      return;
    }
    throw new Error(`a HOTP value that is not the next: ${this.#next} and ${this.#spent} more`);
  }

  #timed(code: string): void {
    if (!this.#knowsTime) throw new Error('a TOTP value without the time');
    const account = this.#birth.accounts.find(({ period }) => period > 0);
    const mac = new Hmac(hostPrimitives, SHA1, account?.key ?? new Uint8Array());
    const utcMs = this.#fob.now() + this.#birth.aheadMs;
    const isRecovering = this.#fob.now() - this.#disturbedMs < RECOVERY_MS;
    const late = this.#isDisturbed || isRecovering ? LATE_ON_BAD_BUS_MS : LATE_MS;
    const [first, last] = [utcMs - late, utcMs + LATE_MS].map(ms => Math.floor(ms / PERIOD_MS)) as [
      number,
      number,
    ];
    for (let step = first; step <= last; step++) if (hotp(mac, step, 6) === code) return;
    throw new Error('a TOTP value of another time');
  }

  /** Everything that must hold once nothing fails any more, after a reboot. */
  async #verify(): Promise<void> {
    const { driver } = this;
    this.#fob.setUsb(true);
    this.#fob.cutPower();
    this.#powerUp();
    this.#fob.advance(SETTLE_MS);
    expect(driver.complaints()).toBe('');
    expect(this.#fob.violations).toEqual([]);
    const { state } = await this.#owner.client.hello();
    if (state === 'blank') {
      expect([this.#birth.wipes, this.#wrong.most >= ATTEMPTS]).toEqual([true, true]);
      return;
    }
    expect(state).toBe('owned');
    await this.#owner.open();
    if (await this.#unlock()) await this.#verifyAccounts();
    await this.#verifyClock();
  }

  /** Opens it by its PIN. False if it had too many wrong ones. */
  async #unlock(): Promise<boolean> {
    const { locked, failures } = await this.#owner.client.call('status', {});
    if (this.#birth.pin === undefined) {
      expect(locked).toBe(0);
      return true;
    }
    expect(failures).toBeGreaterThanOrEqual(this.#wrong.least);
    expect(failures).toBeLessThanOrEqual(this.#wrong.most);
    if (failures >= ATTEMPTS) return false;
    this.#fob.advance(2 ** ATTEMPTS * 1_000);
    await this.#owner.wake();
    await this.#owner.enter(this.#birth.pin);
    expect((await this.#owner.client.call('status', {})).locked).toBe(0);
    return true;
  }

  async #verifyAccounts(): Promise<void> {
    const { client } = this.#owner;
    expect((await client.call('info', {})).accounts).toBe(this.#birth.accounts.length);
    for (const { id, key, label, kind, period } of this.#birth.accounts) {
      const traits = { kind, algorithm: SHA1, digits: 6, period, issuer: ascii(ISSUER), label: ascii(label) };
      await this.#owner.expectProof(id, key, traits, this.#chance.bytes(16));
    }
    for (let index = 0; index < this.#birth.accounts.length; index++) {
      const { health, kind, counter } = await client.call('list', { index });
      expect(health).toBe(0);
      if (kind !== KIND_HOTP) continue;
      expect(counter).toBeGreaterThanOrEqual(this.#next);
      expect(counter).toBeLessThanOrEqual(this.#next + this.#spent);
    }
  }

  async #verifyClock(): Promise<void> {
    const { state, utc } = await this.#owner.client.call('clock', {});
    if (!this.#knowsTime) expect(state).not.toBe(1);
    else expect(Math.abs(utc * 1_000 - this.#fob.now() - this.#birth.aheadMs)).toBeLessThan(2_000);
  }
}
