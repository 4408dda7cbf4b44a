import type { BootOptions, Fob } from '@passfob/simulator/browser';
import { screenState } from '@passfob/simulator/display';
import {
  BEHIND_MS,
  BIRTH_BYTES,
  LINE_CHARS_MAX,
  SHORT_PRESS_MS,
  TIME_BUDGET_MS,
  TIME_PIECE_MS,
} from '../limits.ts';
import type { FromFob, LastingFault, SingleFault, ToFob } from './messages.ts';

/** The needs of a driver from its platform. */
export interface DriverTools {
  readonly boot: (options: BootOptions) => Fob;
  /** A clock that never goes back, ms. */
  readonly now: () => number;
  readonly random: (length: number) => Uint8Array;
  readonly post: (message: FromFob) => void;
}

/** Faults of the cable, and of the bus between processor, display, clock and memory: one transfer in so many. */
const BAD_CABLE = { flip: 33, drop: 33, duplicate: 33 };
const BAD_BUS = { fail: 20 };

/**
 * Runs one fob for a page: a simulated board whose virtual time follows the clock of the platform, and jumps where the
 * page travels through time. A fob that fails says so once, and does nothing any more.
 */
export class FobDriver {
  readonly #tools: DriverTools;
  #fob: Fob | undefined;
  /** The page's time is the platform's clock and this. */
  #offsetMs = 0;
  #isTravelling = false;
  #isScreenNew = false;
  readonly #faults = new Set<LastingFault>();
  /** When each key that is down went down, in the fob's time. */
  readonly #downAtMs = new Map<number, number>();
  /** Keys that were released too soon, and when they go up. */
  readonly #releases = new Map<number, number>();

  constructor(tools: DriverTools) {
    this.#tools = tools;
  }

  /** Handles a message of the page. */
  receive(message: ToFob): void {
    this.#guarded(() => {
      if (message.do === 'boot') this.#boot(message);
      else if (this.#fob !== undefined) this.#act(this.#fob, message);
    });
    this.tick();
  }

  /** Moves the fob's time to the present, and tells the page what changed. */
  tick(): void {
    this.#guarded(() => {
      const fob = this.#fob;
      if (fob === undefined) return;
      this.#follow(fob);
      if (!this.#isScreenNew) return;
      this.#isScreenNew = false;
      this.#tools.post({ tell: 'screen', screen: screenState(fob) });
    });
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fob = undefined;
      this.#tools.post({
        tell: 'failed',
        why: String(error instanceof Error ? error.message : error).slice(0, LINE_CHARS_MAX),
      });
    }
  }

  #boot({ board, image, nowMs }: Extract<ToFob, { do: 'boot' }>): void {
    const { boot, now, random, post } = this.#tools;
    const startMs = Math.floor(nowMs);
    this.#offsetMs = nowMs - now();
    const fob = boot({
      board,
      image,
      startMs,
      // An Espruino Pico is sold without one.
      crystal: false,
      ...this.#randomness(),
      files: { birth: random(BIRTH_BYTES) },
    });
    this.#fob = fob;
    fob.link.onData(bytes => post({ tell: 'bytes', bytes: bytes.slice() }));
    fob.onScreen(() => {
      this.#isScreenNew = true;
    });
    this.#isScreenNew = true;
    post({ tell: 'ready', keys: fob.keys });
  }

  /** A new seed, for torn writes and other faults alone: secrets come from the browser's own randomness. */
  #randomness(): { readonly seed: number; readonly random: 'real' } {
    return { seed: new DataView(this.#tools.random(4).buffer).getUint32(0), random: 'real' };
  }

  #act(fob: Fob, message: Exclude<ToFob, { do: 'boot' }>): void {
    if (message.do !== 'travel') this.#follow(fob);
    if (message.do === 'key') this.#key(fob, message.key, message.down);
    else if (message.do === 'bytes') fob.link.write(message.bytes);
    else if (message.do === 'travel') this.#travel(fob, message.ms);
    else if (message.do === 'power') {
      if (message.on) fob.powerOn();
      else fob.cutPower();
      this.#isScreenNew = true;
    } else if ('on' in message) this.#setFault(fob, message.fault, message.on);
    else this.#makeFault(fob, message.fault);
  }

  #key(fob: Fob, key: number, down: boolean): void {
    const downAtMs = this.#downAtMs.get(key);
    if (down === (downAtMs !== undefined)) return;
    if (down) {
      this.#releases.delete(key);
      this.#downAtMs.set(key, fob.now());
      fob.keyDown(key);
    } else this.#releases.set(key, Math.max(fob.now(), (downAtMs ?? 0) + SHORT_PRESS_MS));
  }

  #release(fob: Fob): void {
    for (const [key, dueMs] of this.#releases) {
      if (fob.now() < dueMs) continue;
      this.#releases.delete(key);
      this.#downAtMs.delete(key);
      fob.keyUp(key);
    }
  }

  #setFault(fob: Fob, fault: LastingFault, on: boolean): void {
    if (on) this.#faults.add(fault);
    else this.#faults.delete(fault);
    if (fault === 'display') fob.setPart('display', !on);
    else
      fob.setFaults({
        seed: this.#randomness().seed,
        ...(this.#faults.has('cable') && { wire: BAD_CABLE }),
        ...(this.#faults.has('bus') && { bus: BAD_BUS }),
      });
    this.#isScreenNew = true;
  }

  #makeFault(fob: Fob, fault: SingleFault): void {
    if (fault === 'cut') fob.cutPowerAtOperation(1);
    else fob.loseTime();
  }

  /** The page is told at once, even if the journey takes no time. */
  #travel(fob: Fob, ms: number): void {
    this.#offsetMs += ms;
    this.#tellTime(fob);
  }

  #behindMs(fob: Fob): number {
    return Math.max(0, this.#tools.now() + this.#offsetMs - fob.now());
  }

  /** Moves the fob's time towards the page's, for a while at most, so that the worker stays open for messages. */
  #follow(fob: Fob): void {
    const { now } = this.#tools;
    const untilMs = now() + TIME_BUDGET_MS;
    for (let ms = this.#behindMs(fob); ms >= 1 && now() <= untilMs; ms = this.#behindMs(fob)) {
      const nextReleaseMs = Math.min(...this.#releases.values()) - fob.now();
      fob.advance(Math.min(ms, TIME_PIECE_MS, Math.max(1, nextReleaseMs)));
      this.#release(fob);
    }
    this.#tellTime(fob);
  }

  /** Tells how far a travelling fob is behind, and once that it has arrived. */
  #tellTime(fob: Fob): void {
    const behindMs = Math.round(this.#behindMs(fob));
    const isTravelling = behindMs > BEHIND_MS;
    if (isTravelling || this.#isTravelling)
      this.#tools.post({ tell: 'time', nowMs: fob.now(), behindMs: isTravelling ? behindMs : 0 });
    this.#isTravelling = isTravelling;
  }
}
