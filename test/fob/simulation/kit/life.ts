import { KIND_HOTP, KIND_TOTP } from '@passfob/protocol/account';
import { Hmac } from '@passfob/protocol/hmac';
import { hotp } from '@passfob/protocol/otp';
import { SHA1 } from '@passfob/protocol/primitives';
import type { BoardName, BootOptions, SimulatedFob } from '@passfob/simulator/base/fob';
import { makeRandomness, type Randomness } from '@passfob/simulator/base/randomness';
import { type Client, isFobError } from 'passfob/client';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect } from 'vitest';
import { secret } from '../../../kit/secrets.ts';
import { AT_ONCE, ascii, Owner } from '../../conformance/owner.ts';
import { SimulatorDriver } from '../../conformance/simulator-driver.ts';

const ACCOUNTS_MAX = 5;
const START_UTC = 1_800_000_000;

/** The owner's knowledge of an account, and the doubts after a power cut in the middle. */
interface Held {
  readonly id: Uint8Array;
  readonly label: string;
  readonly kind: number;
  readonly key: Uint8Array;
  /** False while it is unknown whether the account was stored, or whether it still exists. */
  isCertain: boolean;
  /** HOTP: the counter of the next value, which may have been skipped `skipped` times. */
  next: number;
  skipped: number;
}

/** Makes the fob of a life. */
export type MakeFob = (options: BootOptions) => SimulatedFob;

/** How a life differs on another kind of board. */
export interface LifeOptions {
  /** Of the imitated board. Default: pico. */
  readonly board?: BoardName;
  /** Makes the fob. Default: an imitated board. */
  readonly make?: MakeFob;
  /** The power goes in one step of so many, if the step gets so far. Default 2. */
  readonly cutOften?: number;
  /** The last operation of the memories in a step in which the power may go. Default 7. */
  readonly cutMax?: number;
  /** The last operation of the memories in pairing in which the power may go. Default 12. */
  readonly pairCutMax?: number;
  /** How long the person holds the button to approve, in milliseconds: work of the fob does not count. Default 1,200. */
  readonly approveHoldMs?: number;
}

/** One fob in random use, beside a model of its required content. Everything is drawn from the seed. */
export class Life {
  readonly driver: SimulatorDriver;
  /** The past steps, for the message of a failure. */
  readonly told: string[] = [];
  private readonly options: LifeOptions;
  private readonly chance: Randomness;
  private owner: Owner;
  private held: Held[] = [];
  private mayBeErased = false;
  private isOpen = false;
  private made = 0;

  constructor(seed: number, options: LifeOptions = {}) {
    this.options = options;
    this.chance = makeRandomness(seed, 'life');
    const { make, board } = options;
    this.driver = new SimulatorDriver({ seed, birth: this.secret(32), ...(make && { make }) }, board);
    this.owner = this.newOwner();
  }

  private secret(length: number): Uint8Array {
    return secret(this.chance.bytes(length));
  }

  /** All its randomness is from the seed, too: the bytes that a cut tears depend on it. */
  private newOwner(): Owner {
    const random = (length: number) => this.chance.bytes(length);
    const keys = { key: this.secret(32), deviceSecret: this.secret(32) };
    return new Owner(this.driver, { ...AT_ONCE, random }, keys);
  }

  private get client(): Client {
    return this.owner.client;
  }

  /** Takes one random step, in which the power may go; then the fob must match the model. */
  async step(): Promise<void> {
    const common = [this.enrol, this.enrol, this.askForCode, this.pressForCode, this.pressForCode] as const;
    const rare = [this.remove, this.setClock, this.erase, this.reboot, this.loseTime] as const;
    const work = this.chance.below(4) === 0 ? this.chance.pick(rare) : this.chance.pick(common);
    const { cutOften = 2, cutMax = 7 } = this.options;
    const cut = this.chance.below(cutOften) === 0 ? 1 + this.chance.below(cutMax) : 0;
    this.told.push(`${work.name}${cut > 0 ? ` cut at ${cut}` : ''}`);
    if (cut > 0) this.driver.fob.cutPowerAtOperation(cut);
    await work.call(this);
    this.driver.fob.cutPowerAtOperation(Number.MAX_SAFE_INTEGER);
    await this.settle();
  }

