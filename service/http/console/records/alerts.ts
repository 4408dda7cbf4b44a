import { html, nothing } from '../../../base/html.ts';
import { consoleLimits } from '../../../base/limits/console.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import type { Alert } from '../../../subjects/alerts/alerts.ts';
import { type AlertCursor, acknowledgeAlert, pageAlerts } from '../../../subjects/alerts/manage.ts';
import { actionLink } from '../../web/parts.ts';
import { actionsOn } from '../kit/acts.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleRouter } from '../kit/router.ts';
import { filterForm } from '../kit/search.ts';
import { pager } from '../kit/table.ts';
import { alertItems } from './alert-items.ts';

const text = consoleTexts.alerts;

/** Serves the alerts, open ones first. */
export function serveAlerts(router: ConsoleRouter): void {
  router.page('/alerts', 'read', async visit => {
    const state = visit.value('state');
    const standing = state === 'all' ? undefined : state === 'acknowledged' ? state : 'open';
    const after = placeOf(visit.value('after'));
    const { alerts, next } = await pageAlerts(visit.management.db, {
      standing,
      after,
      limit: consoleLimits.recentRows,
    });
    const acknowledge = ({ id, acknowledgedMs }: Alert) =>
      actionsOn(visit, String(id), [[acknowledgeAlert, acknowledgedMs === null]]);
    const repair = ({ kind }: Alert) =>
      kind === 'clock' && visit.may('token.repair-last-step')
        ? actionLink(at('/tokens/repair-last-steps'), consoleTexts.tokens.repairAll)
        : nothing;
    return {
      title: text.title,
      main: html`${filterForm({
        path: '/alerts',
        fields: [{ name: 'state', label: text.show, kind: 'select', options: text.standings, value: state }],
      })}
${alertItems(alerts, alert => html`${acknowledge(alert)}${repair(alert)}`)}
${pager(
  next === null ? undefined : at('/alerts', { state, after: `${next.lastMs}-${next.id}` }),
  after === undefined ? undefined : at('/alerts', { state }),
)}`,
    };
  });
}

function placeOf(text: string): AlertCursor | undefined {
  const [, lastMs, id] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  return lastMs === undefined || id === undefined ? undefined : { lastMs: Number(lastMs), id: Number(id) };
}
