import { administrationLimits } from '../../../base/limits/administration.ts';
import { jobLimits } from '../../../base/limits/jobs.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { done, refused } from '../../../base/results.ts';
import {
  count,
  described,
  list,
  nullable,
  object,
  oneOf,
  type TypeOf,
  text,
  whole,
} from '../../../base/shapes.ts';
import {
  fobJobKinds,
  startActivating,
  startAssigning,
  startBulk,
  startFobJob,
} from '../../../subjects/jobs/bulk.ts';
import { itemState, jobItemShape, jobShape, listJobItems, viewJob } from '../../../subjects/jobs/jobs.ts';
import { pageJobs } from '../../../subjects/jobs/pages.ts';
import { reason } from '../../../subjects/tokens/acts.ts';
import { next, pageFields, readCursor, writeCursor } from '../kit/pages.ts';
import { idParams, serial } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';
import { fobFilter, fobQueryOf } from './fobs.ts';

const start = object(
  { kind: oneOf('suspend', 'unassign', 'revoke', 'assign', 'activate', ...fobJobKinds) },
  {
    serials: list(serial, jobLimits.jobItemsMax),
    reason: reason.shape,
    table: text(administrationLimits.importBodyMaxBytes, {
      description: 'For assign: lines of user and serial number. For activate the serial number is optional.',
    }),
    fobs: oneOf('owned', 'any'),
    filter: described(
      fobFilter,
      'For clock and require-pin without `serials`: all fobs that it selects. `{}` selects all.',
    ),
    policy: text(tokenLimits.policyNameMax),
    title: text(jobLimits.jobTitleMax),
  },
);

export const jobRoutes: readonly ApiRoute[] = [
  route({
    name: 'jobs.list',
    summary: 'List jobs, latest first.',
    method: 'GET',
    path: '/v1/jobs',
    permission: 'read',
    query: object({}, pageFields),
    answer: object({ jobs: list(jobShape), next }),
    refusals: ['bad_cursor'],
    handle: async ({ management, query: { after, limit } }) => {
      const place = after === undefined ? undefined : readCursor(after);
      if (after !== undefined && place === undefined) return refused('bad_cursor');
      const from = place && { createdMs: place.number, id: place.text };
      const page = await pageJobs(management.db, { after: from, rows: limit });
      return done({ jobs: page.jobs, next: page.next && writeCursor(page.next.createdMs, page.next.id) });
    },
  }),
  route({
    name: 'jobs.start',
    summary: 'Start a job over many tokens or fobs.',
    method: 'POST',
    path: '/v1/jobs',
    permission: 'job.run',
    body: start,
    example: { kind: 'suspend', serials: ['FOB-1', 'FOB-2'], title: 'Lost parcel' },
    bodyMaxBytes: administrationLimits.importBodyMaxBytes,
    answer: jobShape,
    status: 201,
    refusals: ['bad_reason', 'bad_table', 'nothing_to_do', 'too_many_items', 'bad_title'],
    handle: ({ management, actor, body }) => startJob(management, actor, body),
  }),
  route({
    name: 'jobs.get',
    summary: 'Show one job.',
    method: 'GET',
    path: '/v1/jobs/:id',
    permission: 'read',
    params: idParams,
    answer: jobShape,
    refusals: ['unknown_job'],
    handle: ({ management, params }) => viewJob(management.db, params.id),
  }),
  route({
    name: 'jobs.items',
    summary: 'List the rows of a job.',
    method: 'GET',
    path: '/v1/jobs/:id/items',
    permission: 'read',
    params: idParams,
    query: object(
      {},
      {
        after: whole(-1, jobLimits.jobItemsMax),
        limit: whole(1, administrationLimits.pageRowsMax),
        state: itemState,
      },
    ),
    answer: object({ items: list(jobItemShape), next: nullable(count) }),
    refusals: ['unknown_job', 'bad_query'],
    handle: async ({
      management: { db },
      params,
      query: { limit = administrationLimits.pageRowsDefault, ...query },
    }) => {
      const known = await viewJob(db, params.id);
      if (!known.ok) return known;
      const found = await listJobItems(db, { ...params, ...query, rows: limit });
      if (!found.ok) return found;
      const last = found.value.at(-1);
      return done({
        items: found.value,
        next: found.value.length === limit && last !== undefined ? last.number : null,
      });
    },
  }),
];

type StartAct = Parameters<typeof startBulk>;

async function startJob(management: StartAct[0], actor: StartAct[1], body: TypeOf<typeof start>) {
  const { kind, serials = [], filter, reason, table = '', fobs, policy, title } = body;
  const named = title === undefined ? {} : { title };
  if (kind === 'clock' || kind === 'require-pin') {
    // Without a selection there is nothing to do: no filter does not mean all fobs.
    const selected =
      filter === undefined || serials.length > 0 ? serials : fobQueryOf(filter, management.clock());
    return startFobJob(management, actor, { kind, fobs: selected, ...named });
  }
  if (kind === 'assign') return startAssigning(management, actor, { table, ...named });
  if (kind === 'activate') return startActivating(management, actor, { table, fobs, policy, ...named });
  if (kind !== 'revoke') return startBulk(management, actor, { kind, serials, ...named });
  if (reason === undefined) return refused('bad_reason');
  return startBulk(management, actor, { kind, serials, reason, ...named });
}
