import { randomBytes } from 'node:crypto';
import type { Ports } from '@passfob/firmware/core/base/ports';
import { Fob } from '@passfob/firmware/core/fob';
import type { CommandName } from '@passfob/protocol/commands';
import { Hmac } from '@passfob/protocol/hmac';
import { PRESS_DEAF_MS } from '@passfob/protocol/limits';
import { readPairingCode } from '@passfob/protocol/pairing';
import { type Primitives, SHA256 } from '@passfob/protocol/primitives';
import { REFUSED_UNKNOWN_COMMAND } from '@passfob/protocol/refusals';
import { hostPrimitives } from 'passfob/client/primitives';
import type { FobError } from 'passfob/errors';
import { pipe } from 'passfob/transports/pipe';
import type { Transport } from 'passfob/transports/transport';
import { secret } from '../../../kit/secrets.ts';
import { memories } from './core-memories.ts';

/** Changes the nth frame (from 0) of one direction: returns the frame that arrives, or nothing. */
export type Way = (frame: string, n: number) => string;

/** A cable between a host and a fob. */
export interface CableOptions {
  readonly toFob?: Way;
  readonly toHost?: Way;
}

const ALL_ALGORITHMS = 0b1110;
/** Longer than a hold that approves. */
const HOLD_MS = 1_100;
const SHORT_MS = 100;
/** More than a wheel of digits has. */
const WHEEL_SYMBOLS = 20;
/** A day of the year 2026, at which these fobs begin. */
const START_UTC = 1_770_000_000;

/**
 * The firmware's whole core with memories in this process: for tests that need many fobs, or control of one fob's
 * cable and time. The built image is tested through the simulator.
 */
export class CoreFob {
  readonly serial: Uint8Array;
  /** Every brightness that the display was set to. */
  readonly lights: number[] = [];
  private readonly ports: Ports;
  private readonly drawn: string[];
  private lacks: readonly CommandName[];
  private lackSays: number;
  private core: Fob;
  private ms: number;
  private utc: number;
  private send: (frame: string) => void;

  /** @param parts that replace the kit's own in this fob */
  constructor(primitives: Primitives = hostPrimitives, parts: Partial<Ports> = {}) {
    this.serial = new Uint8Array(randomBytes(5));
    this.drawn = [];
    this.ms = 0;
    this.utc = START_UTC;
    this.send = () => undefined;
    this.ports = { ...this.makePorts(primitives), ...parts };
    this.lacks = [];
    this.lackSays = REFUSED_UNKNOWN_COMMAND;
    this.core = this.boot();
  }

  private makePorts(primitives: Primitives): Ports {
    return {
      facts: {
        board: 'core',
        firmware: 'test',
        serial: this.serial,
        algorithms: ALL_ALGORITHMS,
        keys: 1,
        clockPpm: 2,
      },
      primitives,
      ...memories(),
      entropy: { sample: () => randomBytes(4).readInt32LE() },
      clock: {
        set: utc => {
          this.utc = utc;
          return true;
        },
        trim: () => false,
      },
      display: {
        width: 128,
        height: 64,
        clear: () => void this.drawn.splice(0),
        text: (_x, _y, _size, text) => void this.drawn.push(text),
        fill: () => undefined,
        show: () => true,
        power: () => undefined,
        ink: () => undefined,
        light: level => void this.lights.push(level),
      },
      link: { send: frame => this.send(frame) },
      keyDerivation: {
        iterations: () => 1,
        derive: (pin, salt) => new Hmac(primitives, SHA256, salt).mac([pin]),
      },
      keyboard: { ready: false, report: () => false },
      power: { battery: () => -1 },
      maintenance: { begin: () => undefined },
    };
  }

  /** Plugs the fob in. The cable before gets nothing any more. */
  plugIn({ toFob = frame => frame, toHost = frame => frame }: CableOptions = {}): Cable {
    let sent = 0;
    let answered = 0;
    let isCut = false;
    const { transport, receive, lost } = pipe({
      name: 'cable',
      async write(frame) {
        const arriving = toFob(frame, sent);
        sent++;
        if (!isCut && arriving !== '') setImmediate(() => carry(arriving));
      },
      release: async () => undefined,
    });
    const carry = (text: string) => this.core.receive(text, this.ms, this.utc);
    this.send = frame => {
      const arriving = toHost(frame, answered);
      answered++;
      if (!isCut && arriving !== '') receive(Buffer.from(arriving, 'latin1'));
    };
    return {
      transport,
      get sent() {
        return sent;
      },
      cut(reason) {
        isCut = true;
        lost(reason);
      },
    };
  }

  /** Its time, in whole seconds since 1970. */
  get now(): number {
    return this.utc;
  }

