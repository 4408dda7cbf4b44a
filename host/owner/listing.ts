import type { Response } from '@passfob/protocol/commands';
import type { Client } from '../client/client.ts';

/** Reads the fob's facts about each of its accounts, in its order, inside an open session. */
export async function readAccounts(
  client: Client,
  count: number,
  signal: AbortSignal | undefined,
): Promise<Response<'list'>[]> {
  const accounts: Response<'list'>[] = [];
  for (let index = 0; index < count; index++) {
    accounts.push(await client.call('list', { index }, { signal }));
  }
  return accounts;
}
