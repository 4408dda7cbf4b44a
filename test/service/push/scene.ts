import type { Factors } from '@passfob/service/base/kinds';
import type { Outcome } from '@passfob/service/base/outcomes';
import { type Changes, watchChanges } from '@passfob/service/storage/database/changes';
import type { Db } from '@passfob/service/storage/database/database';
import type { Management } from '@passfob/service/storage/management';
import type { PushRequest } from '@passfob/service/subjects/push/create';
import { makePushes, type Push, type Pushes } from '@passfob/service/subjects/push/pushes';
import { beforeEach } from 'vitest';
import { TwoApplications } from '../challenges/kit.ts';
import { Office } from '../users/kit.ts';
import { PushFob, SESSION } from './kit.ts';

/** The push service, and two applications. */
export class Scene extends TwoApplications {
  readonly pushes: Pushes;
  readonly #changes: Changes;

  private constructor(office: Office, ids: readonly [string, string]) {
    super(office, ids);
    this.#changes = watchChanges(office.store);
    this.pushes = makePushes(this.validator, { changes: this.#changes });
  }

  static async open(factors?: Factors): Promise<Scene> {
    const office = await Office.open();
    return new Scene(office, await TwoApplications.made(office, factors));
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

  /** Tells whether a request is for a fob. */
  async isForFob({ id }: Pick<Push, 'id'>): Promise<boolean> {
    return (await this.office.row('pushes', { id })).fob_id !== null;
  }

  /** Asks for a log-in. @returns whether that is for a fob */
  async isAsked(changes: Partial<PushRequest> = {}): Promise<boolean> {
    return this.isForFob(await this.ask('ada', changes));
  }

  async stateOf({ id }: Pick<Push, 'id'>): Promise<string> {
    return (await this.office.row('pushes', { id })).state;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.pushes.end();
    this.#changes.close();
    await super[Symbol.asyncDispose]();
  }
}

/** Opens a scene in which `ada` has a fob. */
export async function withFob(factors?: 'password_otp') {
  const scene = await Scene.open(factors);
  await scene.office.users('ada');
  return { scene, office: scene.office, fob: await PushFob.of(scene.office, 'ada') };
}

/** Approves the fob's waiting request. */
export const approve = (_: unknown, fob: PushFob): Promise<void> => fob.approve();

/** The push service, and the fob of `ada`, in the present test. */
export let scene: Scene;
export let fob: PushFob;
export let office: Office;
export let management: Management;
export let db: Db;

/** Opens them for each test of a file. */
export function openEachScene(): void {
  beforeEach(async () => {
    ({ scene, office, fob } = await withFob());
    ({ management } = office);
    ({ db } = management);
    return () => scene[Symbol.asyncDispose]();
  });
}
