import { setTimeout as wait } from 'node:timers/promises';
import type { RelayMessage, ServiceMessage } from 'passfob/activation/messages';
import { readRelayMessage } from 'passfob/activation/read-messages';
import { bytesOf } from 'passfob/activation/shapes';
import type { RetryPolicy } from 'passfob/client/link';
import type { pause } from 'passfob/client/pause';
import { relayLimits } from '../../../base/limits/relay.ts';
import { validationLimits } from '../../../base/limits/validation.ts';
import { makeRateLimiter, type RateLimiter } from '../../../base/rate-limit.ts';
import { relayTexts } from '../../../base/texts/relay.ts';
import type { Identity } from '../../../storage/encryption-at-rest/identity.ts';
import type { Management } from '../../../storage/management.ts';
import { GOING_AWAY, NORMAL, POLICY_VIOLATION, type Talker, type TextConnection } from '../../lines/line.ts';
import { proofOfIdentity } from '../../lines/opening.ts';
import { readSettings } from '../../users/settings.ts';
import { Enrolling } from './enrolling.ts';
import type { Claim } from './records/claim.ts';
import { type Caller, type CodeEntry, enterActivation } from './records/enter.ts';
import type { Finished } from './records/finish.ts';
import { refusalMessage } from './records/refusal.ts';

/** What conversations with relays work with. */
export interface RelayMeans {
  readonly management: Management;
  /** The application that the first passcode counts for. */
  readonly applicationId: string;
  /** Tells whoever watches that something changed. */
  readonly announce: () => void;
  readonly identity: () => Promise<Identity>;
  /** How long fobs are waited for. Default: as for a cable. */
  readonly patience?: RetryPolicy;
  /** How a typed code is waited for. Default: by the time of this computer. */
  readonly pause?: typeof pause;
}

type Phase = 'open' | 'proving' | 'enter' | 'entering' | 'entered' | 'over';
type Of<Type extends RelayMessage['type']> = Extract<RelayMessage, { type: Type }>;

/**
 * The service's side of one connection: it proves itself, takes the code, and enrols the fob that the relay carries. Each
 * message has its time; any other ends the connection.
 */
export class Conversation implements Talker {
  private readonly means: RelayMeans;
  private readonly caller: Caller;
  /** By which the relay reached the service. */
  private readonly origin: string;
  private readonly line: TextConnection;
  private readonly messages: RateLimiter;
  private readonly timers: NodeJS.Timeout[];
  private phase: Phase;
  private chars: number;
  /** Given back when the relay gives up, and by whatever is refused. */
  private claim: Claim | undefined;
  private hasStopped: boolean;
  private enrolling: Enrolling | undefined;

  constructor(means: RelayMeans, caller: Caller, origin: string, line: TextConnection) {
    this.means = means;
    this.caller = caller;
    this.origin = origin;
    this.line = line;
    this.messages = makeRateLimiter();
    this.phase = 'open';
    this.chars = 0;
    this.hasStopped = false;
    const late = () => {
      if (this.phase !== 'entered') this.end(POLICY_VIOLATION);
    };
    const old = () => void this.retire();
    this.timers = [setTimeout(late, relayLimits.relayOpeningMs), setTimeout(old, relayLimits.relayLifeMs)];
  }

  /** A text from the relay; undefined for one that was none. */
  receive(text: string | undefined): void {
    if (this.phase === 'over') return;
    const message = text !== undefined && this.isWithinBounds(text) ? readRelayMessage(text) : undefined;
    if (message === undefined || !this.take(message)) this.end(POLICY_VIOLATION);
  }

  /** The connection is gone. Its relay may come back: the claim stays for as long as the lease. */
  lost(): void {
    this.over();
  }

  /** The service ends: the relay comes back to another node, or later. */
  shutDown(): void {
    this.end(GOING_AWAY);
  }

  private isWithinBounds(text: string): boolean {
    this.chars += text.length;
    return (
      this.chars <= relayLimits.relayCharsMax &&
      this.messages.take('', relayLimits.relayMessageBucket, performance.now())
    );
  }

  /** @returns whether it was time for this message */
  private take(message: RelayMessage): boolean {
    if (message.type === 'stop') {
      this.hasStopped = true;
      void this.release();
      this.end(NORMAL);
    } else if (message.type === 'open' && this.phase === 'open') {
      this.phase = 'proving';
      this.prove(message).catch(() => this.refuse('failed'));
    } else if (message.type === 'enter' && this.phase === 'enter') {
      this.phase = 'entering';
      this.enter(message).catch(() => this.refuse('failed'));
    } else if (this.phase === 'entered' && message.type !== 'open' && message.type !== 'enter') {
      this.enrolling?.take(message);
    } else return false;
    return true;
  }

  private async prove({ nonce }: Of<'open'>): Promise<void> {
    const identity = await this.means.identity();
    if (this.phase !== 'proving') return;
    this.phase = 'enter';
    this.say({ type: 'identity', ...proofOfIdentity(identity, nonce, this.origin, 'relay') });
  }

  private async enter({ code, relay }: Of<'enter'>): Promise<void> {
    const floor = wait(validationLimits.refusalFloorMs);
    const known = { code: bytesOf(code) ?? new Uint8Array(0), relay: bytesOf(relay) ?? new Uint8Array(0) };
    const entry = await enterActivation(this.means.management, this.caller, known);
    if (entry.kind === 'claimed') return await this.begin(entry);
    // Whatever is wrong with it takes as long, and is answered by the same bytes.
    await floor;
    if (entry.kind === 'finished') this.done(entry.finished);
    else await this.refuse(entry.code);
  }

  private async begin(entry: Extract<CodeEntry, { kind: 'claimed' }>): Promise<void> {
    this.claim = entry.claim;
    // Whoever stopped while this was decided does not come back for it.
    if (this.hasStopped) return await this.release();
    const { serviceName } = await readSettings(this.means.management.db);
    // Lost meanwhile: the same relay has it for as long as the lease.
    if (this.phase !== 'entering') return;
    this.phase = 'entered';
    this.means.announce();
    this.say({
      type: 'entered',
      service: serviceName,
      user: entry.user.name,
      serial: entry.serial,
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
    this.say({ type: 'done', serial, token, text: relayTexts.done(serial), ticket });
    this.end(NORMAL);
  }

  /** It has lasted too long; but what has come to its end is heard to its end. */
  private async retire(): Promise<void> {
    if (!(await this.claim?.hasEnded())) await this.refuse('idle');
  }

  private async refuse(code: Parameters<typeof refusalMessage>[0]): Promise<void> {
    if (this.phase === 'over') return;
    this.over();
    // Given back before it is said: whoever tries again at once finds it free.
    await this.release();
    this.means.announce();
    this.line.send(JSON.stringify(refusalMessage(code)));
    this.line.close(NORMAL);
  }

  /** What cannot be written now is free once the lease is over. */
  private async release(): Promise<void> {
    await this.claim?.release().catch(() => undefined);
  }

  private say(message: ServiceMessage): void {
    if (this.phase !== 'over') this.line.send(JSON.stringify(message));
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
