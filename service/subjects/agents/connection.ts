import { randomBytes } from 'node:crypto';
import { AGENT_FOBS_MAX, AGENT_SILENCE_MS } from 'passfob/agent/base/limits';
import type { RelaySays } from 'passfob/carrier/messages';
import { isFor } from 'passfob/carrier/table';
import type { CareRelayKind } from '../../base/kinds.ts';
import { agentLimits } from '../../base/limits/agents.ts';
import { type RateLimitState, takeTokens, unusedRateLimit } from '../../base/rate-limit.ts';
import { type AgentRefusalCode, agentTexts } from '../../base/texts/agent.ts';
import type { Identity } from '../../storage/encryption-at-rest/identity.ts';
import {
  GOING_AWAY,
  NORMAL,
  POLICY_VIOLATION,
  type Talker,
  type TextConnection,
  TRY_AGAIN_LATER,
} from '../connections/connection.ts';
import { carrierDialect, type Dialect } from '../connections/dialect.ts';
import { proofOfIdentity } from '../connections/opening.ts';
import { readSettings } from '../users/settings.ts';
import { AgentFob, type FobCarrier, type FobMeans, type ToFobsRelay } from './fob.ts';

/** Dependencies of the connections with agents. */
export interface AgentMeans extends FobMeans {
  readonly identity: () => Promise<Identity>;
  /** Monotonic milliseconds. */
  readonly ticks: () => number;
}

/** Receives the events of the fobs of a connection. */
export interface FobListener {
  came(fob: AgentFob): void;
  left(fob: AgentFob): void;
  /** The person puts off the tasks of this fob that need a hold. */
  putOff(fob: AgentFob): void;
  /** The connection has ended. */
  over(connection: AgentConnection): void;
}

/** Where a connection comes from, and how it speaks. */
export interface AgentCaller {
  /** The source, as limits count it. */
  readonly from: string;
  /** The origin at which the relay reached the service. */
  readonly origin: string;
  /** Whether a page in a browser relays, not a program. */
  readonly isPage?: boolean;
  /** Default: the carrier protocol. */
  readonly dialect?: Dialect;
}

type Phase = 'open' | 'proving' | 'opened' | 'over';

/**
 * The service's side of one connection of an agent or a relay for care. Neither is trusted: it only carries bytes, and the
 * session with the fob proves them. An idle connection has no timer of its own.
 */
export class AgentConnection implements Talker, FobCarrier {
  readonly link: string;
  /** The source, as rate limits and capacity limits count it. */
  readonly from: string;
  private readonly means: AgentMeans;
  private readonly listener: FobListener;
  private readonly origin: string;
  private readonly isPage: boolean;
  private readonly line: TextConnection;
  private readonly dialect: Dialect;
  private readonly fobs: Map<number, AgentFob>;
  private readonly messages: RateLimitState;
  private readonly chars: RateLimitState;
  private readonly laters: RateLimitState;
  private readonly sinceMs: number;
  private heardMs: number;
  private phase: Phase;
  private purpose: 'agent' | 'care' | undefined;

  constructor(
    means: AgentMeans,
    listener: FobListener,
    { from, origin, isPage = false, dialect = carrierDialect }: AgentCaller,
    line: TextConnection,
  ) {
    this.link = randomBytes(16).toString('base64url');
    this.from = from;
    this.means = means;
    this.listener = listener;
    this.origin = origin;
    this.isPage = isPage;
    this.line = line;
    this.dialect = dialect;
    this.fobs = new Map();
    const nowMs = means.ticks();
    this.messages = unusedRateLimit(agentLimits.agentMessageBucket, nowMs);
    this.chars = unusedRateLimit(agentLimits.agentCharBucket, nowMs);
    this.laters = unusedRateLimit(agentLimits.agentLaterBucket, nowMs);
    this.sinceMs = nowMs;
    this.heardMs = nowMs;
    this.phase = 'open';
  }

  get kind(): CareRelayKind {
    if (!this.isForeground) return 'agent';
    return this.isPage ? 'page' : 'command';
  }

  /** Whether a person is present, who started this relay for care. */
  get isForeground(): boolean {
    return this.purpose === 'care';
  }

  /** Whether the connection has a proved fob of the service. */
  get hasProved(): boolean {
    for (const { fobId } of this.fobs.values()) if (fobId !== undefined) return true;
    return false;
  }

