import type { Acting } from '../tokens/acting.ts';
import { prepareAddress, readSettings } from '../users/settings.ts';

/**
 * The origin that links and activation strings name: what the configuration says, or else the setting, or else where
 * this process itself listens. Never what a request says: its Host header is whoever's who sent it.
 *
 * @returns undefined where none is known, or it is not https (plain http is for this computer only)
 */
export async function publicUrlOf({ db, reach }: Pick<Acting, 'db' | 'reach'>): Promise<string | undefined> {
  const known = reach?.configured ?? (await readSettings(db)).publicAddress ?? reach?.own();
  return known === undefined ? undefined : prepareAddress(known);
}
