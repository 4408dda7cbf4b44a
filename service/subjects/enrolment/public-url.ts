import type { Acting } from '../../storage/acting.ts';
import { prepareAddress, readSettings } from '../users/settings.ts';

/**
 * Returns the origin that links and activation strings name: the configured public URL, else the setting, else the
 * address at which this process listens. Never one from a request: its sender controls the Host header.
 *
 * @returns undefined if none is known, or if it is not https (plain http is for this computer only)
 */
export async function publicUrlOf({
  db,
  publicUrl,
}: Pick<Acting, 'db' | 'publicUrl'>): Promise<string | undefined> {
  const known = publicUrl?.configured ?? (await readSettings(db)).publicAddress ?? publicUrl?.own();
  return known === undefined ? undefined : prepareAddress(known);
}
