import { enrolmentLimits } from '@passfob/service/base/limits/enrolment';
import type { Result } from '@passfob/service/base/results';
import {
  type MadeActivation,
  resendActivation,
  revokeActivation,
  startActivation,
} from '@passfob/service/subjects/enrolment/activations';
import { expireActivations } from '@passfob/service/subjects/enrolment/expire-job';
import { unassignToken } from '@passfob/service/subjects/tokens/acts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';
import { isOnPostgres } from '../kit.ts';
import { accepted, codeOf, grace, type Office } from '../users/kit.ts';
import { entered, HOUR_MS, kept, openOffice, stock, tokenOf } from './office.ts';

/** Every step costs several times as much on PostgreSQL. */
function runsOf(): number {
  return isOnPostgres ? countOf(4, 10) : countOf(15, 40);
}

/** The model's facts about one activation. */
interface Known {
  readonly id: string;
  readonly string: string | null;
  readonly serial: string | null;
  readonly expiresMs: number;
  isOver: boolean;
}

const step = fc.oneof(
  fc.record({
    act: fc.constant('start' as const),
    isForToken: fc.boolean(),
    hours: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({ act: fc.constantFrom('resend' as const, 'revoke' as const), nth: fc.nat(8) }),
  fc.record({ act: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 300 }) }),
  fc.record({ act: fc.constantFrom('return' as const, 'tend' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Does one step with one user, and keeps the model beside it. */
class Run {
  readonly office: Office;
  readonly user: string;
  readonly serial: string;
  readonly known: Known[] = [];
  readonly resentMs: number[] = [];

  constructor(office: Office, nth: number) {
    this.office = office;
    this.user = `user-${nth}`;
    this.serial = `T-${nth}`;
  }

  isOpen({ isOver, expiresMs }: Known): boolean {
    return !isOver && expiresMs > this.office.nowMs;
  }

  hasOpen(serial: string | null, except?: Known): boolean {
    return this.known.some(one => one !== except && one.serial === serial && this.isOpen(one));
  }

  take(result: Result<MadeActivation>, serial: string | null): void {
    const { activation, string } = kept(accepted(result));
    const { id, expiresMs } = activation;
    this.known.push({ id, string, serial, expiresMs, isOver: false });
  }

  async do(one: Step): Promise<void> {
    const { office, user, serial } = this;
    const { management } = office;
    if (one.act === 'wait') office.nowMs += one.minutes * 60_000;
    if (one.act === 'tend') await expireActivations(management);
    if (one.act === 'return') {
      const result = await unassignToken(management, grace, { serial });
      if (result.ok) for (const other of this.known) if (other.serial === serial) other.isOver = true;
    }
    if (one.act === 'start') {
      const target = one.isForToken ? { serial } : {};
      const lifetimeMs = one.hours * HOUR_MS;
      const result = await startActivation(management, grace, { user, lifetimeMs, ...target });
      const about = one.isForToken ? serial : null;
      if (this.hasOpen(about)) expect(codeOf(result)).toBe('activation_open');
      else this.take(result, about);
    }
    if (one.act === 'resend' || one.act === 'revoke') await this.end(one.act, this.known[one.nth]);
  }

  async end(act: 'resend' | 'revoke', known: Known | undefined): Promise<void> {
    const { management, nowMs } = this.office;
    if (known === undefined) return;
    const { id, serial } = known;
    if (act === 'revoke') {
      const result = await revokeActivation(management, grace, { id });
      expect(codeOf(result)).toBe(known.isOver ? 'activation_over' : 'done');
      known.isOver = true;
      // The token is returned unless another activation waits for it, which ends expired ones as well.
      if (result.ok && serial !== null && !this.hasOpen(serial))
        for (const other of this.known) if (other.serial === serial) other.isOver = true;
      return;
    }
    const result = await resendActivation(management, grace, { id });
    const recent = this.resentMs.filter(ms => ms > nowMs - enrolmentLimits.resendWindowMs).length;
    if (known.isOver) expect(codeOf(result)).toBe('activation_over');
    else if (this.hasOpen(serial, known)) expect(codeOf(result)).toBe('activation_open');
    else if (recent >= enrolmentLimits.resendsMax) expect(codeOf(result)).toBe('too_many_resends');
    else {
      this.take(result, serial);
      known.isOver = true;
      this.resentMs.push(nowMs);
    }
  }

  /** Checks each code against the model, and that a token stays reserved as long as it may be used. */
  async check(): Promise<void> {
    for (const one of this.known) {
      expect(await entered(this.office, one.string)).toBe(this.isOpen(one) ? one.id : undefined);
    }
    const isAwaited = this.known.some(one => one.serial !== null && !one.isOver);
    expect(await tokenOf(this.office, this.serial)).toEqual(
      isAwaited ? { state: 'reserved', user: this.user } : { state: 'inventory', user: null },
    );
  }
}

test('property: with any operator acts and any time, a code works as long as the model says, and never again', {
  ...LONG,
  timeout: 120_000,
}, async () => {
  await using office = await openOffice();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async steps => {
      const run = new Run(office, runs++);
      await office.users(run.user);
      await stock(office, run.serial);
      for (const one of steps) {
        await run.do(one);
        await run.check();
      }
    }),
    { numRuns: runsOf() },
  );
});
