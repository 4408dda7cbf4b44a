import { Hmac } from '@passfob/protocol/hmac';
import { ocra } from '@passfob/protocol/ocra';
import { parseOcraSuite } from '@passfob/protocol/ocra-suite';
import type { Algorithm } from '@passfob/protocol/primitives';
import type { Factors } from '@passfob/service/base/kinds';
import type { Outcome } from '@passfob/service/base/outcomes';
import type { Db } from '@passfob/service/storage/database/database';
import type { Management } from '@passfob/service/storage/management';
import { ensureApplication } from '@passfob/service/subjects/applications/applications';
import { answerChallenge } from '@passfob/service/subjects/challenges/answer';
import type { AnswerRequest } from '@passfob/service/subjects/challenges/answering';
import { type Challenge, createChallenge } from '@passfob/service/subjects/challenges/create';
import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import type { ValidationContext } from '@passfob/service/subjects/validation/request';
import { hostPrimitives } from 'passfob/client/primitives';
import { beforeEach } from 'vitest';
import { Office } from '../users/kit.ts';

export const SUITE = 'OCRA-1:HOTP-SHA1-6:QN08';
export const COUNTED = 'OCRA-1:HOTP-SHA256-8:C-QN08';
export const TIMED = 'OCRA-1:HOTP-SHA512-8:QN08-T1M';
export const SESSION = 'session-of-this-browser';
export const OTHER_SESSION = 'session-of-another-browser';

interface FobTime {
  readonly counter?: number;
  readonly nowMs?: number;
}

/** Returns the fob's answer, computed by its own implementation. */
export function fobAnswer(
  token: NewToken,
  question: string,
  { counter = 0, nowMs = 0 }: FobTime = {},
): string {
  const suite = parseOcraSuite(token.suite ?? '');
  if (suite === undefined) throw new Error('the token has no suite');
  const key = new Hmac(hostPrimitives, suite.algorithm as Algorithm, token.secret);
  const asked = new Uint8Array(Buffer.from(question));
  const shown = ocra(hostPrimitives, key, suite, asked, counter, new Uint8Array(), Math.floor(nowMs / 1000));
  return shown ?? '';
}

/** Returns a different passcode of the same length. */
export function otherCode(right: string): string {
  return `${(Number(right.charAt(0)) + 1) % 10}${right.slice(1)}`;
}

/** An office with two applications. */
export abstract class TwoApplications implements AsyncDisposable {
  readonly office: Office;
  readonly applicationId: string;
  readonly otherApplicationId: string;
  threshold = 0;

  protected constructor(office: Office, [first, second]: readonly [string, string]) {
    this.office = office;
    this.applicationId = first;
    this.otherApplicationId = second;
  }

  /** Makes the applications. @returns their ids */
  protected static async made({ store, nowMs }: Office, factors: Factors = 'otp'): Promise<[string, string]> {
    const { application: first } = await ensureApplication(store.db, nowMs, { name: 'one', factors });
    const other = await ensureApplication(store.db, nowMs, { name: 'other', factors: 'otp' });
    return [first.id, other.application.id];
  }

  get lock() {
    return { threshold: this.threshold, periodMs: 60_000 };
  }

  get validator(): ValidationContext {
    return { ...this.office.management, lock: async () => this.lock };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.office[Symbol.asyncDispose]();
  }
}

/** Two applications, and the token of `ada`, which answers questions. */
export class Scene extends TwoApplications {
  readonly token: NewToken;

  private constructor(office: Office, token: NewToken, ids: readonly [string, string]) {
    super(office, ids);
    this.token = token;
  }

  static async open(suite = SUITE): Promise<Scene> {
    const office = await Office.open();
    await office.users('ada');
    const token = await office.token('ada', { kind: 'ocra', suite });
    return new Scene(office, token, await TwoApplications.made(office));
  }

  ask(user = 'ada', session = SESSION, applicationId = this.applicationId): Promise<Challenge> {
    return createChallenge(this.validator, { user, session, applicationId });
  }

  answer(
    challenge: { readonly id: string },
    passcode: string,
    changes: Partial<AnswerRequest> = {},
  ): Promise<Outcome> {
    return answerChallenge(this.validator, {
      id: challenge.id,
      session: SESSION,
      passcode,
      applicationId: this.applicationId,
      source: '192.0.2.1',
      requestId: 'r',
      ...changes,
    });
  }

  /** Answers as the fob does. @param at its counter and time */
  right(challenge: Challenge, at: FobTime = {}, changes: Partial<AnswerRequest> = {}): Promise<Outcome> {
    return this.answer(challenge, fobAnswer(this.token, challenge.question, at), changes);
  }

  row() {
    return this.office.row('tokens', { serial: this.token.serial });
  }
}

/** The office, and the token of `ada`, of the present test. */
export let scene: Scene;
export let office: Office;
export let management: Management;
export let db: Db;

/** Opens them for each test of a file. */
export function openEachScene(): void {
  beforeEach(async () => {
    scene = await Scene.open();
    ({ office } = scene);
    ({ management } = office);
    ({ db } = management);
    return () => scene[Symbol.asyncDispose]();
  });
}
