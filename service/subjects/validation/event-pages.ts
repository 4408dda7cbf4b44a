import { administrationLimits } from '../../base/limits/administration.ts';
import { consoleLimits } from '../../base/limits/console.ts';
import type { Outcome } from '../../base/outcomes.ts';
import type { Db } from '../../storage/database/database.ts';
import { prepareUserName } from '../users/users.ts';
import { eventColumns, type ValidationEvent } from './events.ts';

/** Selects outcomes. */
export interface EventFilter {
  /** A user by name, ignoring case. */
  readonly user?: string | undefined;
  /** A token by serial number. */
  readonly serial?: string | undefined;
  readonly outcome?: Outcome | undefined;
  /** Only outcomes before this one: `next` of the previous page. */
  readonly before?: number | undefined;
  /** 1 to 200, default 50. */
  readonly rows?: number | undefined;
}

/** A page of outcomes, latest first; `next` continues it, null at the end. */
export interface EventPage {
  readonly events: readonly ValidationEvent[];
  readonly next: number | null;
}

/** Returns the outcomes that match a filter. */
export async function pageEvents(db: Db, filter: EventFilter = {}): Promise<EventPage> {
  const { user, serial, outcome, before, rows = administrationLimits.pageRowsDefault } = filter;
  const most = Math.max(1, Math.min(rows, administrationLimits.pageRowsMax));
  let query = db
    .selectFrom('events')
    .innerJoin('applications', 'applications.id', 'events.application_id')
    .leftJoin('users', 'users.id', 'events.user_id')
    .leftJoin('tokens', 'tokens.id', 'events.token_id')
    .select(eventColumns);
  if (user !== undefined) query = query.where('users.name', '=', prepareUserName(user) ?? '');
  if (serial !== undefined) query = query.where('tokens.serial', '=', serial);
  if (outcome !== undefined) query = query.where('events.outcome', '=', outcome);
  if (before !== undefined) query = query.where('events.id', '<', before);
  const found = await query
    .orderBy('events.id', 'desc')
    .limit(most + 1)
    .execute();
  const page = found.slice(0, most);
  return { events: page, next: found.length > most ? (page.at(-1)?.id ?? null) : null };
}

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
