import { html, type Markup, nothing } from '../../../base/html.ts';
import { consoleLimits } from '../../../base/limits/console.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { texts } from '../../../base/texts/texts.ts';
import type { TokenState } from '../../../base/token-states.ts';
import { tokenStates } from '../../../base/token-states.ts';
import { pageAlerts } from '../../../subjects/alerts/manage.ts';
import { outcomesOfActivations } from '../../../subjects/enrolment/views.ts';
import { listTokens } from '../../../subjects/tokens/views.ts';
import { lockedAccounts } from '../../../subjects/users/locked-accounts.ts';
import { listEvents } from '../../../subjects/validation/events.ts';
import { actionLink, section } from '../../web/parts.ts';
import { readSetUp } from '../access/setup.ts';
import { allOf } from '../kit/lists.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import type { ConsoleRouter } from '../kit/router.ts';
import { alertItems, alertSummary } from '../records/alert-items.ts';
import { makeNumbers, type Numbers } from './numbers.ts';
import { plots } from './plots.ts';
import { eventTable, tokenTable } from './tables.ts';

const text = consoleTexts.dashboard;

/** Serves the first page: open items, recent events, and totals. */
export function serveDashboard(router: ConsoleRouter): void {
  const numbersNow = makeNumbers(router.context, () => performance.now());
  router.page('', 'read', async visit => {
    const { db } = router.context;
    const { alerts, next } = await pageAlerts(db, { standing: 'open', limit: consoleLimits.dashboardRows });
    const numbers = await numbersNow();
    const events = (await listEvents(db)).slice(0, consoleLimits.dashboardRows);
    const activated = await outcomesOfActivations(db, events);
    const tokens = (await listTokens(db)).slice(0, consoleLimits.dashboardRows);
    const lockedUntil = await lockedAccounts(db, await router.context.lock(), router.context.clock());
    const counts = { open: alerts.length, hasMore: next !== null };
    return {
      title: text.title,
      main: await setUpNotice(visit),
      live: {
        summary: alertSummary(alerts),
        markup: html`${section(
          'alerts',
          text.alerts,
          html`${alertItems(alerts)}${next === null ? nothing : html`<p class="next"><a href="${at('/alerts')}">${text.allAlerts}</a></p>`}`,
          alertCount(counts),
        )}
${section('outcomes', text.outcomes, html`${eventTable(events, activated)}${allOf('/log-ins', {})}`)}
${section('numbers', text.numbers, countList(numbers))}
${section('plots', text.plots, plots(numbers))}
${section('tokens', text.tokens, html`${tokenTable(tokens, lockedUntil)}<p class="next"><a href="${at('/tokens')}">${text.allTokens}</a></p>`)}`,
      },
    };
  });
}

function alertCount({ open, hasMore }: { open: number; hasMore: boolean }): Markup {
  return open === 0 ? nothing : html`<span class="count">${hasMore ? `${open}+` : open}</span>`;
}

/** An operator in a session by a link wants to set the service up, or to help another one sign in again. */
async function setUpNotice(visit: ConsoleContext): Promise<Markup> {
  if (visit.session.user !== null) return nothing;
  const { isComplete } = await readSetUp(visit);
  const words = isComplete ? text.byLink : text.setUp;
  return html`<div class="message note"><p>${words}</p>${actionLink(at('/setup'), consoleTexts.setup.title)}</div>`;
}

function countList({ users, locked, tokens, jobsOpen }: Numbers): Markup {
  const states = (Object.keys(tokenStates) as TokenState[]).filter(state => tokens[state] > 0);
  const items: readonly [string, number, string][] = [
    [text.users, users.all, at('/users')],
    [text.locked, locked, at('/users', { state: 'locked' })],
    [text.disabled, users.disabled, at('/users', { state: 'disabled' })],
    ...states.map((state): [string, number, string] => [
      `${text.tokensThat} ${texts.states[state].toLowerCase()}`,
      tokens[state],
      at('/tokens', { state }),
    ]),
    [text.jobs, jobsOpen, at('/jobs')],
  ];
  return html`<ul class="numbers">${items.map(([name, count, href]) => html`<li><a href="${href}"><strong>${count}</strong> ${name}</a></li>`)}</ul>`;
}