  /** Returns false when no answer came: the power has gone, and it is unknown before or after which write. */
  private async happened(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!isFobError(error, 'no-answer')) throw error;
      return false;
    }
  }

  private approved<T>(request: T) {
    const { approveHoldMs = 1_200 } = this.options;
    return {
      onPressNeeded: () => {
        this.driver.fob.advance(800);
        this.driver.fob.press(0, approveHoldMs);
      },
      renew: async () => request,
    };
  }

  private async enrol(): Promise<void> {
    if (this.held.length >= ACCOUNTS_MAX) return;
    this.made++;
    const kind = this.chance.below(3) === 0 ? KIND_TOTP : KIND_HOTP;
    const account: Held = {
      // Both signs of a 32-bit number.
      id: Uint8Array.of(1 + this.chance.below(255), this.chance.byte(), this.chance.byte(), this.made),
      label: `a${this.made}${'x'.repeat(this.chance.below(16))}`,
      kind,
      key: this.secret(10 + this.chance.below(20)),
      isCertain: false,
      next: kind === KIND_HOTP ? this.chance.below(1_000) : 0,
      skipped: 0,
    };
    const { id, label, key, next } = account;
    const period = kind === KIND_TOTP ? 30 : 0;
    this.held.push(account);
    const request = { id, kind, algorithm: SHA1, digits: 6, period, counter: next, issuer: ascii('I') };
    account.isCertain = await this.happened(() =>
      this.client.call('put', { ...request, label: ascii(label), secret: key }),
    );
  }

  private async remove(): Promise<void> {
    const account = this.anyHeld();
    if (!account) return;
    if (await this.happened(() => this.client.call('remove', { id: account.id }))) {
      this.held = this.held.filter(one => one !== account);
    } else account.isCertain = false;
  }

  private anyHeld(): Held | undefined {
    return this.held[this.chance.below(Math.max(1, this.held.length))];
  }

  private async askForCode(): Promise<void> {
    const account = this.anyHeld();
    if (!account || account.kind !== KIND_HOTP) return;
    const request = { id: account.id };
    const answered = await this.happened(async () => {
      const { code } = await this.client.call('code', request, this.approved(request));
      this.saw(account, String.fromCharCode(...code));
    });
    if (!answered) account.skipped++;
  }

  /** Checks a shown value: it must be a new one. */
  private saw(account: Held, code: string): void {
    const mac = new Hmac(hostPrimitives, SHA1, account.key);
    const counters = Array.from({ length: account.skipped + 1 }, (_, skipped) => account.next + skipped);
    const counter = counters.find(one => hotp(mac, one, 6) === code);
    if (counter === undefined) throw new Error(`${account.label} showed a value that is not its next`);
    account.next = counter + 1;
    account.skipped = 0;
  }

  /** Makes a passcode at the fob itself: to the list, some steps on, and a hold. */
  private async pressForCode(): Promise<void> {
    const { fob } = this.driver;
    const isList = () => fob.screen().text.some(line => /: passcode$/.test(line));
    for (let presses = 0; presses < 4 && !isList(); presses++) fob.press();
    if (this.held.length > 1)
      for (let steps = this.chance.below(this.held.length); steps > 0; steps--) fob.press();
    // The settings come after the last account.
    if (!isList()) fob.press();
    fob.press(0, 700);
    const { text } = fob.screen();
    const code = text.find(line => /^\d{3} \d{3}$/.test(line))?.replace(' ', '');
    const account = this.held.find(({ label }) => text.includes(label));
    if (code === undefined || !account) {
      for (const one of this.held) if (one.kind === KIND_HOTP && !fob.powered) one.skipped++;
    } else if (account.kind === KIND_HOTP) this.saw(account, code);
  }

  private async setClock(): Promise<void> {
    const request = { utc: START_UTC + this.chance.below(1_000_000) };
    await this.happened(() => this.client.call('setClock', request, this.approved(request)));
  }

  private async erase(): Promise<void> {
    this.mayBeErased = true;
    if (!(await this.happened(() => this.client.call('erase', {}, this.approved({}))))) return;
    const { state } = await this.client.hello();
    expect(state).toBe('blank');
    this.isOpen = false;
  }

  private async reboot(): Promise<void> {
    this.driver.fob.cutPower();
  }

  private async loseTime(): Promise<void> {
    this.driver.fob.cutPower();
    this.driver.fob.loseTime();
  }

  /** Powers on, sometimes more than once, through further cuts in the writes of the boot itself. */
  private powerUp(): void {
    const { fob } = this.driver;
    for (let boots = 0; !fob.powered; boots++) {
      this.isOpen = false;
      fob.cutPowerAtOperation(boots < 3 ? 1 + this.chance.below(4) : Number.MAX_SAFE_INTEGER);
      fob.powerOn();
      fob.advance(100);
      fob.cutPowerAtOperation(Number.MAX_SAFE_INTEGER);
      if (boots < 3 && this.chance.below(3) === 0) fob.cutPower();
    }
  }

  /** Compares fob and model with power again. */
  async settle(): Promise<void> {
    this.powerUp();
    if (this.isOpen) return;
    const { state } = await this.client.hello();
    if (state === 'blank' && (this.mayBeErased || this.made === 0)) await this.pairAnew();
    else {
      expect(state).toBe('owned');
      await this.owner.open();
      this.isOpen = true;
      this.readNotice();
      await this.compare();
    }
  }

  /** A clock module that lost its power has no anti-rollback counter any more: the fob tells its person once. */
  private readNotice(): void {
    const { fob } = this.driver;
    if (!fob.screen().on) fob.press();
    if (fob.screen().text.includes('Hold: go on')) fob.press(0, 700);
  }

  /** Gives the fob to another owner; the power may go in this, too, any number of times. */
  private async pairAnew(): Promise<void> {
    this.held = [];
    this.mayBeErased = false;
    for (;;) {
      this.owner = this.newOwner();
      const { pairCutMax = 12 } = this.options;
      const cut = this.chance.below(3) > 0 ? 1 + this.chance.below(pairCutMax) : Number.MAX_SAFE_INTEGER;
      this.driver.fob.cutPowerAtOperation(cut);
      const paired = await this.happened(() => this.owner.pair());
      this.driver.fob.cutPowerAtOperation(Number.MAX_SAFE_INTEGER);
      this.powerUp();
      const { state } = await this.client.hello();
      this.told.push(`pair ${paired ? '' : `cut at ${cut} `}${state}`);
      expect(state === 'owned' || (state === 'blank' && !paired)).toBe(true);
      if (state === 'blank') continue;
      await this.owner.open();
      this.made++;
      this.isOpen = true;
      return await this.compare();
    }
  }

  private async compare(): Promise<void> {
    this.mayBeErased = false;
    const { accounts } = await this.client.call('info', {});
    const found = new Set<Held>();
    for (let index = 0; index < accounts; index++) {
      const listed = await this.client.call('list', { index });
      const label = String.fromCharCode(...listed.label);
      const account = this.held.find(one => one.label === label);
      if (!account || found.has(account)) throw new Error(`${label} is on the fob once too often`);
      found.add(account);
      expect(listed.health).toBe(0);
      await this.expectProof(account);
      if (account.kind !== KIND_HOTP) continue;
      const skipped = listed.counter - account.next;
      if (skipped < 0 || skipped > account.skipped) throw new Error(`the counter of ${label} is wrong`);
      account.next = listed.counter;
      account.skipped = 0;
    }
    for (const account of this.held) {
      if (account.isCertain && !found.has(account)) throw new Error(`${account.label} is lost`);
      account.isCertain = true;
    }
    this.held = this.held.filter(account => found.has(account));
  }

  private async expectProof({ id, kind, label, key }: Held): Promise<void> {
    const period = kind === KIND_TOTP ? 30 : 0;
    const traits = { kind, algorithm: SHA1, digits: 6, period, issuer: ascii('I'), label: ascii(label) };
    await this.owner.expectProof(id, key, traits, this.chance.bytes(16));
  }
}
