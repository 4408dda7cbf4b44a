import { serviceActor } from '@passfob/service/base/actor';
import {
  openStore,
  type Store,
  type StoreOptions,
  writing,
} from '@passfob/service/storage/database/database';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import type { Management } from '@passfob/service/storage/management';
import { recordAudit } from '@passfob/service/subjects/audit/record';
import { Rig, testOf } from '../kit.ts';

/** Returns where a rig's services store their data: beside the key file, or in this run's database. */
export async function locationOf(rig: Rig): Promise<StoreOptions> {
  const { directory, database } = rig as Rig & { readonly database?: Promise<string | undefined> };
  return { directory, databaseUrl: await database };
}

/** A database with its keys, without a service on it. */
export class RecordsRig extends Rig {
  #store: Store | undefined;

  async open(): Promise<Management & { store: Store }> {
    this.#store = await openStore(await locationOf(this));
    const keys = openKeyFile(this.directory, true);
    return { store: this.#store, db: this.#store.db, keys, clock: () => this.clock.nowMs };
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.#store?.close();
    await super[Symbol.asyncDispose]();
  }
}

/** Tests with such a database. */
export const testOfRecords = testOf(() => new RecordsRig());

/** Records acts on the subjects `from` to `to`, one a second. */
export async function act(
  rig: RecordsRig,
  { db, keys }: Management,
  from: number,
  to: number,
): Promise<void> {
  await writing(db, async transaction => {
    for (let index = from; index <= to; index++) {
      rig.clock.nowMs += 1000;
      await recordAudit(transaction, keys, {
        atMs: rig.clock.nowMs,
        actor: { ...serviceActor, name: index % 2 ? 'ada' : 'grace', requestId: `request-${index}` },
        action: index % 3 ? 'token.revoke' : 'user.unlock',
        subjectKind: 'token',
        subjectId: `id-${index}`,
        subject: `FOB-${index}`,
        detail: { reason: 'lost', index },
      });
    }
  });
}
