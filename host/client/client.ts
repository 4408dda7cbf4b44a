import { COMMANDS, type CommandName, type Request, type Response } from '@passfob/protocol/commands';
import type { Primitives } from '@passfob/protocol/primitives';
import {
  REFUSED_BUSY,
  REFUSED_NO_SESSION,
  REFUSED_PRESS_NEEDED,
  REFUSED_PRESS_TIMEOUT,
  REFUSED_UNKNOWN_COMMAND,
} from '@passfob/protocol/refusals';
import { FobError, isFobError, refusalError } from '../errors.ts';
import {
  ANSWER_TIMEOUT_MS,
  BUSY_POLLS_MAX,
  CANCEL_TIMEOUT_MS,
  PRESS_POLL_INTERVAL_MS,
  PRESS_POLLS_MAX,
  REOPENS_MAX,
  SENDS_MAX,
} from '../limits.ts';
import type { Transport } from '../transports/transport.ts';
import { Channel } from './channel.ts';
import { askClear, type Sequence } from './clear.ts';
import { refuseChange } from './dry-run.ts';
import { openSession, type SessionKey } from './handshake.ts';
import { type Hello, readHello } from './hello.ts';
import { Link, type RetryPolicy } from './link.ts';
import type { SealedCommand } from './messages.ts';
import { pause } from './pause.ts';
import { hostPrimitives } from './primitives.ts';

export interface ClientOptions {
  /** Default: as long as a fob may take for its slowest command, three sends. */
  readonly patience?: RetryPolicy;
  /** Bytes nobody can foresee. Default: the platform's. */
  readonly random?: (length: number) => Uint8Array;
  readonly primitives?: Primitives;
  /** Asks, and changes nothing: what would change the fob throws `dry-run` instead of being sent. */
  readonly isDryRun?: boolean | undefined;
}

export interface CallOptions<N extends SealedCommand = SealedCommand> {
  readonly signal?: AbortSignal | undefined;
  /** Called once when the fob waits for a press. */
  readonly onPressNeeded?: (() => void) | undefined;
  /** Waits for the next poll and makes its request: for one that goes out of date while a person is pressing. */
  readonly renew?: (() => Promise<Request<N>>) | undefined;
}

/**
 * Commands that may be sent once more in a new session although the fob may have executed them in the old one: they
 * change nothing, or the same twice is the same once. The others would set a time that has passed, cost a HOTP value
 * or ask the person twice.
 */
const REPEATABLE: ReadonlySet<SealedCommand> = new Set<SealedCommand>([
  'info',
  'list',
  'put',
  'prove',
  'clock',
  'escrow',
  'status',
  'setPolicy',
  'requirePin',
  'rename',
  'move',
  'putOcra',
  'enrol',
  'time',
]);

/** Commands for which the fob may ask its person. */
const ASKING: ReadonlySet<SealedCommand> = new Set<SealedCommand>([
  'code',
  'respond',
  'resetPin',
  'setClock',
  'erase',
  'maintain',
]);

/** A fob, as its owner uses it: over any transport, one request at a time, calls queue. */
export class Client {
  private readonly link: Link;
  private readonly patience: RetryPolicy;
  private readonly random: (length: number) => Uint8Array;
  private readonly sequence: Sequence;
  private readonly isDryRun: boolean;
  private turn: Promise<unknown>;
  private known: Hello | undefined;
  private key: SessionKey | undefined;
  private channel: Channel | undefined;
  private chance: Uint8Array | undefined;
  /** Sessions opened anew, one behind the other, because a word on the line said that there is none. */
  private reopened: number;
  /** Commands of the fob's version that it turned out not to have: its firmware is from before they came. */
  private readonly unknown: Set<CommandName>;

  constructor(transport: Transport, options: ClientOptions) {
    this.link = new Link(transport, options.primitives ?? hostPrimitives);
    this.patience = options.patience ?? { answerTimeoutMs: ANSWER_TIMEOUT_MS, sendsMax: SENDS_MAX };
    this.random = options.random ?? systemRandom;
    this.isDryRun = options.isDryRun ?? false;
    // From a place of chance on, so that what an earlier run left in a buffer answers nothing of this one.
    this.sequence = { last: this.random(1)[0] ?? 0 };
    this.turn = Promise.resolve();
    this.unknown = new Set();
    this.reopened = 0;
  }

  /** Who is there. @throws FobError `no-answer`, `unplugged`, `wrong-version`, `cancelled` */
  hello(patience: RetryPolicy = this.patience, signal?: AbortSignal): Promise<Hello> {
    return this.inTurn(async () => {
      const response = await askClear(this.link, this.sequence, 'hello', () => ({}), patience, signal);
      this.known = readHello(response);
      return this.known;
    });
  }

  /**
   * Has a blank fob show a pairing code.
   * @returns for how many seconds
   * @throws FobError `already-owned`, `refused` (needs-entropy, keys-lost)
   */
  startPairing(signal?: AbortSignal): Promise<number> {
    return this.inTurn(async () => {
      if (this.isDryRun) refuseChange('pair');
      const response = await askClear(this.link, this.sequence, 'pair', () => ({}), this.patience, signal);
      return response.seconds;
    });
  }

  /** Opens a session, in place of the one there is. @throws FobError as `openSession` of `handshake.ts` */
  openSession(key: SessionKey, signal?: AbortSignal): Promise<void> {
    return this.inTurn(() => {
      this.reopened = 0;
      return this.handshake(key, signal);
    });
  }

