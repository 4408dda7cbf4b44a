import { administrationLimits } from '../../base/limits/administration.ts';
import type { Db } from '../../storage/database/database.ts';
import { type JobView, viewOfJob } from './jobs.ts';

/** A position in the order of jobs. */
export interface JobCursor {
  readonly createdMs: number;
  readonly id: string;
}

/** A page of jobs, latest first; `next` continues it, null at the end. */
export interface JobPage {
  readonly jobs: readonly JobView[];
  readonly next: JobCursor | null;
}

/** Returns the jobs after a position. @param rows 1 to 200, default 50 */
export async function pageJobs(
  db: Db,
  {
    after,
    rows = administrationLimits.pageRowsDefault,
  }: { readonly after?: JobCursor | undefined; readonly rows?: number | undefined },
): Promise<JobPage> {
  let query = db.selectFrom('jobs').selectAll();
  if (after !== undefined)
    query = query.where(where =>
      where.or([
        where('created_ms', '<', after.createdMs),
        where.and([where('created_ms', '=', after.createdMs), where('id', '>', after.id)]),
      ]),
    );
  const most = Math.max(1, Math.min(rows, administrationLimits.pageRowsMax));
  const found = await query
    .orderBy('created_ms', 'desc')
    .orderBy('id')
    .limit(most + 1)
    .execute();
  const page = found.slice(0, most);
  const last = page.at(-1);
  const next = found.length > most && last !== undefined ? { createdMs: last.created_ms, id: last.id } : null;
  return { jobs: page.map(viewOfJob), next };
}
