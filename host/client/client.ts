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
  PRESS_REMINDER_MS,
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
  /** Default: as long as a fob's slowest command may take, three sends. */
  readonly patience?: RetryPolicy;
  /** Source of unpredictable bytes. Default: the platform's. */
  readonly random?: (length: number) => Uint8Array;
  readonly primitives?: Primitives;
  /** A clock that never goes back, ms. Default: the platform's. */
  readonly now?: () => number;
  /** Sends only reads: a command that would change the fob throws `dry-run` instead. */
  readonly isDryRun?: boolean | undefined;
}

export interface CallOptions<N extends SealedCommand = SealedCommand> {
  readonly signal?: AbortSignal | undefined;
  /** Called once when the fob waits for its button. */
  readonly onPressNeeded?: (() => void) | undefined;
  /** Called once if the fob still waits for its button after `PRESS_REMINDER_MS`. */
  readonly onPressAwaited?: (() => void) | undefined;
  /** Waits for the next poll and makes its request, for a request that becomes outdated while a person acts. */
  readonly renew?: (() => Promise<Request<N>>) | undefined;
}

/**
 * Commands that may be repeated in a new session although the fob may have executed them in the old one: they change
 * nothing, or are idempotent. The others would set a past time, use up a HOTP value or ask the person twice.
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

/** Commands for which the fob may ask its user. */
const ASKING: ReadonlySet<SealedCommand> = new Set<SealedCommand>([
  'code',
  'respond',
  'resetPin',
  'setClock',
  'erase',
  'maintain',
]);

/** A client for a fob, for its owner: over any transport, one request at a time; calls are queued. */
export class Client {
  private readonly link: Link;
  private readonly patience: RetryPolicy;
  private readonly random: (length: number) => Uint8Array;
  private readonly now: () => number;
  private readonly sequence: Sequence;
  private readonly isDryRun: boolean;
  private turn: Promise<unknown>;
  private known: Hello | undefined;
  private key: SessionKey | undefined;
  private channel: Channel | undefined;
  private chance: Uint8Array | undefined;
  /** Consecutive reopenings of the session after an unauthenticated answer that there is none. */
  private reopened: number;
  /** Commands of the fob's protocol version that its older firmware turned out to lack. */
  private readonly unknown: Set<CommandName>;

  constructor(transport: Transport, options: ClientOptions) {
    this.link = new Link(transport, options.primitives ?? hostPrimitives);
    this.patience = options.patience ?? { answerTimeoutMs: ANSWER_TIMEOUT_MS, sendsMax: SENDS_MAX };
    this.random = options.random ?? systemRandom;
    this.now = options.now ?? (() => performance.now());
    this.isDryRun = options.isDryRun ?? false;
    // Starts at random, so that an answer left in a buffer by an earlier run matches no request of this one.
    this.sequence = { last: this.random(1)[0] ?? 0 };
    this.turn = Promise.resolve();
    this.unknown = new Set();
    this.reopened = 0;
  }

  /** Asks the fob for its identity. @throws FobError `no-answer`, `unplugged`, `wrong-version`, `cancelled` */
  hello(patience: RetryPolicy = this.patience, signal?: AbortSignal): Promise<Hello> {
    return this.inTurn(async () => {
      const response = await askClear(this.link, this.sequence, 'hello', () => ({}), patience, signal);
      this.known = readHello(response);
      return this.known;
    });
  }

  /**
   * Asks a blank fob to show a pairing code.
   * @returns how many seconds it is shown
   * @throws FobError `already-owned`, `refused` (needs-entropy, keys-lost)
   */
  startPairing(signal?: AbortSignal): Promise<number> {
    return this.inTurn(async () => {
      if (this.isDryRun) refuseChange('pair');
      const response = await askClear(this.link, this.sequence, 'pair', () => ({}), this.patience, signal);
      return response.seconds;
    });
  }

  /** Opens a session, replacing the current one. @throws FobError as `openSession` of `handshake.ts` */
  openSession(key: SessionKey, signal?: AbortSignal): Promise<void> {
    return this.inTurn(() => {
      this.reopened = 0;
      return this.handshake(key, signal);
    });
  }