  /**
   * Asks one thing inside the session; waits for the press where one is needed. A session that the fob has lost, or
   * that is used up, is opened anew once where that cannot execute anything twice, and not again and again where no
   * answer comes from inside one. A call that is cancelled takes back the question that the fob may ask its person.
   * @throws FobError `old-firmware` before anything is sent, `refused`, `no-answer`, `unplugged`, `cancelled`
   */
  call<N extends SealedCommand>(
    name: N,
    request: Request<N>,
    options: CallOptions<N> = {},
  ): Promise<Response<N>> {
    return this.inTurn(async () => {
      if (!this.knows(name)) throw new FobError('old-firmware', { subject: this.known?.serial ?? '' });
      if (this.isDryRun) refuseChange(name);
      const asked = { isBehindAnother: false };
      try {
        return await this.poll(name, request, options, asked);
      } catch (error) {
        // Also before the fob has said that it asks: the question is on its screen before its answer is here. Not where the
        // fob was busy: the question on its screen is another's then.
        if (ASKING.has(name) && isFobError(error, 'cancelled') && !asked.isBehindAnother)
          await this.takeBack();
        throw error;
      }
    });
  }

  private async poll<N extends SealedCommand>(
    name: N,
    request: Request<N>,
    options: CallOptions<N>,
    asked: { isBehindAnother: boolean },
  ): Promise<Response<N>> {
    let current = request;
    let polls = 0;
    let busy = 0;
    let mayReopen = REPEATABLE.has(name) && this.key?.kind === 0;
    for (;;) {
      const { status, response } = await this.ask(name, current, options.signal);
      if (status !== REFUSED_NO_SESSION) this.reopened = 0;
      if (response !== undefined) return response;
      if (status === REFUSED_NO_SESSION && mayReopen && this.key && this.reopened < REOPENS_MAX) {
        mayReopen = false;
        this.reopened++;
        await this.handshake(this.key, options.signal);
      } else if (status === REFUSED_PRESS_NEEDED) {
        asked.isBehindAnother = false;
        if (polls === 0) options.onPressNeeded?.();
        if (polls === PRESS_POLLS_MAX) throw refusalError(REFUSED_PRESS_TIMEOUT);
        polls++;
        if (options.renew) current = await options.renew();
        else await pause(PRESS_POLL_INTERVAL_MS, options.signal);
      } else if (status === REFUSED_BUSY && busy < BUSY_POLLS_MAX) {
        // A question that a command left behind when it was cut off; the fob drops it by itself.
        busy++;
        asked.isBehindAnother = true;
        await pause(PRESS_POLL_INTERVAL_MS, options.signal);
      } else {
        if (status === REFUSED_UNKNOWN_COMMAND) this.unknown.add(name);
        throw refusalError(status);
      }
    }
  }

  /** Takes the question off the fob's screen. Where that fails the fob drops it by itself, 5 seconds later. */
  private async takeBack(): Promise<void> {
    if (!this.knows('cancel')) return;
    const patience = { answerTimeoutMs: CANCEL_TIMEOUT_MS, sendsMax: 1 };
    const answer = await this.channel?.ask('cancel', {}, patience).catch(() => undefined);
    if (answer?.status === REFUSED_UNKNOWN_COMMAND) this.unknown.add('cancel');
  }

  /**
   * Whether the fob speaks a version of the protocol that has this command, and has not said otherwise; before its hello
   * nobody says no.
   */
  knows(name: CommandName): boolean {
    return !this.unknown.has(name) && (!this.known || this.known.version >= COMMANDS[name][1]);
  }

  /**
   * Chance that the fob brought into the session, mixed with the owner's and unknown to a relay: 32 bytes, the same
   * until the next session. For what must not rest on the chance of this computer alone.
   * @throws FobError `refused` (no-session) before there was one
   */
  get sessionChance(): Uint8Array {
    if (this.chance === undefined) throw refusalError(REFUSED_NO_SESSION);
    return this.chance;
  }

  /** Ends the session on this side and releases the transport. */
  async close(): Promise<void> {
    this.channel = undefined;
    await this.link.close();
  }

  private async ask<N extends SealedCommand>(name: N, request: Request<N>, signal?: AbortSignal) {
    if (this.channel?.isSpent && this.key?.kind === 0) await this.handshake(this.key, signal);
    if (!this.channel) throw refusalError(REFUSED_NO_SESSION);
    try {
      return await this.channel.ask(name, request, this.patience, signal);
    } catch (error) {
      if (isFobError(error, 'no-answer')) this.channel = undefined;
      throw error;
    }
  }

  private async handshake(key: SessionKey, signal?: AbortSignal): Promise<void> {
    if (!this.known) throw new FobError('no-answer', { subject: this.link.name });
    this.channel = undefined;
    this.key = key;
    const { link, sequence, patience, random, known: hello } = this;
    const opened = await openSession({ link, sequence, hello, patience, random, signal }, key);
    this.chance = opened.chance;
    this.channel = new Channel(link, opened.session);
  }

  /** One exchange is in flight; a call that failed does not hold up the next. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }
}

/** A client over an open transport. It says nothing yet: `hello()` first, then `openSession()`. */
export function connect(transport: Transport, options: ClientOptions = {}): Client {
  return new Client(transport, options);
}

function systemRandom(length: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(length));
}
