import type { Alert } from '../alerts/alerts.ts';
import { limits } from '../limits.ts';
import { texts } from '../texts.ts';
import type { TokenState } from '../tokens/states.ts';
import type { TokenView } from '../tokens/views.ts';
import type { ValidationEvent } from '../validation/events.ts';
import type { Outcome } from '../validation/outcomes.ts';
import { assetPath } from './assets.ts';
import { html, type Markup, nothing } from './html.ts';
import { renderPage } from './layout.ts';

/** What the operator's pane shows. */
export interface OperatorView {
  readonly alerts: readonly Alert[];
  readonly events: readonly ValidationEvent[];
  readonly tokens: readonly TokenView[];
  /** Locked accounts, and the moment each opens again (milliseconds since 1970). */
  readonly lockedUntil: ReadonlyMap<string, number>;
}

const text = texts.operator;

/** The operator's pane as a page. Without scripts it reloads itself; with them `operator-script.ts` swaps in `#live`. */
export function operatorPage(view: OperatorView): string {
  return renderPage({
    title: text.title,
    head: html`<noscript><meta http-equiv="refresh" content="${limits.refreshWithoutScriptSeconds}"></noscript>
<script src="${assetPath('operator.js')}" defer></script>`,
    body: html`<body>
<div class="wide">
<header class="bar">
<h1>${text.heading}</h1>
<div class="bar-side">
<p class="pulse" id="pulse" data-live="${text.live}" data-lost="${text.reconnecting}">${text.static}</p>
<form method="post" action="/operator/leave"><button class="quiet" type="submit">${text.leave}</button></form>
</div>
</header>
<p class="unseen" id="announcement" role="status"></p>
<main id="live" data-summary="${summaryOf(view.alerts)}">
${alertSection(view.alerts)}
${outcomeSection(view.events)}
${tokenSection(view.tokens, view.lockedUntil)}
</main>
</div>
</body>`,
  });
}

/** What a screen reader is told when it changes. */
function summaryOf(alerts: readonly Alert[]): string {
  const [latest] = alerts;
  if (latest === undefined) return text.noAlerts;
  return `${text.alertCount(alerts.length)}. ${text.replayTitle}: ${latest.user}, ${latest.serial}, ${text.times(latest.count)}.`;
}

function alertSection(alerts: readonly Alert[]): Markup {
  const count = alerts.length > 0 ? html`<span class="count">${alerts.length}</span>` : nothing;
  const body =
    alerts.length > 0
      ? html`<ul class="alerts">${alerts.map(alertItem)}</ul>`
      : html`<p class="empty">${text.noAlerts}</p>`;
  return html`<section aria-labelledby="alerts"><h2 id="alerts">${text.alerts} ${count}</h2>${body}</section>`;
}

function alertItem(alert: Alert): Markup {
  const { replay } = text;
  const pairs: readonly [string, string | Markup][] = [
    [replay.user, alert.user ?? text.nobody],
    [replay.serial, alert.serial ?? text.nothing],
    [replay.source, alert.lastSource],
    [replay.lastSeen, moment(alert.lastMs)],
    [
      replay.firstUse,
      html`${moment(alert.firstUseMs ?? alert.firstMs)} <span class="muted">${alert.firstUseSource ?? ''}</span>`,
    ],
  ];
  return html`<li class="alert">
<p class="alert-head"><span>${text.replayTitle}</span> <span class="number">${text.times(alert.count)}</span></p>
<dl>${pairs.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
</li>`;
}

/** A cell: its column's heading, what stands in it (null: nothing), and whether it speaks for itself without the heading. */
type Cell = readonly [heading: string, value: string | Markup | null, bare?: 'bare'];

