import { makeBearer } from '@passfob/service/base/bearers';
import type { Store } from '@passfob/service/storage/database/database';

/** Adds the application that logs in. @returns its key */
export async function addApplication({ db }: Store): Promise<string> {
  const { value, hash } = makeBearer('pfk');
  await db
    .insertInto('applications')
    .values({ id: 'bench', name: 'bench', key_hash: hash, factors: 'otp', created_ms: 0 })
    .execute();
  return value;
}
