import { alertLimits } from '../../../base/limits/alerts.ts';
import { done, refused } from '../../../base/results.ts';
import { list, object, oneOf, whole } from '../../../base/shapes.ts';
import { alertShape } from '../../../subjects/alerts/alerts.ts';
import { pageAlerts } from '../../../subjects/alerts/manage.ts';
import { next, pageFields, readCursor, writeCursor } from '../kit/pages.ts';
import { type ApiRoute, route } from '../kit/route.ts';

export const alertReads: readonly ApiRoute[] = [
  route({
    name: 'alerts.list',
    summary: 'List alerts, latest first.',
    method: 'GET',
    path: '/v1/alerts',
    permission: 'read',
    query: object(
      {},
      { ...pageFields, limit: whole(1, alertLimits.alertsListed), standing: oneOf('open', 'acknowledged') },
    ),
    answer: object({ alerts: list(alertShape), next }),
    refusals: ['bad_cursor'],
    handle: async ({ management, query: { after, ...query } }) => {
      const place = after === undefined ? undefined : readCursor(after);
      if (after !== undefined && place === undefined) return refused('bad_cursor');
      const from = place && { lastMs: place.number, id: Number(place.text) };
      if (from !== undefined && !Number.isSafeInteger(from.id)) return refused('bad_cursor');
      const page = await pageAlerts(management.db, { ...query, after: from });
      return done({
        alerts: page.alerts,
        next: page.next && writeCursor(page.next.lastMs, `${page.next.id}`),
      });
    },
  }),
];
