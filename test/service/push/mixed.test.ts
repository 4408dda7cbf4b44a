import { pushLimits } from '@passfob/service/base/limits/push';
import {
  answerPush,
  claimPush,
  endPush,
  pushesToSend,
  pushShown,
  returnPush,
  wantedPushes,
} from '@passfob/service/subjects/push/delivery';
import { sweepPushes } from '@passfob/service/subjects/push/expiry';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';
import { isOnPostgres } from '../kit.ts';
import { OTHER_SESSION, PushFob, SESSION } from './kit.ts';
import { type Asked, type LogIn, Model } from './model.ts';
import { Scene } from './scene.ts';

const USERS = ['ada', 'bob'] as const;
const RUNS = countOf(25, isOnPostgres ? 150 : 600);
/** No request, no cool-down and no run of unanswered requests outlives this. */
const APART_MS = pushLimits.pushReportedQuietMs + pushLimits.pushesUnapprovedMs;

/* One step: `at` counts from the latest request back; a foreign value belongs to another request. */
const at = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(4));
const rarely = fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, fc.constant(true));
const kind = <const K extends string>(...kinds: K[]) => fc.constantFrom(...kinds);
/** The answering fob, and how many requests back its question is. */
const answered = { isForeign: rarely, before: fc.constantFrom(0, 0, 0, 0, 1, 2) };
const taken = { isOtherSession: rarely, isOther: rarely };
const asks = fc.record({
  kind: kind('ask'),
  user: fc.constantFrom('ada', 'ada', 'ada', 'bob', 'nobody'),
  session: fc.constantFrom(SESSION, OTHER_SESSION),
  isOther: rarely,
  // Whether it comes from the source of all earlier log-ins.
  isHome: fc.boolean(),
  isSourceKnown: rarely.map(not => !not),
});
const takes = fc.record({ kind: kind('take', 'take', 'take', 'withdraw'), at, ...taken });
const endings = fc.constantFrom('denied', 'failed', 'failed', 'reported');
const serves = fc.record({ kind: kind('serve'), at, ...answered });
const anything = fc.oneof(
  asks,
  fc.record({ kind: kind('claim', 'claim', 'shown', 'return', 'wanted'), at, isStale: rarely }),
  fc.record({ kind: kind('answer'), at, isStale: rarely, ...answered }),
  fc.record({ kind: kind('end'), at, to: endings, isStale: rarely }),
  takes,
  fc.record({ kind: kind('twice'), at }),
  fc.record({ kind: kind('reconnect'), user: fc.constantFrom(...USERS) }),
  fc.record({ kind: kind('sweep') }),
  fc.record({ kind: kind('wait'), ms: fc.constantFrom(1, 20_000, pushLimits.pushMs - 1, pushLimits.pushMs) }),
);
type Made<A> = A extends fc.Arbitrary<infer T> ? T : never;
type Step = Made<typeof anything> | Made<typeof serves>;
/** Mostly the usual order, with other steps in between. */
const usual: fc.Arbitrary<Step[]> = fc
  .tuple(asks, fc.array(anything, { maxLength: 1 }), serves, takes)
  .map(([ask, between, serve, take]) => [ask, ...between, serve, take]);
const again = fc.tuple(asks, asks, fc.record({ kind: kind('take'), at: fc.nat(1), ...taken }));
const steps = fc
  .array(
    fc.oneof({ weight: 3, arbitrary: usual }, again, fc.array(anything, { minLength: 1, maxLength: 6 })),
    { minLength: 2, maxLength: 8 },
  )
  .map(parts => parts.flat());

