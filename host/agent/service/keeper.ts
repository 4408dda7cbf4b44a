import { FobError } from '../../errors.ts';
import {
  AGENT_AGAIN_MAX_MS,
  AGENT_AGAIN_MIN_MS,
  AGENT_GOOD_MS,
  AGENT_IDLE_MS,
  AGENT_UPGRADE_MAX_MS,
  AGENT_UPGRADE_MIN_MS,
} from '../base/limits.ts';
import type { Time } from '../base/time.ts';
import type { Fobs } from '../fobs/fobs.ts';
import { endpointOf } from '../network/endpoint.ts';
import { networkFailure, networkFailureCode } from '../network/failure.ts';
import type { ServiceSettings } from '../network/settings.ts';
import { type LinkEvents, ServiceLink } from './link.ts';
import {
  type ConnectionKind,
  type OpenedService,
  openByEither,
  openByPolls,
  openByWebSocket,
} from './open-service.ts';

/** The state of a service's connection. */
export type ServiceState =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected'; readonly by: ConnectionKind; readonly name: string }
  /** atMs: time of the next attempt; undefined: no attempt until something changes. */
  | { readonly state: 'waiting'; readonly problem: FobError; readonly atMs: number | undefined };

export interface KeeperOptions {
  readonly service: ServiceSettings;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly fobs: Fobs;
  readonly time: Time;
  readonly events: LinkEvents;
  readonly changed: (state: ServiceState) => void;
}

/** Keeps one connection to a service, by WebSocket or polls, until it is closed. */
export class Keeper {
  readonly service: ServiceSettings;
  state: ServiceState;
  sinceMs: number;
  private readonly options: KeeperOptions;
  private readonly ending: AbortController;
  private opened: OpenedService | undefined;
  private link: ServiceLink | undefined;
  private againMs: number;
  private hurry: () => void;
  /** Time of the next attempt at a WebSocket, and the delay before the one after it. */
  private upgradeAtMs: number;
  private upgradeMs: number;
  /** A WebSocket opened while polling, to be used as the next connection. */
  private upgraded: OpenedService | undefined;
  private ended: Promise<void>;

  constructor(options: KeeperOptions) {
    this.options = options;
    this.service = options.service;
    this.state = { state: 'connecting' };
    this.sinceMs = options.time.now();
    this.ending = new AbortController();
    this.againMs = AGENT_AGAIN_MIN_MS;
    this.hurry = () => undefined;
    this.upgradeAtMs = 0;
    this.upgradeMs = AGENT_UPGRADE_MIN_MS;
    this.ended = Promise.resolve();
  }

  start(): void {
    this.ended = this.run();
  }

  standings(): ReturnType<ServiceLink['standings']> {
    return this.link?.standings() ?? [];
  }

  /** Puts off a fob's tasks that need a hold. @returns whether the service has been told */
  later(serial: string): boolean {
    return this.link?.later(serial) ?? false;
  }

  /** Ends a wait at once, because something changed. */
  tryNow(): void {
    this.againMs = AGENT_AGAIN_MIN_MS;
    this.hurry();
  }

  /**
   * Reconnects after the computer slept: open connections are dead without notice, and the network may have changed.
   */
  reopen(): void {
    this.upgradeAtMs = 0;
    this.opened?.inbox.close();
    this.tryNow();
  }

  async close(): Promise<void> {
    this.ending.abort();
    this.opened?.inbox.close();
    this.upgraded?.inbox.close();
    this.hurry();
    await this.ended;
  }

  private async run(): Promise<void> {
    while (!this.ending.signal.aborted) {
      this.set({ state: 'connecting' });
      const problem = await this.connect();
      if (this.ending.signal.aborted) return;
      // No delay if a replacement is already open, or nothing is wrong.
      if (this.upgraded === undefined && problem !== undefined) await this.wait(problem);
    }
  }

