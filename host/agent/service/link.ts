import type { FobOwnership, NoticeKind, RelaySays, Said } from '../../carrier/messages.ts';
import type { FobError } from '../../errors.ts';
import {
  AGENT_BEAT_MS,
  AGENT_FOBS_MAX,
  AGENT_SILENCE_MS,
  AGENT_TOLD_MAX,
  AGENT_TOLD_MS,
  FOB_NUMBER_MAX,
} from '../base/limits.ts';
import type { Time } from '../base/time.ts';
import type { FobPort, Fobs, PortListener } from '../fobs/fobs.ts';
import { endpointOf } from '../network/endpoint.ts';
import { networkFailure } from '../network/failure.ts';
import type { Inbox } from './inbox.ts';
import { refusalError } from './opening.ts';
import type { ToCarrier } from './wire.ts';

/** The care tasks of a fob, in the words of the service. */
export type FobTasks = Omit<Said<'tasks'>, 'fob'>;

/** What a fob's care is at, or wants from the person. */
export type FobStep = Pick<Said<'step'>, 'step' | 'text' | 'why'>;

/** Events of a connection. */
export interface LinkEvents {
  readonly standing: (serial: string, standing: FobOwnership) => void;
  readonly notice: (serial: string, kind: NoticeKind) => void;
  readonly step: (serial: string, step: FobStep) => void;
  readonly tasks: (serial: string, tasks: FobTasks) => void;
  /** The fob needs no more care now; only for relays for care. */
  readonly done?: (serial: string, text: string) => void;
}

/** What the service has said about a fob. */
export interface FobAtService {
  readonly serial: string;
  /** Undefined before the service has reported it. */
  readonly standing: FobOwnership | undefined;
  readonly tasks: FobTasks;
}

export const NO_TASKS: FobTasks = { waiting: [], done: [] };

/** A fob announced on this connection. */
interface Announced extends PortListener {
  readonly number: number;
  readonly port: FobPort;
  standing: FobOwnership | undefined;
  tasks: FobTasks;
}

/** A connection to a service that has proved itself: announces the fobs and carries their bytes. */
export class ServiceLink {
  private readonly inbox: Inbox;
  private readonly service: string;
  private readonly fobs: Fobs;
  private readonly time: Time;
  private readonly events: LinkEvents;
  private readonly announced: Map<number, Announced>;
  private nextNumber: number;
  /** Counts the service's messages about fobs, besides those that carry bytes, since a time. */
  private told: { readonly sinceMs: number; count: number };
  private forgetBeat: () => void;

  constructor(inbox: Inbox, service: string, fobs: Fobs, time: Time, events: LinkEvents) {
    this.inbox = inbox;
    this.service = service;
    this.fobs = fobs;
    this.time = time;
    this.events = events;
    this.announced = new Map();
    this.nextNumber = 0;
    this.told = { sinceMs: time.now(), count: 0 };
    this.forgetBeat = () => undefined;
  }

  /** Whether a port is open for this connection. */
  get isCarrying(): boolean {
    return [...this.announced.values()].some(one => one.port.isCarriedFor(one));
  }

  /** The service's view of each fob. */
  standings(): readonly FobAtService[] {
    return [...this.announced.values()].map(({ port, standing, tasks }) => ({
      serial: port.found.serial,
      standing,
      tasks,
    }));
  }

  /** Puts off the tasks of a fob that need a hold. @returns false if the fob is not here, or the service has no tasks */
  later(serial: string): boolean {
    const found = [...this.announced.values()].filter(({ port }) => port.found.serial === serial);
    if (this.inbox.wire.opened !== 'carrier') return false;
    for (const { number } of found) this.say({ type: 'later', fob: number });
    return found.length > 0;
  }

  /** Runs until the connection ends. @throws FobError (`networkFailure`) why it ended */
  async run(): Promise<never> {
    const stop = this.fobs.onChange(() => this.announce());
    try {
      this.announce();
      this.beatLater();
      for (;;) {
        const text = await this.inbox.next(AGENT_SILENCE_MS, this.time);
        if (text === undefined) throw this.error(this.inbox.isClosed ? 'ended' : 'quiet');
        const said = this.inbox.wire.read(text);
        if (said === undefined) throw this.error('no-identity');
        this.receive(said);
      }
    } finally {
      stop();
      this.forgetBeat();
      this.inbox.close();
      await Promise.all([...this.announced.values()].map(one => one.port.release(one)));
    }
  }