/** The actual requests, fobs and sessions, beside the expected ones of the model. */
class World {
  readonly scene: Scene;
  readonly fobs: ReadonlyMap<string, PushFob>;
  readonly #logIns: LogIn[] = [];
  #runs = 0;
  model = new Model(this.#logIns);

  constructor(scene: Scene, fobs: ReadonlyMap<string, PushFob>) {
    this.scene = scene;
    this.fobs = fobs;
  }

  fob(name: string): PushFob {
    const fob = this.fobs.get(name);
    if (fob === undefined) throw new Error(name);
    return fob;
  }

  async begin(): Promise<void> {
    this.scene.office.nowMs += APART_MS;
    this.model = new Model(this.#logIns);
    this.#runs += 1;
    for (const [name, fob] of this.fobs) this.model.connect(name, await fob.connect());
  }

  async do(step: Step): Promise<void> {
    const { scene, model } = this;
    const { management, store } = scene.office;
    model.nowMs = scene.office.nowMs;
    if (step.kind === 'wait') scene.office.nowMs += step.ms;
    else if (step.kind === 'sweep') {
      await sweepPushes(store.db, scene.office.nowMs);
      model.sweep();
    } else if (step.kind === 'reconnect') model.connect(step.user, await this.fob(step.user).connect());
    else if (step.kind === 'ask') {
      const applicationId = this.application(step.isOther);
      const source = step.isHome ? '192.0.2.1' : `elsewhere in run ${this.#runs}`;
      const { user, session, isSourceKnown } = step;
      const from = { source, isSourceKnown };
      const push = await scene.ask(user, { session, applicationId, ...from });
      expect([push.expiresMs, push.number < 100]).toEqual([scene.office.nowMs + pushLimits.pushMs, true]);
      const { question } = await scene.office.row('pushes', { id: push.id });
      model.ask({ id: push.id, question, user, session, applicationId, ...from });
    } else {
      const one = model.asked.at(-1 - step.at);
      if (one !== undefined) await this.about(one, step);
    }
    const waiting = (await pushesToSend(management.db, scene.office.nowMs)).map(({ id }) => id);
    model.nowMs = scene.office.nowMs;
    expect([...waiting].sort()).toEqual(model.toSend().sort());
  }

  /** Returns the redeeming session and application: those of the request, or others. */
  asker(one: Asked, { isOtherSession, isOther }: Made<typeof takes>) {
    const other = one.session === SESSION ? OTHER_SESSION : SESSION;
    const isMain = one.applicationId === this.scene.applicationId;
    return {
      session: isOtherSession ? other : one.session,
      applicationId: this.application(isOther ? isMain : !isMain),
    };
  }

  application(isOther: boolean): string {
    return isOther ? this.scene.otherApplicationId : this.scene.applicationId;
  }

  /** Does a step about one request, and compares its result with the model. */
  async about(one: Asked, step: Extract<Step, { at: number }>): Promise<void> {
    const { scene, model } = this;
    const { management } = scene.office;
    const { id, source } = one;
    const link =
      ('isStale' in step && step.isStale) || one.user === 'nobody'
        ? 'a link of before'
        : (model.linkOf(one.user) ?? '');
    switch (step.kind) {
      case 'claim':
        return expect(await claimPush(management, id, link)).toBe(model.claim(one, link));
      case 'shown':
        return expect(await pushShown(management, id, link)).toBe(model.show(one, link));
      case 'return':
        return expect(await returnPush(management, { id, link })).toBe(model.giveBack(one, link));
      case 'wanted':
        return expect((await wantedPushes(management, [id])).get(id) === link).toBe(
          model.isClaimed(one, link),
        );
      case 'end':
        return expect(await endPush(management, { id, link }, step.to)).toBe(model.end(one, link, step.to));
      case 'serve':
        for (const kind of ['claim', 'shown', 'answer'] as const)
          await this.about(one, { ...step, kind, isStale: false });
        return;
      case 'answer': {
        const shown = model.asked.at(-1 - step.at - step.before) ?? one;
        const own = one.user === 'nobody' ? 'ada' : one.user;
        const foreign = own === 'ada' ? 'bob' : 'ada';
        const code = this.fob(step.isForeign ? foreign : own).answer(shown.question);
        const isRight = shown === one && !step.isForeign;
        return expect(await answerPush(management, { id, link }, code)).toBe(
          model.answer(one, link, isRight),
        );
      }
      case 'withdraw': {
        const by = this.asker(one, step);
        await scene.pushes.withdraw({ id, ...by });
        return model.withdraw(one, by);
      }
      case 'take': {
        const by = this.asker(one, step);
        return expect(await scene.take(one, { ...by, source })).toBe(model.take(one, by));
      }
      case 'twice': {
        const { session, applicationId } = one;
        const both = await Promise.all([1, 2].map(() => scene.take(one, { session, applicationId, source })));
        const must = [1, 2].map(() => model.take(one, { session, applicationId }));
        return expect(both.sort()).toEqual(must.sort());
      }
    }
  }
}

test('property: in any order of events, a request logs in the session that asked, once, by its own fob’s answer in time', {
  ...LONG,
  timeout: 240_000,
}, async () => {
  await using scene = await Scene.open();
  await scene.office.users(...USERS);
  const fobs = new Map<string, PushFob>();
  for (const name of USERS) fobs.set(name, await PushFob.of(scene.office, name));
  const world = new World(scene, fobs);
  let accepted = 0;
  const run = async (steps: readonly Step[]) => {
    await world.begin();
    for (const one of steps) await world.do(one);
    accepted += world.model.accepted;
    // At most one request of a user is open at any time.
    expect(world.model.mostOpen).toBeLessThanOrEqual(1);
  };
  const runs = fc.asyncProperty(steps, run);
  await fc.assert(runs, { numRuns: RUNS });
  expect(accepted).toBeGreaterThan(0);
});
