import { createHash, randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Api, Decision, SentPush } from './api.ts';
import { REDEEM_AGAIN_MS, SESSION_BYTES, SESSION_MS, SESSIONS_MAX } from './limits.ts';

/** The state of one browser's log-in. */
export type SessionState =
  | { readonly state: 'waiting'; readonly user: string; readonly push: SentPush }
  | { readonly state: 'accepted'; readonly user: string }
  | { readonly state: 'refused' | 'silent'; readonly user: string };

/** One browser, identified by its secret cookie. */
export interface ExampleSession {
  /** The cookie's value. A secret. */
  readonly value: string;
  readonly expiresMs: number;
  standing: SessionState;
  /** Emits `change` when the state changes. */
  readonly changes: EventEmitter;
  /** Stops the wait for a push. */
  readonly ending: AbortController;
}

/** Sessions of browsers that are logged in or wait for approval, kept in this process's memory. */
export class Sessions {
  private readonly api: Api;
  private readonly clock: () => number;
  /** Keyed by the hash of the cookie, so that the time of a look-up reveals nothing about it. */
  private readonly all: Map<string, ExampleSession>;

  constructor(api: Api, clock: () => number = Date.now) {
    this.api = api;
    this.clock = clock;
    this.all = new Map();
  }

  find(value: string | undefined): ExampleSession | undefined {
    const session = this.all.get(hashOf(value ?? ''));
    if (session === undefined || session.expiresMs > this.clock()) return session;
    this.end(session);
    return undefined;
  }

  /**
   * Makes a session for a user who has just logged in. It is always new, so nobody can have planted its cookie
   * (session fixation).
   */
  letIn(user: string): ExampleSession {
    return this.make({ state: 'accepted', user });
  }

  /**
   * Sends a push and starts to wait for its result.
   * @returns the waiting session, or why there is none
   */
  async send(user: string, source: string): Promise<ExampleSession | 'busy' | 'silent'> {
    const value = randomBytes(SESSION_BYTES).toString('base64url');
    const push = await this.api.push({ user, session: sessionOf(value), source });
    if (typeof push === 'string') return push;
    const session = this.make({ state: 'waiting', user, push }, value);
    void this.wait(session, push, source);
    return session;
  }

  /** Forgets a session and withdraws the push that it waits for. */
  end(session: ExampleSession): void {
    this.all.delete(hashOf(session.value));
    session.ending.abort();
    const { standing } = session;
    if (standing.state === 'waiting')
      void this.api.withdraw({ id: standing.push.id, session: sessionOf(session.value) });
    session.changes.emit('change');
  }

  close(): void {
    for (const session of [...this.all.values()]) this.end(session);
  }

  private make(
    standing: SessionState,
    value: string = randomBytes(SESSION_BYTES).toString('base64url'),
  ): ExampleSession {
    const changes = new EventEmitter().setMaxListeners(0);
    const session: ExampleSession = {
      value,
      expiresMs: this.clock() + SESSION_MS,
      standing,
      changes,
      ending: new AbortController(),
    };
    const [oldest] = this.all.values();
    if (this.all.size >= SESSIONS_MAX && oldest !== undefined) this.end(oldest);
    this.all.set(hashOf(value), session);
    return session;
  }

  private async wait(session: ExampleSession, push: SentPush, source: string): Promise<void> {
    const { signal } = session.ending;
    let decision: Decision | 'waiting' = 'waiting';
    while (!isFinal(decision) && !signal.aborted) {
      const sinceMs = performance.now();
      decision = await this.api.take({ id: push.id, session: sessionOf(session.value), source });
      if (isFinal(decision)) continue;
      // The service answers at once if it already has many waiters; then pause before the next request.
      if (decision === 'waiting' && performance.now() - sinceMs >= REDEEM_AGAIN_MS) continue;
      // The service cannot be reached. Try again until the push expires.
      if (decision !== 'waiting' && this.clock() > push.expiresMs) break;
      await pause(REDEEM_AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
    // The user has left meanwhile, or typed a passcode: this push must not log them in.
    if (signal.aborted) return;
    const { user } = session.standing;
    session.standing =
      typeof decision === 'object'
        ? { state: 'accepted', user: decision.user }
        : { state: decision === 'refused' ? decision : 'silent', user };
    session.changes.emit('change');
  }
}

/** Whether another request would return the same result. */
function isFinal(decision: Decision | 'waiting'): boolean {
  return typeof decision === 'object' || decision === 'refused';
}

/** Waits for the next change of a session, or until the signal aborts. */
export async function changed(session: ExampleSession, signal: AbortSignal): Promise<void> {
  await once(session.changes, 'change', { signal }).catch(() => undefined);
}

/** The session name sent to the service. It is not the cookie, which the service must not know. */
function sessionOf(value: string): string {
  return createHash('sha256').update('push\0').update(value).digest('base64url');
}

function hashOf(value: string): string {
  return createHash('sha256').update(value).digest('base64url');
}
