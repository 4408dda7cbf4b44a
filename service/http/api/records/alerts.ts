import { alertLimits } from '../../../base/limits/alerts.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { done, refused } from '../../../base/results.ts';
import {
  count,
  list,
  named,
  nullable,
  object,
  oneOf,
  serviceText,
  text,
  time,
  whole,
} from '../../../base/shapes.ts';
import { acknowledgeAlert, pageAlerts } from '../../../subjects/alerts/manage.ts';
import { next, pageFields, readCursor, writeCursor } from '../kit/pages.ts';
import { type ApiRoute, route } from '../kit/route.ts';

const alert = named(
  object({
    id: count,
    kind: oneOf(
      'replay',
      'revoked_use',
      'locked',
      'spray',
      'audit',
      'clock',
      'report',
      'denied',
      'undelivered',
      'activation_expired',
      'fob_wanted',
      'lost',
      'fob_battery',
      'fob_drift',
      'fob_refused',
      'fob_withheld',
    ),
    user: nullable(serviceText),
    serial: nullable(serviceText),
    fob: nullable(serviceText),
    step: nullable(count),
    count,
    firstUseMs: nullable(time),
    firstUseSource: nullable(serviceText),
    firstMs: time,
    lastMs: time,
    lastSource: serviceText,
    acknowledgedMs: nullable(time),
    acknowledgedBy: nullable(serviceText),
  }),
  'Alert',
);

export const alertRoutes: readonly ApiRoute[] = [
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
    answer: object({ alerts: list(alert), next }),
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
  route({
    name: 'alerts.acknowledge',
    summary: 'Acknowledge an alert.',
    method: 'POST',
    path: '/v1/alerts/:id/acknowledge',
    permission: 'alert.acknowledge',
    params: object({ id: text(tokenLimits.serialMax, { pattern: '^[0-9]+$' }) }),
    answer: alert,
    refusals: ['unknown_alert', 'alert_acknowledged'],
    handle: ({ management, actor, params }) => acknowledgeAlert(management, actor, { id: Number(params.id) }),
  }),
];
