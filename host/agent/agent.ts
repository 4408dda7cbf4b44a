import type { FobOwnership, NoticeKind } from '../carrier/messages.ts';
import { FobError } from '../errors.ts';
import { AGENT_CLOCK_JUMP_MS, AGENT_CLOCK_LOOK_MS } from './base/limits.ts';
import type { Time } from './base/time.ts';
import { type FobFound, FobPort, Fobs } from './fobs/fobs.ts';
import { endpointText } from './network/endpoint.ts';
import { networkFailureCode } from './network/failure.ts';
import type { AgentSettings, ServiceSettings } from './network/settings.ts';
import { Keeper, type ServiceState } from './service/keeper.ts';
import type { FobStep } from './service/link.ts';
import { routeTo } from './service/open-service.ts';
import type { AgentStatus, ServiceStatus } from './status.ts';

/** An event to show. Never contains a secret. */
export type AgentEvent =
  | { readonly event: 'fob'; readonly serial: string; readonly port: string }
  | { readonly event: 'gone'; readonly serial: string }
  | { readonly event: 'service'; readonly service: ServiceSettings; readonly state: ServiceState }
  | {
      readonly event: 'standing';
      readonly service: ServiceSettings;
      readonly serial: string;
      readonly standing: FobOwnership;
    }
  | {
      readonly event: 'notice';
      readonly service: ServiceSettings;
      /** The name that the service gives itself. */
      readonly name: string;
      readonly serial: string;
      readonly kind: NoticeKind;
    }
  | ({
      readonly event: 'step';
      readonly service: ServiceSettings;
      /** The name that the service gives itself. */
      readonly name: string;
      readonly serial: string;
    } & FobStep)
  | {
      readonly event: 'tasks';
      readonly service: ServiceSettings;
      readonly serial: string;
      readonly waiting: readonly string[];
      readonly done: readonly string[];
    }
  | { readonly event: 'slept' };

/** The functions that the search for fobs calls. */
export interface FobFinder {
  /** Reports a fob that was found; its port is released again. */
  readonly found: (fob: FobFound) => FobSeen;
  /** Calls the listener for a fob whose port could not be opened, or was lost while bytes were carried. */
  readonly onLost: (listener: (fob: FobFound) => void) => void;
}

/** A fob that was found, until its finder reports that it is gone. */
export interface FobSeen {
  readonly gone: () => Promise<void>;
}

export interface AgentOptions {
  readonly settings: AgentSettings;
  /** The environment variables that may name a proxy. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly time: Time;
  readonly version: string;
  /** Looks for fobs until the signal aborts. @throws FobError */
  readonly find: (finder: FobFinder, signal: AbortSignal) => Promise<void>;
  readonly report: (event: AgentEvent) => void;
}

/** Carries the bytes of this computer's fobs to the configured services. Holds no key, seed, PIN or passcode. */
export class Agent {
  private readonly options: AgentOptions;
  private readonly fobs: Fobs;
  private readonly sinceMs: number;
  private keepers: readonly Keeper[];
  /** Runs changes of settings one after another. */
  private changes: Promise<void>;
  private isEnding: boolean;
  private lost: (fob: FobFound) => void;

  constructor(options: AgentOptions) {
    this.options = options;
    this.fobs = new Fobs();
    this.sinceMs = options.time.now();
    this.keepers = [];
    this.changes = Promise.resolve();
    this.isEnding = false;
    this.lost = () => undefined;
  }

  /** Runs until the signal aborts, then closes all ports and connections. @throws errors of `find` */
  async run(signal: AbortSignal): Promise<void> {
    const { settings, find } = this.options;
    const ending = new AbortController();
    const end = () => ending.abort();
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    const stopLooking = this.watchClock();
    this.keepers = settings.services.map(service => this.kept(service));
    try {
      await find(
        {
          found: fob => this.take(fob),
          onLost: listener => {
            this.lost = listener;
          },
        },
        ending.signal,
      );
      if (!ending.signal.aborted) throw new FobError('agent');
    } finally {
      signal.removeEventListener('abort', end);
      end();
      stopLooking();
      this.isEnding = true;
      await Promise.all([this.changes, ...this.keepers.map(keeper => keeper.close())]);
      await Promise.all(this.fobs.all().map(port => this.fobs.remove(port)));
    }
  }

  /** Applies other settings after earlier changes; services whose settings stay the same stay connected. */
  reload(settings: AgentSettings): Promise<void> {
    const changed = this.changes.then(() => this.change(settings));
    this.changes = changed.catch(() => undefined);
    return changed;
  }