  /** The words on the screen, line by line. */
  get screen(): readonly string[] {
    return this.drawn;
  }

  /** The pairing code on the screen, below the title and the time left. */
  get code(): string {
    const shown = this.drawn.slice(2).join('').replaceAll(' ', '').toLowerCase();
    // Without a code, the words on the screen are no secret.
    return readPairingCode(shown) === undefined ? shown : secret(shown);
  }

  /** Lets the fob's time pass. */
  pass(ms: number): void {
    this.ms += ms;
    this.core.tick(this.ms, this.utc);
  }

  /** When the fob needs its next tick, counted from now; -1 for never. */
  get deadlineMs(): number {
    const { deadline } = this.core;
    return deadline < 0 ? -1 : deadline - this.ms;
  }

  /** Advances time and clock, and ticks the fob at each of its deadlines, as a board does. */
  run(ms: number): void {
    const end = this.ms + ms;
    while (this.ms < end) {
      const { deadline } = this.core;
      const to = deadline < 0 ? end : Math.min(end, Math.max(deadline, this.ms + 1));
      this.utc += Math.floor(to / 1000) - Math.floor(this.ms / 1000);
      this.ms = to;
      this.core.tick(this.ms, this.utc);
    }
  }

  /** Time in which the fob does something else: every deadline and event waits until then. */
  beBusy(ms: number): void {
    this.ms += ms;
  }

  /** Whether bytes lie in its memory, outside the chips that survive a reboot. */
  remembers(bytes: Uint8Array): boolean {
    const wanted = Buffer.from(bytes);
    const seen = new Set<unknown>(Object.values(this.ports));
    const todo: unknown[] = [this.core];
    for (const thing of todo) {
      if (thing instanceof Uint8Array && Buffer.from(thing.buffer).includes(wanted)) return true;
      if (typeof thing !== 'object' || thing === null || seen.has(thing)) continue;
      seen.add(thing);
      todo.push(...Object.values(thing));
    }
    return false;
  }

  /** Presses a key, and releases it after so long. */
  press(heldMs = 100, which = 0): void {
    this.key(true, which);
    this.run(heldMs);
    this.key(false, which);
  }

  key(down: boolean, which = 0): void {
    this.core.key(which, down, this.ms, this.utc);
  }

  /** Waits until keys react, then holds the button for longer than a second. */
  approve(): void {
    this.run(PRESS_DEAF_MS + 2);
    this.hold(HOLD_MS);
  }

  /** Waits until keys react, then presses the button shortly. */
  deny(): void {
    this.run(PRESS_DEAF_MS + 2);
    this.hold(SHORT_MS);
  }

  /** Takes a digit, or the `ok` behind them, on the wheel that the screen shows. */
  take(symbol: string): void {
    for (let turns = 0; !this.drawn.includes(symbol); turns++) {
      if (turns > WHEEL_SYMBOLS) throw new Error('the wheel does not show what is to be taken');
      this.hold(SHORT_MS);
    }
    this.hold(HOLD_MS);
  }

  /** Enters all digits of a PIN and confirms them; the work after that may be slow, behind a screen that says so. */
  enter(digits: string): void {
    for (const symbol of [...digits, 'ok']) this.take(symbol);
    this.pass(SHORT_MS);
  }

  private hold(ms: number): void {
    this.core.key(0, true, this.ms, this.utc);
    this.run(ms);
    this.core.key(0, false, this.ms, this.utc);
  }

  /** Lies in a drawer, where nothing ticks, until its clock has counted so many seconds. */
  sleep(seconds: number): void {
    this.utc += seconds;
  }

  /** The battery of the real-time clock is empty. */
  loseTime(): void {
    this.utc = -1e9;
  }

  /** Turns the power off and on: only memories keep their content. */
  reboot(): void {
    this.ms = 0;
    this.core = this.boot();
  }

  /**
   * Makes its firmware one from before these commands existed.
   * @param says its answer to them inside a session: older images said that there is none
   */
  without(commands: readonly CommandName[], says = REFUSED_UNKNOWN_COMMAND): this {
    this.lacks = commands;
    this.lackSays = says;
    this.core = this.boot();
    return this;
  }

  private boot(): Fob {
    const core = new Fob(this.ports, this.ms, this.utc);
    const handlers = Reflect.get(core, 'commands') as Record<string, unknown>;
    // The dispatcher's answer to a number that is not in its table.
    for (const name of this.lacks) handlers[name] = () => this.lackSays;
    return core;
  }
}

export interface Cable {
  readonly transport: Transport;
  /** Frames that the host has sent. */
  readonly sent: number;
  /** Pulls the cable out: both sides get nothing any more, and the host notices. */
  cut(reason: FobError): void;
}
