import type { Outcome } from '@passfob/service/base/outcomes';
import type { PushRequest } from '@passfob/service/features/push/create';
import { answerPush } from '@passfob/service/features/push/delivery';
import { makePushes, type Push, type Pushes } from '@passfob/service/features/push/pushes';
import { ensureApplication } from '@passfob/service/features/users/applications';
import type { ValidationContext } from '@passfob/service/features/validation/request';
import { type Changes, watchChanges } from '@passfob/service/storage/database/changes';
import { Office } from '../users/kit.ts';
import { PushFob, SESSION } from './kit.ts';

/** An office with the push service, and two applications. */
export class Scene implements AsyncDisposable {
  readonly office: Office;
  readonly pushes: Pushes;
  readonly applicationId: string;
  readonly otherApplicationId: string;
  readonly #changes: Changes;
  threshold = 0;

  private constructor(office: Office, [first, second]: readonly [string, string]) {
    this.office = office;
    this.applicationId = first;
    this.otherApplicationId = second;
    this.#changes = watchChanges(office.store);
    this.pushes = makePushes(
      { ...office.management, lock: async () => this.lock },
      { changes: this.#changes },
    );
  }

  static async open(factors: 'otp' | 'pin_otp' | 'password_otp' = 'otp'): Promise<Scene> {
    const office = await Office.open();
    const { db } = office.store;
    const login = await ensureApplication(db, office.nowMs, { name: 'one', factors });
    const other = await ensureApplication(db, office.nowMs, { name: 'other', factors: 'otp' });
    return new Scene(office, [login.application.id, other.application.id]);
  }

  get validator(): ValidationContext {
    return { ...this.office.management, lock: async () => this.lock };
  }

  get lock() {
    return { threshold: this.threshold, periodMs: 60_000 };
  }

  /** Notifies waiters, as the writing node does. */
  announce(): void {
    this.#changes.announce();
  }

  ask(user: string, changes: Partial<PushRequest> = {}): Promise<Push> {
    const { applicationId } = this;
    const from = { source: '192.0.2.1', requestId: 'ask' };
    return this.pushes.ask({ user, session: SESSION, applicationId, ...from, ...changes });
  }

  take(
    { id }: { readonly id: string },
    changes: Partial<Parameters<Pushes['take']>[0]> = {},
  ): Promise<'waiting' | Outcome> {
    const { applicationId } = this;
    const from = { source: '192.0.2.1', requestId: 'take' };
    return this.pushes.take({ id, session: SESSION, applicationId, ...from, ...changes });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.pushes.end();
    this.#changes.close();
    await this.office[Symbol.asyncDispose]();
  }
}

/** Opens a scene in which `ada` has a fob. */
export async function withFob(factors?: 'password_otp') {
  const scene = await Scene.open(factors);
  await scene.office.users('ada');
  return { scene, office: scene.office, fob: await PushFob.of(scene.office, 'ada') };
}

/** Approves the fob's waiting request. */
export async function approve({ office }: Pick<Scene, 'office'>, fob: PushFob): Promise<void> {
  const shown = await fob.show();
  if (!(await answerPush(office.management, shown, fob.answer(shown.question))))
    throw new Error('the answer was not taken');
}