  receive(text: string | undefined): void {
    if (this.phase === 'over') return;
    const message = text !== undefined && this.isWithinBounds(text) ? this.read(text) : undefined;
    if (message === undefined || !this.take(message)) this.end(POLICY_VIOLATION);
  }

  /** Something was received, even if it was no message: a poll. */
  noteTraffic(): void {
    this.heardMs = this.means.ticks();
  }

  lost(): void {
    this.over();
  }

  shutDown(): void {
    this.end(GOING_AWAY);
  }

  /** Closes the connection because others need its place more: it has no proved fob of the service. */
  giveWay(): void {
    this.refuse('full', TRY_AGAIN_LATER);
  }

  /** Checks whether the agent is still there. */
  sweep(nowMs: number): void {
    const isLate = this.phase !== 'opened' && nowMs - this.sinceMs > agentLimits.agentOpeningMs;
    if (isLate) this.end(POLICY_VIOLATION);
    else if (nowMs - this.heardMs > AGENT_SILENCE_MS) this.end(NORMAL);
  }

  say(message: ToFobsRelay): void {
    const { purpose } = this;
    // Not every relay of fobs hears of everything: notices go to agents only.
    if (this.phase === 'over' || (purpose !== undefined && !isFor(message.type, purpose))) return;
    const text = this.dialect.write(message);
    if (text !== undefined) this.line.send(text);
  }

  private read(text: string): RelaySays | undefined {
    return this.dialect.read(text, this.purpose);
  }

  private isWithinBounds(text: string): boolean {
    const nowMs = this.means.ticks();
    this.heardMs = nowMs;
    return (
      takeTokens(this.messages, agentLimits.agentMessageBucket, nowMs) &&
      takeTokens(this.chars, agentLimits.agentCharBucket, nowMs, text.length)
    );
  }

  /** @returns whether this message was allowed at this time */
  private take(message: RelaySays): boolean {
    if (message.type === 'open') {
      if (this.phase !== 'open' || message.for === 'activation') return false;
      this.phase = 'proving';
      this.purpose = message.for;
      this.prove(message.nonce).catch(() => this.refuse('failed', NORMAL));
      return true;
    }
    if (this.phase !== 'opened') return false;
    switch (message.type) {
      case 'fob':
        return this.come(message);
      case 'gone':
        this.leave(message.fob);
        return true;
      case 'bytes':
        this.fobs.get(message.fob)?.receive(message.text);
        return true;
      case 'unreached':
        this.fobs.get(message.fob)?.unreached(message.why);
        return true;
      case 'later':
        this.putOff(message.fob);
        return true;
      case 'stop':
        this.end(NORMAL);
        return true;
      case 'beat':
        this.say({ type: 'beat' });
        return true;
      default:
        return false;
    }
  }

  private async prove(nonce: string): Promise<void> {
    const identity = await this.means.identity();
    const { serviceName } = await readSettings(this.means.management.db);
    if (this.phase !== 'proving') return;
    this.phase = 'opened';
    const proof = proofOfIdentity(identity, nonce, this.origin, this.dialect.opened);
    this.say({ type: 'identity', ...proof, name: serviceName });
  }

  private come({ fob: number, serial, port }: Extract<RelaySays, { type: 'fob' }>): boolean {
    if (serial === undefined || this.fobs.has(number) || this.fobs.size >= AGENT_FOBS_MAX) return false;
    const fob = new AgentFob(this.means, this, { fob: number, serial, port, sinceMs: this.means.ticks() });
    this.fobs.set(number, fob);
    this.listener.came(fob);
    return true;
  }

  private putOff(number: number): void {
    const fob = this.fobs.get(number);
    const isSoon = !takeTokens(this.laters, agentLimits.agentLaterBucket, this.means.ticks());
    if (fob !== undefined && !isSoon) this.listener.putOff(fob);
  }

  private leave(number: number): void {
    const fob = this.fobs.get(number);
    if (fob === undefined) return;
    this.fobs.delete(number);
    fob.leave();
    this.listener.left(fob);
  }

  private refuse(code: AgentRefusalCode, closeCode: number): void {
    this.say({ type: 'refused', code, ...agentTexts.refusals[code], isFinal: false });
    this.end(closeCode);
  }

  private end(code: number): void {
    if (this.phase === 'over') return;
    this.over();
    this.line.close(code);
  }

  private over(): void {
    if (this.phase === 'over') return;
    this.phase = 'over';
    for (const number of [...this.fobs.keys()]) this.leave(number);
    this.listener.over(this);
  }
}
