import { HOLD_MS, JUMP_MS } from '@passfob/firmware/core/base/limits';
import { ascii, MESSAGE_MS, NO_PIN, Owner, random } from '../../../fob/conformance/owner.ts';
import type { Act } from './act-names.ts';
import { type BoardCost, between, type Moment, typical, Watcher } from './cost.ts';
import { type Awake, awakeBetween } from './current.ts';
import type { BoardDriver } from './driver.ts';

export type ActCosts = Record<Act, BoardCost>;

const ACCOUNTS = 33;
const ROUNDS = 3;
/** Not far from the last place of these rounds. */
const HOTP_PLACE = ROUNDS + 3;
const START_UTC = 1_800_000_000;
const SHORT_MS = 100;
/** Longer than a passcode stays on the display, and the display after it. */
const ASLEEP_MS = 120_000;
const READ_MS = 1000;
/** Until the computer has set up the board again after the cable went in. */
const PLUGGED_MS = 3000;
/** Longer than the fob types. */
const TYPED_MS = 3000;
const PIN = '7305';
const PASSCODE = /^\d{3} \d{3}$/m;
const LOCKED = /^PIN$/m;
export const LIST = /\d+\/\d+/;
/** The computer waits in its own time, which on a busy machine is too short for an answer. */
const PATIENCE = { patience: { answerTimeoutMs: 30_000, sendsMax: 4 } };

/** A virtual board with its owner and its person, whose waits are measured. */
export class MeasuredFob {
  readonly driver: BoardDriver;
  readonly owner: Owner;
  readonly #watcher: Watcher;

  constructor(driver: BoardDriver) {
    this.driver = driver;
    this.owner = new Owner(driver, PATIENCE);
    this.#watcher = new Watcher(driver.board);
  }

  readonly #advance = (ms: number) => this.driver.advance(ms);

  async #untilDrawn(from: Moment, text: RegExp): Promise<BoardCost> {
    return between(from, await this.#watcher.drawn(text, this.#advance));
  }

  async #untilSent(work: () => Promise<unknown>): Promise<BoardCost> {
    const from = this.#watcher.now;
    await work();
    return between(from, this.#watcher.sent);
  }

  /** From the power to the first screen; the power must have come this moment. */
  async boot(text: RegExp): Promise<BoardCost> {
    return this.#untilDrawn(this.#watcher.now, text);
  }

  /** With all its accounts, and the PIN that locks it. */
  async reboot(): Promise<BoardCost> {
    this.driver.board.cutPower();
    this.driver.board.powerOn();
    return this.boot(LOCKED);
  }

  /** Pairs, and enrols accounts until the fob is full: one HOTP, the others TOTP. */
  async enrol(): Promise<Pick<ActCosts, 'hello' | 'session' | 'put' | 'putAll'>> {
    const { driver, owner } = this;
    await driver.advance(1000);
    const hello = await this.#untilSent(() => owner.client.hello());
    await owner.pair();
    await owner.setClock(START_UTC);
    const session = await this.#untilSent(() => owner.open());
    const from = this.#watcher.now;
    const puts: BoardCost[] = [];
    for (let nth = 1; nth <= ACCOUNTS; nth++) {
      const traits = nth === HOTP_PLACE ? { kind: 1 } : { kind: 2, period: 30 };
      const label = ascii(`user.name${nth}@example.org`);
      puts.push(await this.#untilSent(() => owner.put({ ...traits, label, secret: random(20) })));
    }
    const putAll = between(from, this.#watcher.sent);
    await owner.toList();
    return { hello, session, put: typical(puts), putAll };
  }

  async #hold(text: RegExp): Promise<BoardCost> {
    const { board } = this.driver;
    // The fob may still be making the passcode ready; a person reads meanwhile.
    await this.driver.advance(READ_MS);
    board.keyDown();
    await this.driver.advance(HOLD_MS);
    const cost = await this.#untilDrawn(this.#watcher.now, text);
    board.keyUp();
    return cost;
  }

  async #step(text: RegExp): Promise<BoardCost> {
    const { board } = this.driver;
    board.keyDown();
    await this.driver.advance(SHORT_MS);
    board.keyUp();
    return this.#untilDrawn(this.#watcher.now, text);
  }

