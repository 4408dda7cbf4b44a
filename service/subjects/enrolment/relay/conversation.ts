import { setTimeout as wait } from 'node:timers/promises';
import { bytesOf } from 'passfob/carrier/fields';
import type { RelaySays, ServiceSays } from 'passfob/carrier/messages';
import type { RetryPolicy } from 'passfob/client/link';
import type { pause } from 'passfob/client/pause';
import { relayLimits } from '../../../base/limits/relay.ts';
import { validationLimits } from '../../../base/limits/validation.ts';
import { makeRateLimiter, type RateLimiter } from '../../../base/rate-limit.ts';
import { relayTexts } from '../../../base/texts/relay.ts';
import type { Identity } from '../../../storage/encryption-at-rest/identity.ts';
import type { Management } from '../../../storage/management.ts';
import {
  GOING_AWAY,
  NORMAL,
  POLICY_VIOLATION,
  type Talker,
  type TextConnection,
  TRY_AGAIN_LATER,
} from '../../connections/connection.ts';
import { carrierDialect, type Dialect } from '../../connections/dialect.ts';
import { proofOfIdentity } from '../../connections/opening.ts';
import { readSettings } from '../../users/settings.ts';
import { Enrolling } from './enrolling.ts';
import type { Claim } from './records/claim.ts';
import { type Caller, type CodeEntry, enterActivation } from './records/enter.ts';
import type { Finished } from './records/finish.ts';
import { refusalMessage } from './records/refusal.ts';

/** Dependencies of the conversations with relays. */
export interface RelayMeans {
  readonly management: Management;
  /** The application for which the first passcode is logged. */
  readonly applicationId: string;
  /** Tells all watchers that something changed. */
  readonly announce: () => void;
  readonly identity: () => Promise<Identity>;
  /** How long to wait for fobs. Default: as for a cable. */
  readonly patience?: RetryPolicy;
  /** How to wait for a typed code. Default: by this computer's clock. */
  readonly pause?: typeof pause;
}

type Phase = 'open' | 'proving' | 'enter' | 'entering' | 'entered' | 'over';
type Of<Type extends RelaySays['type']> = Extract<RelaySays, { type: Type }>;

/**
 * The service's side of one connection: it proves the service's identity, receives the code, and enrols the fob that
 * the relay carries. Each message is allowed in certain phases; any other message ends the connection.
 */
export class Conversation implements Talker {
  private readonly means: RelayMeans;
  private readonly caller: Caller;
  /** The origin at which the relay reached the service. */
  private readonly origin: string;
  private readonly line: TextConnection;
  private readonly dialect: Dialect;
  private readonly takePlace: () => boolean;
  private readonly messages: RateLimiter;
  private readonly timers: NodeJS.Timeout[];
  private phase: Phase;
  private chars: number;
  /** Released when the relay stops, and on every refusal. */
  private claim: Claim | undefined;
  private hasStopped: boolean;
  private enrolling: Enrolling | undefined;

  /** @param takePlace called once the code is accepted; false if the node has no capacity for another enrolment */
  constructor(
    means: RelayMeans,
    caller: Caller,
    origin: string,
    line: TextConnection,
    dialect: Dialect = carrierDialect,
    takePlace: () => boolean = () => true,
  ) {
    this.means = means;
    this.caller = caller;
    this.origin = origin;
    this.line = line;
    this.dialect = dialect;
    this.takePlace = takePlace;
    this.messages = makeRateLimiter();
    this.phase = 'open';
    this.chars = 0;
    this.hasStopped = false;
    const late = () => {
      if (this.phase !== 'entered') this.end(POLICY_VIOLATION);
    };
    const old = () => void this.retire();
    line.keepAlive?.(relayLimits.relayPingMs);
    this.timers = [setTimeout(late, relayLimits.relayOpeningMs), setTimeout(old, relayLimits.relayLifeMs)];
  }

  /** Receives a text from the relay; undefined for a message that is no text. */
  receive(text: string | undefined): void {
    if (this.phase === 'over') return;
    const message = text !== undefined && this.isWithinBounds(text) ? this.read(text) : undefined;
    if (message === undefined || !this.take(message)) this.end(POLICY_VIOLATION);
  }

  /** The connection was lost. Its relay may come back: the claim stays until the lease expires. */
  lost(): void {
    this.over();
  }

  /** The service stops: the relay reconnects to another node, or later. */
  shutDown(): void {
    this.end(GOING_AWAY);
  }

  /** Closes the connection because others need its place more: its code was not accepted yet. */
  giveWay(): void {
    this.end(TRY_AGAIN_LATER);
  }

