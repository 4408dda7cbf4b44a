import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { checkIdentity } from 'passfob/activation/identity';
import { openedSocket, type ServiceSocket } from 'passfob/activation/socket';
import { type AgentWire, agentWire, earlierAgentWire } from 'passfob/agent/service/wire';
import { fieldOf } from 'passfob/carrier/fields';
import type { RelaySays, ServiceSays } from 'passfob/carrier/messages';
import type { CarrierPolled } from 'passfob/carrier/polls';
import { readServiceSays } from 'passfob/carrier/read';
import { serialText } from 'passfob/client/fob-serial';
import { FobError } from 'passfob/errors';
import { fetch, Agent as HttpAgent } from 'undici';
import { WebSocket } from 'ws';
import { PATIENCE_MS } from '../../kit/patience.ts';
import type { CableOptions, CoreFob } from '../../unit/host/kit/core-fob.ts';

/** Waits until a condition holds. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what = 'what is waited for',
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`${what} did not come`);
    await wait(5);
  }
}

/** Opens the connection to a service. */
export type Dial = (url: string, path: string) => Promise<ServiceSocket>;

export const byWebSocket: Dial = (url, path) =>
  openedSocket(new WebSocket(`${url.replace('http', 'ws')}${path}`), new AbortController().signal);

/** Connects by polls. lose: whether a response, counted from 0, is lost on the way. */
export const byPolls =
  (lose: (n: number) => boolean = () => false): Dial =>
  async (url, path) => {
    const dispatcher = new HttpAgent();
    const ending = new AbortController();
    const outgoing: unknown[] = [];
    let hear: (text: string) => void = () => undefined;
    let closed: () => void = () => undefined;
    let wake: () => void = () => undefined;
    let key = '';
    let from = 0;
    let taken = 0;
    let answers = 0;
    const once = async () => {
      const held = new AbortController();
      wake = () => held.abort();
      const messages = outgoing.slice(0, 64);
      const signal = AbortSignal.any([held.signal, ending.signal]);
      const response = await fetch(`${url}${path}/poll`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ key, from, taken, messages }),
        signal,
        dispatcher,
      });
      if (response.status !== 200) return ending.abort();
      const answer = (await response.json()) as CarrierPolled;
      if (lose(answers++) && key !== '') return;
      key = answer.key;
      outgoing.splice(0, answer.taken - from);
      from = answer.taken;
      for (const message of answer.messages.slice(taken - answer.from)) {
        taken++;
        hear(JSON.stringify(message));
      }
    };
    const run = async () => {
      // The first poll carries nothing that confirms it, so it cannot be repeated.
      while (!ending.signal.aborted) await once().catch(() => undefined);
      await dispatcher.destroy();
      closed();
    };
    setImmediate(() => void run());
    return {
      send(text) {
        outgoing.push(JSON.parse(text));
        if (key !== '') wake();
      },
      onText(listener) {
        hear = listener;
      },
      onClose(listener) {
        closed = listener;
      },
      close: () => ending.abort(),
    };
  };

/** Changes the nth message of one direction. @returns the texts that arrive */
export type Tamper = (text: string, n: number) => string | readonly string[];

export interface AgentWishes {
  readonly dial?: Dial;
  /** Speaks as agents before the carrier protocol did. */
  readonly isEarlier?: boolean;
  /** Default: `agent`. */
  readonly purpose?: 'agent' | 'care';
  readonly toService?: Tamper;
  readonly toAgent?: Tamper;
  readonly cable?: CableOptions;
  /** Closes the connection before the nth message, counted in both directions. */
  readonly cutAt?: number;
}

/** A small agent: carries the bytes of its fobs. */
export class TestAgent {
  /** All messages of the connection, in both directions. */
  readonly log: string[] = [];
  readonly notices: string[] = [];
  readonly standings = new Map<number, string>();
  readonly steps: string[] = [];
  readonly tasks = new Map<number, Extract<ServiceSays, { type: 'tasks' }>>();
  /** The fobs that need no more care. */
  readonly done: number[] = [];
  name = '';
  isClosed = false;
  private readonly wishes: AgentWishes;
  private readonly wire: AgentWire;
  private readonly socket: ServiceSocket;
  private readonly fobs = new Map<number, CoreFob>();
  private readonly ports = new Map<number, ReturnType<CoreFob['plugIn']>>();
  private readonly counts = { up: 0, down: 0, all: 0 };
  private identity: Extract<ServiceSays, { type: 'identity' }> | undefined;
  private number = 0;