  private async change(settings: AgentSettings): Promise<void> {
    if (this.isEnding) return;
    const said = (service: ServiceSettings) => JSON.stringify(service);
    const wanted = new Map(settings.services.map(service => [said(service), service]));
    const left = this.keepers.filter(({ service }) => wanted.has(said(service)));
    const gone = this.keepers.filter(keeper => !left.includes(keeper));
    for (const keeper of left) {
      wanted.delete(said(keeper.service));
      keeper.tryNow();
    }
    this.keepers = left;
    await Promise.all(gone.map(keeper => keeper.close()));
    // The agent may have ended meanwhile; a new keeper would never be closed.
    if (this.isEnding) return;
    this.keepers = [...left, ...[...wanted.values()].map(service => this.kept(service))];
  }

  /**
   * Puts off the tasks of a fob that need a hold, at each service that has some for it.
   * @returns the addresses of the services that have been told
   */
  later(serial: string): readonly string[] {
    return this.keepers.filter(keeper => keeper.later(serial)).map(({ service }) => service.url);
  }

  status(): AgentStatus {
    return {
      version: this.options.version,
      pid: process.pid,
      since: new Date(this.sinceMs).toISOString(),
      fobs: this.fobs.all().map(({ found: { serial, port }, isInUse }) => ({ serial, port, isInUse })),
      services: this.keepers.map(keeper => this.statusOf(keeper)),
    };
  }

  private statusOf(keeper: Keeper): ServiceStatus {
    const { service, state, sinceMs } = keeper;
    return {
      url: service.url,
      name: nameOf(keeper),
      state: state.state,
      since: new Date(sinceMs).toISOString(),
      by: state.state === 'connected' ? state.by : null,
      ...this.wayOf(service),
      problem: state.state === 'waiting' ? problemOf(state.problem) : null,
      again:
        state.state === 'waiting' && state.atMs !== undefined ? new Date(state.atMs).toISOString() : null,
      fobs: keeper
        .standings()
        .map(({ serial, standing, tasks }) => ({ serial, standing: standing ?? null, tasks })),
    };
  }

  private wayOf(service: ServiceSettings): Pick<ServiceStatus, 'proxy' | 'connectsTo'> {
    try {
      const { proxy, target } = routeTo({ service, environment: this.options.environment });
      const address = proxy === undefined ? undefined : endpointText(proxy);
      return {
        proxy: proxy === undefined ? null : { address: endpointText(proxy), source: proxy.source },
        connectsTo: address ?? endpointText(target),
      };
    } catch {
      // An unreadable file is reported by the next attempt to connect.
      return { proxy: null, connectsTo: '' };
    }
  }

  private kept(service: ServiceSettings): Keeper {
    const { environment, time, report } = this.options;
    const keeper: Keeper = new Keeper({
      service,
      environment,
      time,
      fobs: this.fobs,
      events: {
        standing: (serial, standing) => report({ event: 'standing', service, serial, standing }),
        notice: (serial, kind) => report({ event: 'notice', service, name: nameOf(keeper), serial, kind }),
        step: (serial, step) => report({ event: 'step', service, name: nameOf(keeper), serial, ...step }),
        tasks: (serial, tasks) => report({ event: 'tasks', service, serial, ...tasks }),
      },
      changed: state => report({ event: 'service', service, state }),
    });
    keeper.start();
    return keeper;
  }

  private take(fob: FobFound): FobSeen {
    const { report, time } = this.options;
    const port = new FobPort(fob, time, () => this.lost(fob));
    this.fobs.add(port);
    report({ event: 'fob', serial: fob.serial, port: fob.port });
    for (const keeper of this.keepers) keeper.tryNow();
    return {
      gone: async () => {
        await this.fobs.remove(port);
        report({ event: 'gone', serial: fob.serial });
      },
    };
  }

  /** Detects that the computer slept: the clock went on by more than the timer's wait. */
  private watchClock(): () => void {
    const { time, report } = this.options;
    let forget: () => void;
    const look = (dueMs: number) => {
      forget = time.after(AGENT_CLOCK_LOOK_MS, () => {
        const jumpedMs = time.now() - dueMs;
        look(time.now() + AGENT_CLOCK_LOOK_MS);
        if (jumpedMs < AGENT_CLOCK_JUMP_MS) return;
        report({ event: 'slept' });
        for (const keeper of this.keepers) keeper.reopen();
      });
    };
    look(time.now() + AGENT_CLOCK_LOOK_MS);
    return () => forget();
  }
}

function nameOf({ state, service }: Keeper): string {
  return (state.state === 'connected' && state.name) || service.name;
}

function problemOf(error: FobError): ServiceStatus['problem'] {
  return { code: networkFailureCode(error) ?? error.kind, message: error.message, next: error.next };
}