  /** Moves on until the screen shows a text. */
  async #goTo(text: RegExp): Promise<void> {
    for (let steps = 0; !text.test((await this.driver.screen()).join('\n')); steps++) {
      if (steps > 2 * ACCOUNTS)
        throw new Error(`there is no ${text} to go to, only ${this.driver.board.screen().text}`);
      await this.driver.step();
      // A press that comes soon after another one jumps.
      await this.driver.advance(JUMP_MS);
    }
  }

  /** Waits until everything is off; nothing is sampled, so that it takes no time. */
  #rest(): void {
    this.driver.board.advance(ASLEEP_MS);
  }

  async #wake(): Promise<BoardCost> {
    this.#rest();
    return this.#wakeNow();
  }

  async #wakeNow(): Promise<BoardCost> {
    const { board } = this.driver;
    const from = this.#watcher.now;
    board.keyDown();
    await this.driver.advance(SHORT_MS);
    board.keyUp();
    return this.#untilDrawn(from, LIST);
  }

  /** Wakes, steps and holds as a person with the fob in the hand, the cable out. */
  async press(): Promise<Pick<ActCosts, 'wake' | 'step' | 'totp' | 'hotp'>> {
    const costs = { wake: [] as BoardCost[], step: [] as BoardCost[], totp: [] as BoardCost[] };
    for (let round = 2; round < 2 + ROUNDS; round++) {
      costs.wake.push(await this.#wake());
      await this.#goTo(new RegExp(`^${round}/`, 'm'));
      costs.step.push(await this.#step(new RegExp(`^${round + 1}/`, 'm')));
      costs.totp.push(await this.#hold(PASSCODE));
      // Back to the list, so that the display goes off soon.
      await this.driver.press();
    }
    await this.#wake();
    await this.#goTo(new RegExp(`^${HOTP_PLACE}/`, 'm'));
    const hotp = await this.#hold(PASSCODE);
    return { wake: typical(costs.wake), step: typical(costs.step), totp: typical(costs.totp), hotp };
  }

  /**
   * Puts the cable in some time after the fob woke. Espruino's clock runs ahead after a wake, and on USB then stands
   * still for as long as the fob had slept (docs/boards/pico.md).
   */
  async plugIn(): Promise<void> {
    await this.#wake();
    await this.driver.advance(MESSAGE_MS);
    this.driver.board.setUsb(true);
    await this.driver.advance(PLUGGED_MS);
  }

  /** Switches type-out on, and has a passcode typed. */
  async typeOut(): Promise<BoardCost> {
    const { driver, owner } = this;
    await owner.open();
    await owner.client.call('setPolicy', { ...NO_PIN, lockSeconds: 600, typing: 1 });
    await driver.advance(MESSAGE_MS);
    for (const text of [/^Settings/m, /^Type out/m, /^Back/m, /^1\//m]) {
      await this.#goTo(text);
      await driver.choose();
    }
    const before = driver.board.keyboard.length;
    await this.#watcher.drawn(PASSCODE, this.#advance);
    await driver.advance(1000);
    driver.board.keyDown();
    await driver.advance(HOLD_MS);
    const from = this.#watcher.now;
    let typed = from;
    for (let reports = before, ms = 0; ms < TYPED_MS; ms++) {
      await driver.advance(1);
      if (driver.board.keyboard.length > reports) typed = this.#watcher.now;
      reports = driver.board.keyboard.length;
    }
    driver.board.keyUp();
    if (typed === from) throw new Error('nothing was typed');
    return between(from, typed);
  }

  /** Chooses a PIN, lets the display go off, and enters it, the cable out. */
  async unlock(): Promise<BoardCost> {
    const { driver, owner } = this;
    await owner.open();
    await owner.choosePin(PIN);
    driver.board.setUsb(false);
    await driver.advance(MESSAGE_MS);
    this.#rest();
    await driver.press();
    for (const symbol of PIN) {
      await this.#goTo(new RegExp(`^${symbol}$`, 'm'));
      await driver.choose();
    }
    await this.#goTo(/^ok$/m);
    return this.#hold(LIST);
  }

  /** A fob that lies there for some hours, its cable out. */
  rest(hours: number): Awake {
    const { board } = this.driver;
    this.#rest();
    const before = board.counters();
    board.advance(hours * 3_600_000);
    const after = board.counters();
    return awakeBetween(before, after);
  }

  /** Wakes the fob, makes a passcode and waits until the fob sleeps again. */
  async use(): Promise<Awake> {
    const { board } = this.driver;
    this.#rest();
    const before = board.counters();
    await this.#wakeNow();
    await this.#hold(PASSCODE);
    this.#rest();
    return awakeBetween(before, board.counters());
  }
}