  private read(text: string): RelaySays | undefined {
    return this.dialect.read(text, this.phase === 'open' ? undefined : 'activation');
  }

  private isWithinBounds(text: string): boolean {
    this.chars += text.length;
    return (
      this.chars <= relayLimits.relayCharsMax &&
      this.messages.take('', relayLimits.relayMessageBucket, performance.now())
    );
  }

  /** @returns whether this message was allowed at this time */
  private take(message: RelaySays): boolean {
    if (message.type === 'stop') {
      this.hasStopped = true;
      void this.release();
      this.end(NORMAL);
    } else if (message.type === 'open' && message.for === 'activation' && this.phase === 'open') {
      this.phase = 'proving';
      this.prove(message).catch(() => this.refuse('failed'));
    } else if (message.type === 'enter' && this.phase === 'enter') {
      this.phase = 'entering';
      this.enter(message).catch(() => this.refuse('failed'));
    } else if (message.type === 'beat' && this.phase !== 'open') {
      this.say({ type: 'beat' });
    } else return this.phase === 'entered' && this.enrolling?.take(message) === true;
    return true;
  }

  private async prove({ nonce }: Of<'open'>): Promise<void> {
    const identity = await this.means.identity();
    const { serviceName } = await readSettings(this.means.management.db);
    if (this.phase !== 'proving') return;
    this.phase = 'enter';
    const proof = proofOfIdentity(identity, nonce, this.origin, this.dialect.opened);
    this.say({ type: 'identity', ...proof, name: serviceName });
  }

  private async enter({ code, relay }: Of<'enter'>): Promise<void> {
    const minimumTime = wait(validationLimits.refusalFloorMs);
    const known = { code: bytesOf(code) ?? new Uint8Array(0), relay: bytesOf(relay) ?? new Uint8Array(0) };
    const entry = await enterActivation(this.means.management, this.caller, known);
    if (entry.kind === 'claimed') return await this.begin(entry);
    // Every refusal takes at least the minimum response time and sends the same bytes, whatever its cause.
    await minimumTime;
    if (entry.kind === 'finished') this.done(entry.finished);
    else await this.refuse(entry.code);
  }

  private async begin(entry: Extract<CodeEntry, { kind: 'claimed' }>): Promise<void> {
    this.claim = entry.claim;
    // A relay that stopped while this was decided does not come back for it.
    if (this.hasStopped) return await this.release();
    const { serviceName } = await readSettings(this.means.management.db);
    // The connection was lost meanwhile: the same relay keeps the claim until the lease expires.
    if (this.phase !== 'entering') return;
    if (!this.takePlace()) {
      // The relay connects again, to another node or later.
      this.end(TRY_AGAIN_LATER);
      return await this.release();
    }
    this.phase = 'entered';
    this.means.announce();
    this.say({
      type: 'entered',
      service: serviceName,
      user: entry.user.name,
      ...(entry.serial !== null && { serial: entry.serial }),
      fobs: entry.activation.fobs,
      expiresMs: entry.activation.expires_ms,
    });
    this.enrolling = new Enrolling(this.means, entry, {
      say: message => this.say(message),
      refused: code => this.refuse(code),
      done: finished => this.done(finished),
    });
    this.enrolling.start();
  }

  private done({ serial, token, ticket }: Finished): void {
    this.means.announce();
    const fob = this.enrolling?.fob ?? 0;
    this.say({ type: 'done', fob, serial, token, text: relayTexts.done(serial), ticket });
    this.end(NORMAL);
  }

  /** The connection has reached its maximum age; an activation that has already ended is still reported. */
  private async retire(): Promise<void> {
    if (!(await this.claim?.hasEnded())) await this.refuse('idle');
  }

  private async refuse(code: Parameters<typeof refusalMessage>[0]): Promise<void> {
    if (this.phase === 'over') return;
    this.over();
    // Released before the refusal is sent: a relay that tries again at once finds the activation free.
    await this.release();
    this.means.announce();
    this.send(refusalMessage(code));
    this.line.close(NORMAL);
  }

  /** If the release cannot be stored, the claim ends with the lease. */
  private async release(): Promise<void> {
    await this.claim?.release().catch(() => undefined);
  }

  private say(message: ServiceSays<'activation'>): void {
    if (this.phase !== 'over') this.send(message);
  }

  private send(message: ServiceSays<'activation'>): void {
    const text = this.dialect.write(message);
    if (text !== undefined) this.line.send(text);
  }

  private end(code: number): void {
    if (this.phase === 'over') return;
    this.over();
    this.line.close(code);
  }

  private over(): void {
    this.phase = 'over';
    for (const timer of this.timers) clearTimeout(timer);
    this.enrolling?.stop();
  }
}
