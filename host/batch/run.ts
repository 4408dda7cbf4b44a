import { pause } from '../client/pause.ts';
import type { Context, FobAtHand, Progress } from '../commands/context.ts';
import { probePort } from '../commands/probe.ts';
import { FobError, isFobError } from '../errors.ts';
import { ANSWER_TIMEOUT_MS, SENDS_MAX } from '../limits.ts';
import { addressText, readAddress } from '../transports/discover.ts';
import { listPorts } from '../transports/ports.ts';
import type { Ledger } from './ledger.ts';
import { INSERT_POLL_MS } from './limits.ts';
import { provision } from './provision.ts';

const PATIENCE = { answerTimeoutMs: ANSWER_TIMEOUT_MS, sendsMax: SENDS_MAX };

/** What becomes of a fob, as it happens. */
export type BatchEvent =
  | { readonly event: 'began'; readonly address: string; readonly serial: string }
  | { readonly event: 'step'; readonly address: string; readonly serial: string; readonly progress: Progress }
  | { readonly event: 'ended'; readonly result: FobResult; readonly left: number }
  | { readonly event: 'insert-next'; readonly left: number };

export interface FobResult {
  readonly address: string;
  /** Absent where the port gave no fob. */
  readonly serial?: string;
  readonly board?: string;
  readonly firmware?: string;
  readonly outcome: 'done' | 'skipped' | 'failed';
  readonly error?: FobError;
}

export interface BatchOptions {
  readonly ledger: Ledger;
  /** Addresses of the ports; undefined: every port that is likely to have a fob. */
  readonly ports: readonly string[] | undefined;
  /** Fobs at work at once. */
  readonly parallel: number;
  /** Whether to wait for further fobs while the plan has something left. */
  readonly waits: boolean;
  /** The code on the screen of a fob. `inTurn` where a person types it: one fob shows a code at a time. */
  readonly askCode: (fob: FobAtHand, isAgain: boolean) => Promise<string>;
  readonly typesCodes: boolean;
  readonly onEvent: (event: BatchEvent) => void;
}

/**
 * Provisions the fobs that are plugged in, and where it waits, those that come after them, until the plan is done or
 * the signal comes: then each fob is left after the step that it is in. What fails with one fob stops no other.
 * @returns what became of each fob, in the order of their ends
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
    await inParallel(await addresses(options), options.parallel, address => visitor.visit(address, isFirst));
    const hasWaited = !isFirst && results.length === before;
    isFirst = false;
    if (!options.waits || options.ledger.left === 0 || visitor.isStopped) break;
    if (!hasWaited) options.onEvent({ event: 'insert-next', left: options.ledger.left });
    await pause(INSERT_POLL_MS, signal).catch(() => undefined);
  }
  return results;
}

async function addresses({ ports }: BatchOptions): Promise<readonly string[]> {
  if (ports !== undefined) return ports;
  const found = await listPorts();
  return found.filter(({ isLikely }) => isLikely).map(({ address }) => addressText(address));
}

/** Does the work on all items, so many at once. */
async function inParallel<T>(
  items: readonly T[],
  parallel: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker));
}

/** An answer that a person or a pipe may never give. @throws FobError `cancelled` */
function unlessStopped<T>(answer: Promise<T>, stop: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(new FobError('cancelled'));
    if (stop?.aborted) end();
    stop?.addEventListener('abort', end, { once: true });
    answer.then(resolve, reject).finally(() => stop?.removeEventListener('abort', end));
  });
}

/** Looks at a port and does with the fob in it what is to be done, once as long as it stays there. */
class Visitor {
  private readonly context: Context;
  private readonly options: BatchOptions;
  private readonly ended: (result: FobResult) => void;
  /** Serial of the fob that each port was last found with. */
  private readonly seen: Map<string, string>;
  private turn: Promise<unknown>;
  /** The person ended the question for a code. */
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

  /** @param isNamed whether a port without a fob is worth saying */
  async visit(address: string, isNamed: boolean): Promise<void> {
    const { signal } = this.context;
    if (this.isStopped) return;
    // A port that was named is known to have a fob: it gets all the time that a fob may take.
    const patience = this.options.ports === undefined ? undefined : PATIENCE;
    const found = await probePort(readAddress(address), signal, patience).catch((error: unknown) => {
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
    // What has been sent is waited for: the signal counts between two steps, and while a person is asked.
    const { signal: stop, ...rest } = this.context;
    const context: Context = {
      ...rest,
      report: progress => onEvent({ event: 'step', address, serial, progress }),
    };
    const askCode = (isAgain: boolean) => unlessStopped(this.options.askCode(fob, isAgain), stop);
    const work = () => provision(context, fob, { ledger, askCode, stop });
    try {
      const isTyped = this.options.typesCodes && hello.state === 'blank';
      this.ended({ ...about, outcome: await (isTyped ? this.inTurn(work) : work()) });
    } catch (error) {
      if (!isFobError(error)) throw error;
      if (error.kind === 'cancelled') this.isGivenUp = true;
      this.ended({ ...about, outcome: 'failed', error });
    }
  }

  /** One fob shows a code at a time, or a person would not know which to type; a code is shown for three minutes. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }
}