/** A table whose rows become small cards where the page is narrow; the roles keep it a table for screen readers. */
function table(id: string, rows: readonly (readonly Cell[])[]): Markup {
  const headings = rows[0]?.map(([heading]) => heading) ?? [];
  return html`<div class="table"><table role="table" aria-labelledby="${id}">
<thead role="rowgroup"><tr role="row">${headings.map(heading => html`<th role="columnheader" scope="col">${heading}</th>`)}</tr></thead>
<tbody role="rowgroup">
${rows.map(row => html`<tr role="row">${row.map(cell)}</tr>\n`)}</tbody>
</table></div>`;
}

function cell([heading, value, bare]: Cell): Markup {
  if (value === null) return html`<td role="cell" class="muted" data-empty>${text.nothing}</td>`;
  if (bare) return html`<td role="cell">${value}</td>`;
  return html`<td role="cell" data-label="${heading}">${value}</td>`;
}

function section(id: string, heading: string, empty: string, rows: readonly (readonly Cell[])[]): Markup {
  const body = rows.length > 0 ? table(id, rows) : html`<p class="empty">${empty}</p>`;
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>${body}</section>`;
}

function outcomeSection(events: readonly ValidationEvent[]): Markup {
  const { columns } = text;
  const rows = events.map((event): readonly Cell[] => [
    [columns.time, moment(event.atMs), 'bare'],
    [
      columns.outcome,
      html`<span class="badge ${outcomeTone[event.outcome]}">${texts.outcomes[event.outcome]}</span>`,
      'bare',
    ],
    [columns.user, event.user ?? html`<span class="muted">${text.nobody}</span>`],
    [columns.serial, event.serial],
    [columns.source, event.source],
  ]);
  return section('outcomes', text.outcomes, text.noOutcomes, rows);
}

function tokenSection(tokens: readonly TokenView[], lockedUntil: ReadonlyMap<string, number>): Markup {
  const { columns } = text;
  const rows = tokens.map((token): readonly Cell[] => [
    [columns.serial, html`<strong>${token.serial}</strong>`, 'bare'],
    [
      columns.state,
      html`<span class="badge ${stateTone[token.state]}">${texts.states[token.state]}</span>`,
      'bare',
    ],
    [columns.user, userCell(token.user, lockedUntil)],
    [columns.kind, kindOf(token)],
    [columns.lastUsed, token.lastUsedMs === null ? text.never : moment(token.lastUsedMs)],
    [columns.drift, token.kind === 'totp' ? text.steps(token.driftSteps) : null],
  ]);
  return section('tokens', text.tokens, text.noTokens, rows);
}

function userCell(user: string | null, lockedUntil: ReadonlyMap<string, number>): string | Markup | null {
  if (user === null) return null;
  const untilMs = lockedUntil.get(user);
  if (untilMs === undefined) return user;
  return html`${user} <span class="badge warn">${text.lockedUntil} ${moment(untilMs)}</span>`;
}

function kindOf(token: TokenView): string {
  const algorithm = token.algorithm.toUpperCase().replace('SHA', 'SHA-');
  const parts = [token.kind.toUpperCase(), algorithm, text.digits(token.digits)];
  if (token.periodSeconds !== null) parts.push(text.seconds(token.periodSeconds));
  return parts.join(', ');
}

/** A moment in UTC, to the second. */
function moment(ms: number): Markup {
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')}</time>`;
}

type Tone = 'good' | 'bad' | 'warn' | 'plain';

const outcomeTone: Readonly<Record<Outcome, Tone>> = {
  accepted: 'good',
  wrong: 'warn',
  superseded: 'warn',
  replay: 'bad',
  locked: 'warn',
  disabled: 'plain',
  wrong_password: 'warn',
  wrong_pin: 'warn',
  pin_change: 'plain',
  unknown_user: 'plain',
  no_usable_token: 'plain',
  no_challenge: 'plain',
  unreadable: 'bad',
  malformed: 'plain',
};

const stateTone: Readonly<Record<TokenState, Tone>> = {
  initialised: 'plain',
  inventory: 'plain',
  reserved: 'plain',
  assigned: 'warn',
  active: 'good',
  suspended: 'warn',
  revoked: 'bad',
};
