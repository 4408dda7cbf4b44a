import { createHash, randomBytes } from 'node:crypto';
import { AGENT_POLL_KEY_BYTES, AGENT_POLL_MESSAGES_MAX, AGENT_POLL_MS } from 'passfob/agent/base/limits';
import type { CarrierPoll } from 'passfob/carrier/polls';
import { agentLimits } from '../../base/limits/agents.ts';
import type { TextConnection } from '../connections/connection.ts';
import type { AgentConnection } from './connection.ts';

/** The part of a response without the connection's key. `messages` are JSON texts. */
interface PollResult {
  readonly taken: number;
  readonly from: number;
  readonly messages: readonly string[];
}

/** Messages for a polling agent, numbered from 0, kept until the agent acknowledges them. */
class Outbox implements TextConnection {
  /** The number of the first waiting message. */
  from: number;
  readonly texts: string[];
  private chars: number;
  isClosed: boolean;
  private wake: () => void;
  private readonly overflow: () => void;

  constructor(overflow: () => void) {
    this.from = 0;
    this.texts = [];
    this.chars = 0;
    this.isClosed = false;
    this.wake = () => undefined;
    this.overflow = overflow;
  }

  send(text: string): void {
    if (this.isClosed) return;
    this.texts.push(text);
    this.chars += text.length;
    this.wake();
    // An agent that fetches nothing is gone.
    if (this.texts.length > agentLimits.agentOutboxMessages || this.chars > agentLimits.agentOutboxChars)
      this.overflow();
  }

  close(): void {
    this.isClosed = true;
    this.wake();
  }

  /** Removes the messages that the agent has acknowledged. @returns false for an impossible number */
  taken(count: number): boolean {
    if (count > this.from + this.texts.length) return false;
    for (; this.from < count; this.from++) this.chars -= this.texts.shift()?.length ?? 0;
    return true;
  }

  /** Resolves when there is a message, after the polling time, or when another poll replaces this one. */
  something(signal: AbortSignal): Promise<void> {
    this.wake();
    return new Promise(resolve => {
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', settle);
        if (this.wake === settle) this.wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(settle, AGENT_POLL_MS);
      this.wake = settle;
      signal.addEventListener('abort', settle, { once: true });
      if (this.texts.length > 0 || this.isClosed || signal.aborted) settle();
    });
  }
}

/** The connection of a polling agent: each message counts once each way, even if a poll is sent again. */
class Polled {
  readonly outbox: Outbox;
  readonly connection: AgentConnection;
  /** How many of the agent's messages have been received. */
  private heard: number;

  constructor(connect: (line: TextConnection) => AgentConnection) {
    this.outbox = new Outbox(() => {
      this.outbox.close();
      this.connection.lost();
    });
    this.connection = connect(this.outbox);
    this.heard = 0;
  }

  /** Receives the new messages of a poll. @returns false if its numbers are impossible */
  take({ from, messages, taken }: CarrierPoll): boolean {
    if (from > this.heard || !this.outbox.taken(taken)) return false;
    this.connection.noteTraffic();
    for (const message of messages.slice(this.heard - from)) {
      this.heard++;
      this.connection.receive(textOf(message));
    }
    return true;
  }

  get given(): PollResult {
    const { from, texts } = this.outbox;
    return { taken: this.heard, from, messages: texts.slice(0, AGENT_POLL_MESSAGES_MAX) };
  }
}

/** The polling agents of this node, by the digests of their keys. */
export class Polls {
  private readonly open: Map<string, Polled>;

  constructor() {
    this.open = new Map();
  }

  /**
   * Handles one poll of a connection. The first poll has no key yet and creates the connection.
   * @param connect creates the connection
   * @returns the response as JSON; undefined if the connection does not exist any more
   */
  async poll(
    poll: CarrierPoll,
    connect: (line: TextConnection) => AgentConnection,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const key = poll.key === '' ? randomBytes(AGENT_POLL_KEY_BYTES).toString('base64url') : poll.key;
    const digest = digestOf(key);
    const polled = poll.key === '' ? new Polled(connect) : this.open.get(digest);
    if (polled === undefined) return undefined;
    this.open.set(digest, polled);
    if (!polled.take(poll)) polled.connection.receive(undefined);
    await polled.outbox.something(signal);
    const answer = answerOf(key, polled.given);
    // The last messages are still delivered; a later poll finds no connection.
    if (polled.outbox.isClosed) this.open.delete(digest);
    return answer;
  }

  /** Whether a connection with this key exists. */
  has(key: string): boolean {
    return this.open.has(digestOf(key));
  }

  /** Removes ended connections whose agents did not poll for the end. */
  sweep(connections: ReadonlySet<AgentConnection>): void {
    for (const [digest, { connection }] of this.open)
      if (!connections.has(connection)) this.open.delete(digest);
  }

  get size(): number {
    return this.open.size;
  }
}

/** Returns a valid poll, or undefined. Its messages are checked one by one. */
export function readPoll(body: unknown): CarrierPoll | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { key, from, messages, taken, ...more } = body as Record<string, unknown>;
  const isNumber = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const isPoll =
    typeof key === 'string' &&
    (key === '' || /^[\w-]{43}$/.test(key)) &&
    isNumber(from) &&
    isNumber(taken) &&
    Array.isArray(messages) &&
    messages.length <= AGENT_POLL_MESSAGES_MAX &&
    Object.keys(more).length === 0 &&
    (key !== '' || (from === 0 && taken === 0));
  return isPoll ? { key, from, taken, messages: messages as CarrierPoll['messages'] } : undefined;
}

/** Returns undefined for a value nested too deeply to serialize, which is no valid message. */
function textOf(message: unknown): string | undefined {
  try {
    return JSON.stringify(message);
  } catch {
    return undefined;
  }
}

function answerOf(key: string, { taken, from, messages }: PollResult): string {
  return `{"key":"${key}","taken":${taken},"from":${from},"messages":[${messages.join(',')}]}`;
}

function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
