import type { Challenge } from '@passfob/service/features/challenges/create';
import type { NewToken } from '@passfob/service/features/tokens/issue';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fobAnswer, OTHER_SESSION, Scene, SESSION } from './kit.ts';

const SESSIONS = [SESSION, OTHER_SESSION] as const;
const OPEN_MS = 60_000;
const ATTEMPTS = 3;

/** One step: a session asks, a session answers question `at` with the passcode of question `shown`, or time passes. */
type Step =
  | { readonly kind: 'ask'; readonly user: string; readonly session: string }
  | { readonly kind: 'answer'; readonly at: number; readonly shown: number; readonly session: string }
  | { readonly kind: 'wait'; readonly ms: number };

const session = fc.constantFrom(...SESSIONS);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('ask' as const), user: fc.constantFrom('ada', 'bob', 'nobody'), session }),
  fc.record({ kind: fc.constant('answer' as const), at: fc.nat(4), shown: fc.nat(4), session }),
  fc
    .record({ kind: fc.constant('answer' as const), at: fc.nat(4), session })
    .map(one => ({ ...one, shown: one.at })),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 20_000, OPEN_MS - 1, OPEN_MS) }),
);

/** A question as the model knows it. */
interface Asked extends Challenge {
  readonly user: string;
  readonly session: string;
  isOver: boolean;
  misses: number;
}

/** The latest questions, and the expected results of their answers. */
class Model {
  readonly asked: Asked[] = [];

  ask(challenge: Challenge, user: string, session: string): void {
    for (const earlier of this.asked) if (earlier.user === user && user !== 'nobody') earlier.isOver = true;
    this.asked.push({ ...challenge, user, session, isOver: false, misses: 0 });
  }

  /** Tells whether an answer must be accepted. */
  answer(one: Asked, isRight: boolean, session: string, nowMs: number): boolean {
    const counts = !one.isOver && one.expiresMs > nowMs && one.session === session && one.user !== 'nobody';
    if (!counts) return false;
    if (!isRight) one.misses++;
    if (isRight || one.misses >= ATTEMPTS) one.isOver = true;
    return isRight;
  }
}

test('an approval of one session never logs in another one, in any order of steps', async () => {
  await using scene = await Scene.open();
  await scene.office.users('bob');
  const tokens: Record<string, NewToken> = {
    ada: scene.token,
    bob: await scene.office.token('bob', { kind: 'ocra', suite: scene.token.suite ?? '' }),
  };
  const passcodeOf = ({ user, question }: Asked) => fobAnswer(tokens[user] ?? scene.token, question);
  const run = async (steps: readonly Step[]) => {
    scene.office.nowMs += OPEN_MS;
    const model = new Model();
    for (const one of steps)
      if (one.kind === 'wait') scene.office.nowMs += one.ms;
      else if (one.kind === 'ask') model.ask(await scene.ask(one.user, one.session), one.user, one.session);
      else {
        const to = model.asked.at(-1 - one.at);
        const shown = model.asked.at(-1 - one.shown);
        if (to === undefined || shown === undefined) continue;
        const passcode = passcodeOf(shown);
        const isRight = passcode === passcodeOf(to);
        const must = model.answer(to, isRight, one.session, scene.office.nowMs);
        const outcome = await scene.answer(to, passcode, { session: one.session });
        expect(outcome === 'accepted', outcome).toBe(must);
      }
  };
  const runs = fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 30 }), run);
  await fc.assert(runs, { numRuns: 60 });
});
