import type { AgentOptions, FobFinder, FobSeen } from '../../agent/agent.ts';
import { FOB_BUSY_AGAIN_MS, FOB_SILENT_AGAIN_MS, FOB_SILENT_ASKS_MAX } from '../../agent/base/limits.ts';
import type { FobFound } from '../../agent/fobs/fobs.ts';
import { type FobChoice, isChosen } from '../../commands/find.ts';
import { isSameBoard } from '../../commands/joined.ts';
import { probePort } from '../../commands/probe.ts';
import { type FobError, isFobError } from '../../errors.ts';
import { PORT_POLL_INTERVAL_MS } from '../../limits.ts';
import { addressText, openTransport, readAddress } from '../../transports/discover.ts';
import { likelyPorts, type PortFound, portNamed } from '../../transports/ports.ts';
import { watchPorts } from '../../transports/watch-ports.ts';

/** Called for a port that cannot be used, once for each reason. */
type Troubled = (address: string, problem: FobError) => void;

/**
 * Looks for fobs at the likely ports as they come and go, or at the named port. Asks each fob for its serial and
 * releases the port. Tries again a port in use by another program, and a fob that may still be booting.
 * @throws FobError `bad-input` for an invalid address
 */
export function finderOf(choice: FobChoice, troubled: Troubled): AgentOptions['find'] {
  const named = choice.port === undefined ? undefined : readAddress(choice.port);
  return async (finder, signal) => {
    const watch = new PortWatch(finder, choice, named !== undefined, troubled, signal);
    const look =
      named === undefined ? likelyPorts : async (): Promise<readonly PortFound[]> => [await portNamed(named)];
    try {
      await watchPorts(
        port => watch.appeared(port),
        port => watch.left(port),
        signal,
        look,
      );
    } finally {
      await watch.end();
    }
  };
}

/** A port that is present. */
interface Watched {
  readonly port: PortFound;
  readonly ending: AbortController;
  asks: number;
  /** The reason reported last. */
  trouble: string | undefined;
  fob: FobFound | undefined;
  /** Undefined while another port of the same board represents it. */
  seen: FobSeen | undefined;
}

class PortWatch {
  private readonly finder: FobFinder;
  private readonly choice: FobChoice;
  /** A port named by the user is tried without limit. */
  private readonly isNamed: boolean;
  private readonly troubled: Troubled;
  private readonly signal: AbortSignal;
  private readonly ports: Map<string, Watched>;
  private readonly underWay: Set<Promise<void>>;

  constructor(
    finder: FobFinder,
    choice: FobChoice,
    isNamed: boolean,
    troubled: Troubled,
    signal: AbortSignal,
  ) {
    this.finder = finder;
    this.choice = choice;
    this.isNamed = isNamed;
    this.troubled = troubled;
    this.signal = signal;
    this.ports = new Map();
    this.underWay = new Set();
    finder.onLost(fob => this.lost(fob));
  }

  appeared(port: PortFound): void {
    const watched: Watched = {
      port,
      ending: new AbortController(),
      asks: 0,
      trouble: undefined,
      fob: undefined,
      seen: undefined,
    };
    this.ports.set(addressText(port.address), watched);
    this.begin(this.ask(watched, 0));
  }

  left(port: PortFound): void {
    const key = addressText(port.address);
    const watched = this.ports.get(key);
    this.ports.delete(key);
    if (watched === undefined) return;
    watched.ending.abort();
    this.forget(watched);
  }

  async end(): Promise<void> {
    for (const { ending } of this.ports.values()) ending.abort();
    await Promise.all(this.underWay);
  }

  /** The port was lost while bytes were carried, so another device may be there now. */
  private lost(fob: FobFound): void {
    const watched = [...this.ports.values()].find(one => one.fob === fob);
    if (watched === undefined) return;
    this.forget(watched);
    watched.asks = 0;
    this.begin(this.ask(watched, PORT_POLL_INTERVAL_MS));
  }

  private async ask(watched: Watched, inMs: number): Promise<void> {
    const ending = AbortSignal.any([watched.ending.signal, this.signal]);
    for (let waitMs: number | undefined = inMs; waitMs !== undefined; ) {
      await rest(waitMs, ending);
      if (ending.aborted) return;
      waitMs = await this.askOnce(watched, ending);
    }
  }

  /** @returns delay before the next attempt; undefined: no further attempt */
  private async askOnce(watched: Watched, ending: AbortSignal): Promise<number | undefined> {
    let found: Awaited<ReturnType<typeof probePort>>;
    try {
      found = await probePort(watched.port, ending);
    } catch (error) {
      if (isFobError(error, 'cancelled')) return undefined;
      throw error;
    }
    if ('client' in found) {
      await found.client.close();
      if (!ending.aborted) this.found(watched, found.hello.serial);
      return undefined;
    }
    watched.asks += 1;
    const isBusy = isFobError(found.error, 'port-busy');
    if (!isBusy && this.isShownElsewhere(watched)) return undefined;
    if (watched.trouble !== found.error.kind) this.troubled(found.address, found.error);
    watched.trouble = found.error.kind;
    if (isBusy || this.isNamed) return FOB_BUSY_AGAIN_MS;
    return watched.asks < FOB_SILENT_ASKS_MAX ? FOB_SILENT_AGAIN_MS : undefined;
  }

  /** A board with two ports may be silent on one of them. */
  private isShownElsewhere({ port }: Watched): boolean {
    return [...this.ports.values()].some(one => one.fob !== undefined && isSameBoard(port, one.port));
  }

  private found(watched: Watched, serial: string): void {
    const { address } = watched.port;
    watched.trouble = undefined;
    if (!isChosen(serial, this.choice)) return;
    watched.fob = { serial, port: address.kind, open: () => openTransport(address) };
    const isShown = [...this.ports.values()].some(one => one.seen !== undefined && this.isSame(one, watched));
    if (!isShown) watched.seen = this.finder.found(watched.fob);
  }

  /** The port's fob is gone; the same board's other port takes its place. */
  private forget(watched: Watched): void {
    const { fob, seen } = watched;
    watched.fob = undefined;
    watched.seen = undefined;
    if (seen === undefined) return;
    this.begin(seen.gone());
    const other = [...this.ports.values()].find(
      one => one.fob?.serial === fob?.serial && one.fob !== undefined && isSameBoard(one.port, watched.port),
    );
    if (other?.fob !== undefined) other.seen = this.finder.found(other.fob);
  }

  private isSame(one: Watched, other: Watched): boolean {
    return one !== other && one.fob?.serial === other.fob?.serial && isSameBoard(one.port, other.port);
  }

  private begin(work: Promise<void>): void {
    const done = work.finally(() => this.underWay.delete(done));
    this.underWay.add(done);
  }
}

function rest(ms: number, ending: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer);
      ending.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (ending.aborted) end();
    else ending.addEventListener('abort', end, { once: true });
  });
}
