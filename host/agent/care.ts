import { RECONNECT_MAX_MS, RECONNECT_MIN_MS, RECONNECTS_MAX } from '../activation/limits.ts';
import type { ServiceSocket } from '../activation/socket.ts';
import type { FobOwnership } from '../carrier/messages.ts';
import { pause } from '../client/pause.ts';
import { FobError, isFobError } from '../errors.ts';
import { TASKS_DONE_MAX } from './base/limits.ts';
import { careTexts } from './base/texts.ts';
import type { Time } from './base/time.ts';
import { type FobFound, FobPort, Fobs } from './fobs/fobs.ts';
import { Inbox } from './service/inbox.ts';
import { type FobStep, type FobTasks, NO_TASKS, ServiceLink } from './service/link.ts';
import { proveService } from './service/opening.ts';
import { careWire } from './service/wire.ts';

/** An event to show. Never contains a secret; texts of the service have no control characters. */
export type RelayCareEvent =
  | { readonly event: 'connecting'; readonly service: string }
  /** The service has proved itself. name: the name that it gives itself. */
  | { readonly event: 'connected'; readonly name: string }
  | { readonly event: 'standing'; readonly serial: string; readonly standing: FobOwnership }
  /** Progress; with `press` the person is to hold the button. later: puts off the tasks that need a hold. */
  | ({ readonly event: 'step'; readonly serial: string; readonly later: () => void } & FobStep)
  | ({ readonly event: 'tasks'; readonly serial: string } & FobTasks)
  /** The connection is lost; it is opened again after `againMs`. */
  | { readonly event: 'lost'; readonly againMs: number };

/** The environment that a relay for care needs. */
export interface RelayCareOptions {
  /** Origin of the service. */
  readonly service: string;
  /** The beginning of the SHA-256 of its identity key, in hexadecimal; empty accepts any key. */
  readonly fingerprint: string;
  /**
   * Opens a WebSocket. @throws FobError `service-silent` if another attempt may help, with `details.status` 404 if the
   * service has no such path, `cancelled`
   */
  readonly openSocket: (url: string, signal: AbortSignal) => Promise<ServiceSocket>;
  /** The fobs that are plugged in. */
  readonly fobs: readonly FobFound[];
  readonly report: (event: RelayCareEvent) => void;
  /** Aborts if the person gives up: the service is told, and the tasks go on waiting. */
  readonly signal: AbortSignal;
}

/** How the care of a fob ended. */
export interface CaredFob {
  readonly serial: string;
  /** `done`: it needs nothing more now; `other`: the service does not own it; `gone`: it was unplugged or lost. */
  readonly outcome: 'done' | 'other' | 'gone';
  /** The service's sentence for `done`, otherwise empty. */
  readonly text: string;
  readonly tasks: FobTasks;
}

const wallTime: Time = {
  now: Date.now,
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  chance: () => 0,
};

/**
 * Carries the bytes of fobs to the service that owns them, while it looks after them and a person is present. It holds
 * no key. It verifies the service's identity before it names a fob, and reconnects by itself after a lost connection.
 * @returns how the care of each fob ended, in the order of `fobs`
 * @throws FobError `agent` if the service is too old for it, `cancelled`, `service-silent` and others of `openSocket`,
 *   `activation` if the peer is another service (`networkFailure`)
 */
export async function relayCare(options: RelayCareOptions): Promise<readonly CaredFob[]> {
  const { service, report, signal } = options;
  const care = new Care(options);
  let againMs = RECONNECT_MIN_MS;
  for (let failures = 1; ; failures++) {
    report({ event: 'connecting', service });
    try {
      await care.connect(() => {
        failures = 0;
        againMs = RECONNECT_MIN_MS;
      });
      return care.result();
    } catch (error) {
      if (signal.aborted) throw new FobError('cancelled');
      if (error instanceof FobError && error.details?.status === 404)
        throw new FobError('agent', { ...careTexts.tooOld, cause: error });
      if (!isFobError(error, 'service-silent') || failures >= RECONNECTS_MAX) throw error;
    }
    report({ event: 'lost', againMs });
    await pause(againMs, signal);
    againMs = Math.min(againMs * 2, RECONNECT_MAX_MS);
  }
}

