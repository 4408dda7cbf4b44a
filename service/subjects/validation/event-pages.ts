import { consoleLimits } from '../../base/limits/console.ts';
import type { Db } from '../../storage/database/database.ts';
import { eventColumns, type ValidationEvent } from './events.ts';

/** Returns the most recent outcomes of one user, latest first, with their real reasons: for the help desk. */
export async function listUserEvents(db: Db, userId: string): Promise<ValidationEvent[]> {
  return await db
    .selectFrom('events')
    .innerJoin('applications', 'applications.id', 'events.application_id')
    .innerJoin('users', 'users.id', 'events.user_id')
    .leftJoin('tokens', 'tokens.id', 'events.token_id')
    .select(eventColumns)
    .where('events.user_id', '=', userId)
    .orderBy('events.id', 'desc')
    .limit(consoleLimits.userEventsListed)
    .execute();
}
