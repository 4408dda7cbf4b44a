import { administrationLimits } from '../../../base/limits/administration.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { type AcceptedBy, failedFactor, type Outcome } from '../../../base/outcomes.ts';
import { done } from '../../../base/results.ts';
import {
  count,
  described,
  list,
  named,
  nullable,
  object,
  oneOf,
  serviceText,
  time,
  whole,
} from '../../../base/shapes.ts';
import { pageEvents } from '../../../subjects/validation/event-pages.ts';
import { serial, userName } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';

const outcome = oneOf(...(Object.keys(failedFactor) as Outcome[]));
const by = described(
  nullable(oneOf<AcceptedBy>('push')),
  '`push` if an approval on the fob logged the user in; null with every other log-in, and every other outcome.',
);
const event = named(
  object({
    id: count,
    atMs: time,
    user: nullable(serviceText),
    outcome,
    by,
    serial: nullable(serviceText),
    source: serviceText,
    application: serviceText,
    requestId: serviceText,
  }),
  'Event',
);

export const eventRoutes: readonly ApiRoute[] = [
  route({
    name: 'events.list',
    summary: 'List log-ins with their outcome and real reason, latest first.',
    method: 'GET',
    path: '/v1/events',
    permission: 'read',
    query: object(
      {},
      {
        after: whole(0, tokenLimits.counterMax),
        limit: whole(1, administrationLimits.pageRowsMax),
        user: userName,
        serial,
        outcome,
      },
    ),
    answer: object({ events: list(event), next: nullable(count) }),
    refusals: [],
    handle: async ({ management, query: { after, limit, ...query } }) =>
      done(await pageEvents(management.db, { ...query, before: after, rows: limit })),
  }),
];
