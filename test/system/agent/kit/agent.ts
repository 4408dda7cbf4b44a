import { Agent, type AgentEvent } from 'passfob/agent/agent';
import { AGENT_AGAIN_MAX_MS, AGENT_BEAT_MS, AGENT_SILENCE_MS } from 'passfob/agent/base/limits';
import type { Time } from 'passfob/agent/base/time';
import type { ServiceSettings } from 'passfob/agent/network/settings';
import { CablePorts } from './cable.ts';
import type { Peer } from './peer.ts';
import { ManualTime, until } from './time.ts';

/** The settings by which an agent knows a peer. */
export function settingsOf(peer: Peer, more: Partial<ServiceSettings> = {}): ServiceSettings {
  return { url: peer.origin, name: 'Tokens', fingerprint: peer.fingerprint, ...more };
}

/** An agent in this process. The test controls its clock and its fobs. */
export class AgentRig implements AsyncDisposable {
  readonly time: ManualTime;
  readonly desk = new CablePorts();
  readonly events: AgentEvent[] = [];
  readonly agent: Agent;
  private readonly ending = new AbortController();
  private readonly running: Promise<void>;

  constructor(
    services: readonly ServiceSettings[],
    environment: Readonly<Record<string, string | undefined>> = {},
    time: Time = new ManualTime(),
  ) {
    this.time = time instanceof ManualTime ? time : new ManualTime();
    this.agent = new Agent({
      settings: { services },
      environment,
      time,
      version: 'test',
      find: this.desk.find,
      report: event => void this.events.push(event),
    });
    this.running = this.agent.run(this.ending.signal);
  }

  /** The state of a service, as the status reports it. */
  service(at = 0) {
    const service = this.agent.status().services[at];
    if (service === undefined) throw new Error('no such service');
    return service;
  }

  async untilService(state: 'connecting' | 'connected' | 'waiting', at = 0): Promise<void> {
    await until(() => this.service(at).state === state, `a service that is ${state}`);
  }

  /**
   * Waits until the agent has heard from a service since time advanced. The wait for the next message starts again
   * then.
   */
  async untilHeard(): Promise<void> {
    await until(() => this.time.isDueIn(AGENT_SILENCE_MS), 'something from the service');
  }

  /** Advances time while beats are received and answered. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= AGENT_BEAT_MS) {
      this.time.advance(Math.min(left, AGENT_BEAT_MS));
      if (left >= AGENT_BEAT_MS) await this.untilHeard();
    }
  }

  /** Advances time by the waits between connections only, until a condition holds. */
  async untilAgain(holds: () => boolean): Promise<void> {
    await until(() => {
      if (this.service().state === 'waiting') this.time.advance(AGENT_AGAIN_MAX_MS);
      return holds();
    }, 'another connection');
  }

  async end(): Promise<void> {
    this.ending.abort();
    await this.running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
