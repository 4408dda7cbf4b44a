import { type Db, writing } from '../../../storage/database/database.ts';
import { readSetting, writeSetting } from '../../../storage/settings.ts';

const SETTING = 'last_start_address';

/**
 * Stores the origin at which a node has started, for commands that make links: their own configuration may lack the
 * options with which the service runs.
 *
 * @throws ServiceError `busy`
 */
export async function storeLastStart(db: Db, origin: string, nowMs: number): Promise<void> {
  if ((await readLastStart(db)) === origin) return;
  await writing(db, transaction => writeSetting(transaction, SETTING, origin, nowMs));
}

/** Returns the origin at which a node last started; undefined before the first start. */
export async function readLastStart(db: Db): Promise<string | undefined> {
  const known = await readSetting<unknown>(db, SETTING);
  if (typeof known !== 'string' || !URL.canParse(known)) return undefined;
  const { origin, protocol } = new URL(known);
  return /^https?:$/.test(protocol) ? origin : undefined;
}
