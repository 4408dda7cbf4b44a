import { pause } from '../client/pause.ts';
import { namesakeText } from '../commands/account-name.ts';
import type { Context, FobAtHand, Progress } from '../commands/context.ts';
import { probePort } from '../commands/probe.ts';
import { FobError, isFobError } from '../errors.ts';
import { ANSWER_TIMEOUT_MS, SENDS_MAX } from '../limits.ts';
import type { AskCode } from '../owner/pairing.ts';
import { addressText, readAddress } from '../transports/discover.ts';
import { likelyPorts, type PortFound, portNamed } from '../transports/ports.ts';
import type { Ledger } from './ledger.ts';
import { INSERT_POLL_MS } from './limits.ts';
import { inParallel } from './parallel.ts';
import { provision } from './provision.ts';

const PATIENCE = { answerTimeoutMs: ANSWER_TIMEOUT_MS, sendsMax: SENDS_MAX };

/** Progress of a fob. */
export type BatchEvent =
  | { readonly event: 'began'; readonly address: string; readonly serial: string }
  | { readonly event: 'step'; readonly address: string; readonly serial: string; readonly progress: Progress }
  | { readonly event: 'ended'; readonly result: FobResult; readonly left: number }
  | { readonly event: 'insert-next'; readonly left: number };

export interface FobResult {
  readonly address: string;
  /** Absent if no fob was found at the port. */
  readonly serial?: string;
  readonly board?: string;
  readonly firmware?: string;
  readonly outcome: 'done' | 'skipped' | 'failed';
  readonly error?: FobError;
  /** Sentences about accounts that the fob holds twice by name. */
  readonly warnings?: readonly string[];
}

export interface BatchOptions {
  readonly ledger: Ledger;
  /** Addresses of the ports; undefined: every port that is likely to have a fob. */
  readonly ports: readonly string[] | undefined;
  /** Fobs provisioned at once. */
  readonly parallel: number;
  /** Whether to wait for further fobs while the plan has rows left. */
  readonly waits: boolean;
  /** Asks for the code on a fob's screen. If a person types codes, only one fob at a time shows one. */
  readonly askCode: (fob: FobAtHand, ...again: Parameters<AskCode>) => Promise<string>;
  readonly typesCodes: boolean;
  readonly onEvent: (event: BatchEvent) => void;
}

/**
 * Provisions the fobs that are plugged in, and with `waits` those plugged in later, until the plan is done or the
 * signal aborts; then each fob stops after its current step. A failure of one fob does not stop the others.
 * @returns the result for each fob, in order of completion
 */
export async function runBatch(context: Context, options: BatchOptions): Promise<FobResult[]> {
  const { signal } = context;
  const results: FobResult[] = [];
  const visitor = new Visitor(context, options, result => {
    results.push(result);
    options.onEvent({ event: 'ended', result, left: options.ledger.left });
  });
  let isFirst = true;
  while (isFirst || (options.waits && options.ledger.left > 0 && !visitor.isStopped)) {
    const before = results.length;
    await inParallel(await portsOf(options), options.parallel, port => visitor.visit(port, isFirst));
    const hasWaited = !isFirst && results.length === before;
    isFirst = false;
    if (!options.waits || options.ledger.left === 0 || visitor.isStopped) break;
    if (!hasWaited) options.onEvent({ event: 'insert-next', left: options.ledger.left });
    await pause(INSERT_POLL_MS, signal).catch(() => undefined);
  }
  return results;
}

async function portsOf({ ports }: BatchOptions): Promise<readonly PortFound[]> {
  if (ports !== undefined) return Promise.all(ports.map(port => portNamed(readAddress(port))));
  return likelyPorts();
}

/** Waits for an answer that a person or a pipe may never give. @throws FobError `cancelled` */
function unlessStopped<T>(answer: Promise<T>, stop: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(new FobError('cancelled'));
    if (stop?.aborted) end();
    stop?.addEventListener('abort', end, { once: true });
    answer.then(resolve, reject).finally(() => stop?.removeEventListener('abort', end));
  });
}

/** Checks a port and provisions the fob there, once as long as it stays plugged in. */
class Visitor {
  private readonly context: Context;
  private readonly options: BatchOptions;
  private readonly ended: (result: FobResult) => void;
  /** Serial of the last fob seen at each port. */
  private readonly seen: Map<string, string>;
  private turn: Promise<unknown>;
  /** Whether the person cancelled the question for a code. */
  private isGivenUp: boolean;

  constructor(context: Context, options: BatchOptions, ended: (result: FobResult) => void) {
    this.context = context;
    this.options = options;
    this.ended = ended;
    this.seen = new Map();
    this.turn = Promise.resolve();
    this.isGivenUp = false;
  }

  get isStopped(): boolean {
    return this.isGivenUp || this.context.signal?.aborted === true;
  }

  /** @param isNamed whether to report a port without a fob */
  async visit(port: PortFound, isNamed: boolean): Promise<void> {
    const { signal } = this.context;
    if (this.isStopped) return;
    const address = addressText(port.address);
    // A port named by the user is expected to have a fob, so it gets the longest timeout.
    const patience = this.options.ports === undefined ? undefined : PATIENCE;
    const found = await probePort(port, signal, patience).catch((error: unknown) => {
      if (isFobError(error, 'cancelled')) return undefined;
      throw error;
    });
    if (found === undefined) return;
    if (!('client' in found)) {
      this.seen.delete(address);
      if (isNamed && !this.options.waits) this.ended({ address, outcome: 'failed', error: found.error });
      return;
    }
    try {
      if (this.seen.get(address) !== found.hello.serial) await this.treat(found);
    } finally {
      this.seen.set(address, found.hello.serial);
      await found.client.close();
    }
  }

  private async treat(fob: FobAtHand): Promise<void> {
    const { address, hello } = fob;
    const { serial, board, firmware } = hello;
    const { ledger, onEvent } = this.options;
    const about = { address, serial, board, firmware };
    onEvent({ event: 'began', address, serial });
    // A command already sent must finish, so the signal counts only between steps and during a question.
    const { signal: stop, ...rest } = this.context;
    const namesakes: string[] = [];
    const context: Context = {
      ...rest,
      report(progress) {
        if (progress.event !== 'namesake') onEvent({ event: 'step', address, serial, progress });
        else namesakes.push(`${progress.account}: ${namesakeText(progress.ids)}`);
      },
    };
    const warned = () => (namesakes.length > 0 ? { warnings: namesakes } : {});
    const askCode: AskCode = (...again) => unlessStopped(this.options.askCode(fob, ...again), stop);
    const inTurn = this.options.typesCodes ? <T>(ask: () => Promise<T>) => this.inTurn(ask) : undefined;
    try {
      const outcome = await provision(context, fob, { ledger, askCode, inTurn, stop });
      this.ended({ ...about, outcome, ...warned() });
    } catch (error) {
      if (!isFobError(error)) throw error;
      if (error.kind === 'cancelled') this.isGivenUp = true;
      this.ended({ ...about, outcome: 'failed', error, ...warned() });
    }
  }

  /**
   * Lets one fob at a time show a code (for three minutes), so that a person knows which one to type. The next one shows
   * its code as soon as this one is typed.
   */
  private inTurn<T>(ask: () => Promise<T>): Promise<T> {
    const result = this.turn.then(() => {
      if (this.isStopped) throw new FobError('cancelled');
      return ask();
    });
    this.turn = result.catch(() => undefined);
    return result;
  }
}