  private constructor(socket: ServiceSocket, wishes: AgentWishes) {
    this.socket = socket;
    this.wishes = wishes;
    this.wire = wishes.isEarlier ? earlierAgentWire : agentWire;
    socket.onText(text => {
      for (const one of this.pass(text, wishes.toAgent, this.counts.down++)) this.hear(one);
    });
    socket.onClose(() => {
      this.isClosed = true;
      for (const cable of this.ports.values()) void cable.transport.close();
    });
  }

  /** Connects, and verifies the identity of the service. */
  static async open(
    { url }: { readonly url: string },
    key: string,
    wishes: AgentWishes = {},
  ): Promise<TestAgent> {
    const agent = new TestAgent(
      await (wishes.dial ?? byWebSocket)(url, wishes.isEarlier ? '/agent' : '/carrier'),
      wishes,
    );
    const nonce = globalThis.crypto.getRandomValues(new Uint8Array(32));
    agent.say({ type: 'open', version: 1, for: wishes.purpose ?? 'agent', nonce: fieldOf(nonce) });
    await until(() => agent.identity !== undefined || agent.isClosed, 'the identity');
    if (agent.identity === undefined) return agent;
    const digest = createHash('sha256').update(Buffer.from(key, 'base64url')).digest();
    const fingerprint = new Uint8Array(digest.subarray(0, 16));
    await checkIdentity({ service: url, fingerprint }, nonce, agent.identity, agent.wire.opened);
    agent.name = agent.identity.name;
    return agent;
  }

  /** Announces a fob. @param serial the announced serial number @returns the fob's number on the connection */
  plug(fob: CoreFob, serial = serialText(fob.serial)): number {
    const number = this.number++;
    this.fobs.set(number, fob);
    this.say({ type: 'fob', fob: number, serial, port: 'serial' });
    return number;
  }

  unplug(number: number): void {
    this.fobs.delete(number);
    this.ports.get(number)?.cut(new FobError('unplugged'));
    this.ports.delete(number);
    this.say({ type: 'gone', fob: number });
  }

  /** Waits until the service reports this standing of a fob. */
  stands(number: number, standing: string): Promise<void> {
    return until(() => this.standings.get(number) === standing, `standing ${standing}`);
  }

  /** Tells whether the port of a fob is open. */
  isOpen(number: number): boolean {
    return this.ports.has(number);
  }

  say(message: RelaySays<'agent' | 'care'>): void {
    const said = this.wire.write(message) ?? '';
    for (const text of this.pass(said, this.wishes.toService, this.counts.up++)) this.socket.send(text);
  }

  /** Sends any text. */
  sayText(text: string): void {
    this.socket.send(text);
  }

  async close(): Promise<void> {
    this.socket.close();
    await until(() => this.isClosed, 'the end of the connection');
  }

  private pass(text: string, tamper: Tamper | undefined, n: number): readonly string[] {
    if (this.isClosed) return [];
    this.log.push(text);
    if (this.counts.all++ === this.wishes.cutAt) {
      this.socket.close();
      return [];
    }
    return tamper === undefined ? [text] : [tamper(text, n)].flat().filter(one => one !== '');
  }

  private hear(text: string): void {
    const said = readServiceSays(text, this.wishes.purpose ?? 'agent');
    if (said === undefined) throw new Error('what the service says is no message');
    if (said.type === 'identity') this.identity = said;
    else if (said.type === 'standing') this.standings.set(said.fob, said.is);
    else if (said.type === 'notice') this.notices.push(said.kind);
    else if (said.type === 'step') this.steps.push(said.step);
    else if (said.type === 'tasks') this.tasks.set(said.fob, said);
    else if (said.type === 'done') this.done.push(said.fob);
    else if (said.type === 'bytes') this.carry(said.fob, said.text);
    else if (said.type === 'release') {
      void this.ports.get(said.fob)?.transport.close();
      this.ports.delete(said.fob);
    }
  }

  private carry(number: number, text: string): void {
    const fob = this.fobs.get(number);
    if (fob === undefined) return;
    if (this.standings.get(number) === 'other') {
      this.say({ type: 'unreached', fob: number, why: 'failed' });
      return;
    }
    let cable = this.ports.get(number);
    if (cable === undefined) {
      cable = fob.plugIn(this.wishes.cable);
      this.ports.set(number, cable);
      cable.transport.onText(answer => this.say({ type: 'bytes', fob: number, text: answer }));
    }
    cable.transport.send(text).catch(() => undefined);
  }
}
