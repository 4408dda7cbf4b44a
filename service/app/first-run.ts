import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { followSealingKey } from '../features/operations/rekey.ts';
import { CONSOLE_APPLICATION, ensureApplication, hasApplications } from '../features/users/applications.ts';
import { beginWithLockPolicy } from '../features/users/settings.ts';
import type { Store } from '../storage/database/database.ts';
import { keyIdsInUse } from '../storage/sealing/columns.ts';
import { ensureIdentity } from '../storage/sealing/identity.ts';
import { openKeyFile } from '../storage/sealing/key-file.ts';
import type { ServiceOptions } from './options.ts';

/** What a node needs of the folder and the database, made where it is missing. */
export async function makeReady(store: Store, options: ServiceOptions, clock: () => number) {
  const { db } = store;
  const isNewKey = !existsSync(join(options.directory, 'service.key'));
  const keys = openKeyFile(options.directory, await mayMakeKeys(store));
  const { application, apiKey } = await ensureApplication(db, clock());
  const own = await ensureApplication(db, clock(), CONSOLE_APPLICATION);
  await followSealingKey(db, keys);
  const isNewIdentity = (await keyIdsInUse(db)).size === 0;
  await ensureIdentity(db, keys, clock());
  if (options.lock !== undefined) await beginWithLockPolicy(db, options.lock, clock());
  return { keys, application, own: own.application, apiKey, isNewKey, isNewIdentity };
}

/** Not where sealed rows are, nor beside other nodes on one PostgreSQL database: all of them need the same keys. */
async function mayMakeKeys({ db, engine }: Store): Promise<boolean> {
  if ((await keyIdsInUse(db)).size > 0) return false;
  return engine === 'sqlite' || !(await hasApplications(db));
}