  /** Runs one connection from opening to end. @returns why it ended, if that calls for a delay */
  private async connect(): Promise<FobError | undefined> {
    const { time } = this.options;
    let openedMs: number | undefined;
    try {
      this.opened = await this.open();
      openedMs = time.now();
      // The keeper was closed while the connection opened.
      if (this.ending.signal.aborted) this.opened.inbox.close();
      return await this.keep(this.opened);
    } catch (error) {
      const isGood = openedMs !== undefined && time.now() - openedMs >= AGENT_GOOD_MS;
      if (isGood) this.againMs = AGENT_AGAIN_MIN_MS;
      if (isGood && this.opened?.by === 'websocket') this.upgradeMs = AGENT_UPGRADE_MIN_MS;
      const { host, port } = endpointOf(this.service.url);
      const known = this.opened?.failure() ?? error;
      // The service restarted, or another of its nodes answers now.
      if (isGood && networkFailureCode(known) === 'forgotten') return undefined;
      return known instanceof FobError ? known : networkFailure('cut', { host, port }, error);
    } finally {
      this.opened = undefined;
      this.link = undefined;
    }
  }

  /** Opens a WebSocket, or polls if WebSockets fail or failed recently. */
  private async open(): Promise<OpenedService> {
    const { upgraded } = this;
    this.upgraded = undefined;
    if (upgraded !== undefined && !upgraded.inbox.isClosed) return upgraded;
    const how = { ...this.options, signal: this.ending.signal };
    const isTried = this.options.time.now() >= this.upgradeAtMs;
    const opened = await (isTried ? openByEither(how) : openByPolls(how));
    if (opened.by === 'websocket') return opened;
    this.upgradeLater(this.upgradeMs);
    this.upgradeMs = Math.min(this.upgradeMs * 2, AGENT_UPGRADE_MAX_MS);
    return opened;
  }

  private async keep(opened: OpenedService): Promise<never> {
    const { fobs, time, events } = this.options;
    this.link = new ServiceLink(opened.inbox, this.service.url, fobs, time, events);
    this.set({ state: 'connected', by: opened.by, name: opened.proved.name });
    const forget = opened.by === 'polling' ? this.upgradeBeside(opened) : () => undefined;
    try {
      return await this.link.run();
    } finally {
      forget();
    }
  }

  private upgradeLater(ms: number): void {
    this.upgradeAtMs = this.options.time.now() + ms;
  }

  /**
   * While polling, tries a WebSocket from time to time. A working WebSocket replaces the polls unless a fob's port is
   * in use.
   */
  private upgradeBeside(polls: OpenedService): () => void {
    const { time } = this.options;
    let forget: () => void = () => undefined;
    const attempt = async () => {
      if (this.link?.isCarrying) return later(AGENT_IDLE_MS);
      const opened = await openByWebSocket({ ...this.options, signal: this.ending.signal }).catch(
        () => undefined,
      );
      if (polls.inbox.isClosed || this.link?.isCarrying) opened?.inbox.close();
      else if (opened !== undefined) {
        this.upgraded = opened;
        return polls.inbox.close();
      }
      const ms = opened === undefined ? this.upgradeMs : AGENT_IDLE_MS;
      if (opened === undefined) this.upgradeMs = Math.min(this.upgradeMs * 2, AGENT_UPGRADE_MAX_MS);
      if (!polls.inbox.isClosed) later(ms);
    };
    const later = (ms: number) => {
      this.upgradeLater(ms);
      forget = time.after(ms, () => void attempt());
    };
    later(Math.max(0, this.upgradeAtMs - time.now()));
    return () => forget();
  }

  private async wait(problem: FobError): Promise<void> {
    const { time } = this.options;
    const isOver = problem.details?.isFinal === true;
    // Half of the delay is random, so that the agents of a service that was down do not all reconnect at once.
    const ms = (this.againMs * (1 + time.chance())) / 2;
    this.againMs = Math.min(this.againMs * 2, AGENT_AGAIN_MAX_MS);
    this.set({ state: 'waiting', problem, atMs: isOver ? undefined : time.now() + ms });
    await new Promise<void>(resolve => {
      const forget = isOver ? () => undefined : time.after(ms, resolve);
      this.hurry = () => {
        forget();
        resolve();
      };
      if (this.ending.signal.aborted) this.hurry();
    });
    this.hurry = () => undefined;
  }

  private set(state: ServiceState): void {
    this.state = state;
    this.sinceMs = this.options.time.now();
    this.options.changed(state);
  }
}