  /**
   * Runs one command inside the session; waits for the button if needed. If the fob has lost the session, or it is
   * used up, the client reopens it once, provided that the command cannot be executed twice; the number of reopenings
   * without an answer from inside a session is limited. A cancelled call withdraws the question that the fob may be
   * asking.
   * @throws FobError `old-firmware` before anything is sent, `refused`, `no-answer`, `unplugged`, `cancelled`
   */
  call<N extends SealedCommand>(
    name: N,
    request: Request<N>,
    options: CallOptions<N> = {},
  ): Promise<Response<N>> {
    return this.inTurn(async () => {
      this.check(name);
      const asked = { isBehindAnother: false };
      try {
        return await this.poll(name, request, options, asked);
      } catch (error) {
        // Withdraw even before the fob has reported a question, because the question appears before the report
        // arrives. But if the fob was busy, the question on its screen belongs to another command.
        if (ASKING.has(name) && isFobError(error, 'cancelled') && !asked.isBehindAnother)
          await this.takeBack();
        throw error;
      }
    });
  }

  /**
   * Refuses a command as `call` does before anything is sent, for work that prepares a change outside the fob.
   * @throws FobError `old-firmware`, `dry-run`
   */
  check(name: SealedCommand): void {
    if (!this.knows(name)) throw new FobError('old-firmware', { subject: this.known?.serial ?? '' });
    if (this.isDryRun) refuseChange(name);
  }

  private async poll<N extends SealedCommand>(
    name: N,
    request: Request<N>,
    options: CallOptions<N>,
    asked: { isBehindAnother: boolean },
  ): Promise<Response<N>> {
    let current = request;
    let polls = 0;
    let remindMs = Number.POSITIVE_INFINITY;
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
        if (polls === 0) {
          remindMs = this.now() + PRESS_REMINDER_MS;
          options.onPressNeeded?.();
        } else if (this.now() >= remindMs) {
          options.onPressAwaited?.();
          remindMs = Number.POSITIVE_INFINITY;
        }
        if (polls === PRESS_POLLS_MAX) throw refusalError(REFUSED_PRESS_TIMEOUT);
        polls++;
        if (options.renew) current = await options.renew();
        else await pause(PRESS_POLL_INTERVAL_MS, options.signal);
      } else if (status === REFUSED_BUSY && busy < BUSY_POLLS_MAX) {
        // Another command was cut off and left its question; the fob drops it by itself.
        busy++;
        asked.isBehindAnother = true;
        await pause(PRESS_POLL_INTERVAL_MS, options.signal);
      } else {
        if (status === REFUSED_UNKNOWN_COMMAND) this.unknown.add(name);
        throw refusalError(status);
      }
    }
  }

  /** Withdraws the question on the fob's screen. If that fails, the fob drops it by itself after 5 seconds. */
  private async takeBack(): Promise<void> {
    if (!this.knows('cancel')) return;
    const patience = { answerTimeoutMs: CANCEL_TIMEOUT_MS, sendsMax: 1 };
    const answer = await this.channel?.ask('cancel', {}, patience).catch(() => undefined);
    if (answer?.status === REFUSED_UNKNOWN_COMMAND) this.unknown.add('cancel');
  }

  /**
   * Whether the fob's protocol version has this command, and the fob has not refused it as unknown. True before the
   * fob's hello.
   */
  knows(name: CommandName): boolean {
    return !this.unknown.has(name) && (!this.known || this.known.version >= COMMANDS[name][1]);
  }

  /**
   * Randomness that the fob contributed to the session, mixed with the owner's and unknown to a relay: 32 bytes, the
   * same until the next session. For secrets that must not depend on this computer's randomness alone.
   * @throws FobError `refused` (no-session) before the first session
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

  /** Runs one exchange at a time; a failed call does not block the next. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }
}

/** Makes a client over an open transport. It sends nothing yet: call `hello()` first, then `openSession()`. */
export function connect(transport: Transport, options: ClientOptions = {}): Client {
  return new Client(transport, options);
}

function systemRandom(length: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(length));
}