/** The care of some fobs, over one connection after the other. */
class Care {
  private readonly options: RelayCareOptions;
  private readonly fobs: Fobs;
  private readonly ports: Map<string, FobPort>;
  private readonly tasks: Map<string, FobTasks>;
  /** By serial number, what was done on earlier connections: the service tells that of the present one. */
  private before: ReadonlyMap<string, readonly string[]>;
  private readonly ended: Map<string, Pick<CaredFob, 'outcome' | 'text'>>;
  private inbox: Inbox | undefined;
  private link: ServiceLink | undefined;

  constructor(options: RelayCareOptions) {
    this.options = options;
    this.fobs = new Fobs();
    this.ports = new Map();
    this.tasks = new Map();
    this.before = new Map();
    this.ended = new Map();
    for (const fob of options.fobs) {
      const port = new FobPort(fob, wallTime, () => this.end(fob.serial, 'gone'));
      this.ports.set(fob.serial, port);
      this.fobs.add(port);
    }
  }

  /** Runs one connection. Returns when no fob needs care any more. @throws FobError why it ended before */
  async connect(onProved: () => void): Promise<void> {
    const { service, fingerprint, openSocket, report, signal } = this.options;
    if (this.isOver) return;
    const inbox = new Inbox(await openSocket(`${service.replace(/^http/, 'ws')}/carrier`, signal), careWire);
    this.inbox = inbox;
    const stop = () => {
      inbox.say({ type: 'stop' });
      inbox.close();
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      if (signal.aborted) stop();
      const { name } = await proveService(inbox, service, fingerprint, wallTime, 'care');
      onProved();
      report({ event: 'connected', name });
      this.link = this.linkBy(inbox);
      await this.link.run();
    } catch (error) {
      if (!this.isOver) throw error;
    } finally {
      signal.removeEventListener('abort', stop);
      this.link = undefined;
      inbox.close();
    }
  }

  result(): readonly CaredFob[] {
    return this.options.fobs.map(({ serial }) => ({
      serial,
      ...(this.ended.get(serial) ?? { outcome: 'gone', text: '' }),
      tasks: this.tasks.get(serial) ?? NO_TASKS,
    }));
  }

  private get isOver(): boolean {
    return this.ended.size >= this.ports.size;
  }

  private linkBy(inbox: Inbox): ServiceLink {
    const { service, report } = this.options;
    this.before = new Map([...this.tasks].map(([serial, { done }]) => [serial, done]));
    return new ServiceLink(inbox, service, this.fobs, wallTime, {
      standing: (serial, standing) => {
        report({ event: 'standing', serial, standing });
        if (standing === 'other') this.end(serial, 'other');
      },
      notice: () => undefined,
      step: (serial, step) =>
        report({ event: 'step', serial, later: () => void this.link?.later(serial), ...step }),
      tasks: (serial, { waiting, done }) => {
        const tasks = { waiting, done: [...(this.before.get(serial) ?? []), ...done].slice(-TASKS_DONE_MAX) };
        this.tasks.set(serial, tasks);
        report({ event: 'tasks', serial, ...tasks });
      },
      done: (serial, text) => this.end(serial, 'done', text),
    });
  }

  /** Ends the care of a fob; with the last one the connection ends. */
  private end(serial: string, outcome: CaredFob['outcome'], text = ''): void {
    const port = this.ports.get(serial);
    if (port === undefined || this.ended.has(serial)) return;
    this.ended.set(serial, { outcome, text });
    void this.fobs.remove(port);
    if (this.isOver) this.inbox?.close();
  }
}
