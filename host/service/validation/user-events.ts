import type { Db } from '../data/database.ts';
import { limits } from '../limits.ts';
import type { ValidationEvent } from './events.ts';

/** The most recent outcomes of one user, latest first, with their real reasons: for help desk. */
export async function listUserEvents(db: Db, userId: string): Promise<ValidationEvent[]> {
  const rows = await db
    .selectFrom('events')
    .innerJoin('applications', 'applications.id', 'events.application_id')
    .innerJoin('users', 'users.id', 'events.user_id')
    .leftJoin('tokens', 'tokens.id', 'events.token_id')
    .select([
      'events.id',
      'events.at_ms',
      'events.outcome',
      'events.by',
      'events.source',
      'events.request_id',
    ])
    .select(['users.name as user', 'tokens.serial', 'applications.name as application'])
    .where('events.user_id', '=', userId)
    .orderBy('events.id', 'desc')
    .limit(limits.userEventsListed)
    .execute();
  return rows.map(({ at_ms: atMs, request_id: requestId, ...event }) => ({ ...event, atMs, requestId }));
}
