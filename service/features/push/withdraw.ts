import { validating } from '../../storage/database/database.ts';
import { searchableId } from '../../storage/queries/ids.ts';
import { hashSession } from '../challenges/ask.ts';
import type { Validator } from '../validation/request.ts';
import { openStates } from './rows.ts';
import type { TakeRequest } from './take.ts';

/** Ends a request of a session that nobody has decided, or that was approved and not taken. */
export async function withdrawPush(
  { db, clock }: Pick<Validator, 'db' | 'clock'>,
  { id, session, applicationId }: Pick<TakeRequest, 'id' | 'session' | 'applicationId'>,
): Promise<void> {
  await validating(db, transaction =>
    transaction
      .updateTable('pushes')
      .set({ state: 'withdrawn', decided_ms: clock() })
      .where('id', '=', searchableId(id))
      .where('kind', '=', 'login')
      .where('application_id', '=', applicationId)
      .where('session_hash', '=', hashSession(session))
      // One that failed, or that another took the place of, looks open to it.
      .where('state', 'in', [...openStates, 'approved', 'failed', 'superseded'])
      .where('expires_ms', '>', clock())
      .execute(),
  );
}