  /** Announces fobs that came or went since the last announcement. */
  private announce(): void {
    const here = this.fobs.all();
    for (const { number, port } of this.announced.values()) {
      if (here.includes(port)) continue;
      this.announced.delete(number);
      this.say({ type: 'gone', fob: number });
    }
    const known = new Set([...this.announced.values()].map(({ port }) => port));
    for (const port of here) {
      if (known.has(port) || this.announced.size >= AGENT_FOBS_MAX) continue;
      // Numbers are never reused. When they run out, a new connection starts from 0 again.
      if (this.nextNumber > FOB_NUMBER_MAX) {
        this.inbox.close();
        return;
      }
      const number = this.nextNumber++;
      this.announced.set(number, {
        number,
        port,
        standing: undefined,
        tasks: NO_TASKS,
        bytes: text => this.say({ type: 'bytes', fob: number, text }),
        unreached: why => this.say({ type: 'unreached', fob: number, why }),
      });
      this.say({ type: 'fob', fob: number, serial: port.found.serial, port: port.found.port });
    }
  }

  private receive(said: ToCarrier): void {
    switch (said.type) {
      case 'refused':
        throw refusalError(said, endpointOf(this.service).host);
      case 'identity':
        throw this.error('no-identity');
      case 'beat':
        return;
      default: {
        // The service may still refer to a fob that has just gone.
        const one = said.fob === undefined ? undefined : this.announced.get(said.fob);
        if (one !== undefined) this.receiveOf(one, said);
      }
    }
  }

  private receiveOf(
    one: Announced,
    said: Exclude<ToCarrier, { readonly type: 'refused' | 'identity' | 'beat' }>,
  ): void {
    const { serial } = one.port.found;
    if (said.type !== 'bytes' && said.type !== 'release') this.tell();
    switch (said.type) {
      case 'bytes':
        if (one.standing === 'other') one.unreached('failed');
        else one.port.carry(one, said.text);
        break;
      case 'release':
        void one.port.release(one);
        break;
      case 'standing':
        one.standing = said.is;
        // A fob of another owner is none of the service's business, until it says otherwise.
        if (said.is === 'other') void one.port.release(one);
        this.events.standing(serial, said.is);
        break;
      case 'notice':
        // A service must not send notices about another owner's fob.
        if (one.standing !== 'other') this.events.notice(serial, said.kind);
        break;
      case 'step': {
        const { step, text, why } = said;
        // Nor may it ask for a hold on one.
        if (one.standing === 'own')
          this.events.step(serial, { step, text, ...(why !== undefined && { why }) });
        break;
      }
      case 'tasks':
        if (one.standing === 'other') break;
        one.tasks = { waiting: said.waiting, done: said.done };
        this.events.tasks(serial, one.tasks);
        break;
      case 'done':
        this.events.done?.(serial, said.text);
    }
  }

  /** Limits the rate of messages about fobs. @throws FobError (`networkFailure`) */
  private tell(): void {
    const nowMs = this.time.now();
    if (nowMs - this.told.sinceMs >= AGENT_TOLD_MS) this.told = { sinceMs: nowMs, count: 0 };
    this.told.count += 1;
    if (this.told.count > AGENT_TOLD_MAX) throw this.error('no-identity');
  }

  private say(message: RelaySays<'agent' | 'care'>): void {
    this.inbox.say(message);
    this.beatLater();
  }

  private beatLater(): void {
    this.forgetBeat();
    this.forgetBeat = this.time.after(AGENT_BEAT_MS, () => this.say({ type: 'beat' }));
  }

  private error(code: 'ended' | 'quiet' | 'no-identity'): FobError {
    const { host, port } = endpointOf(this.service);
    return networkFailure(code, { host, port });
  }
}
