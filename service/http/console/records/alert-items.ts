import { html, type Markup, nothing } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { texts } from '../../../base/texts/texts.ts';
import type { Alert } from '../../../subjects/alerts/alerts.ts';
import { moment } from '../../web/parts.ts';
import { fobLink, tokenLink, userLink } from '../kit/parts.ts';

const text = texts.operator;

/** Returns alerts as a list; `act` adds the possible actions for each. */
export function alertItems(alerts: readonly Alert[], act: (alert: Alert) => Markup = () => nothing): Markup {
  if (alerts.length === 0) return html`<p class="empty">${consoleTexts.alerts.none}</p>`;
  return html`<ul class="alerts">${alerts.map(alert => alertItem(alert, act(alert)))}</ul>`;
}

function alertItem(alert: Alert, act: Markup): Markup {
  const { replay } = text;
  const firstUse =
    alert.firstUseMs === null
      ? undefined
      : html`${moment(alert.firstUseMs)} <span class="muted">${alert.firstUseSource ?? ''}</span>`;
  const acknowledged =
    alert.acknowledgedMs === null
      ? undefined
      : html`${moment(alert.acknowledgedMs)} <span class="muted">${alert.acknowledgedBy ?? ''}</span>`;
  const pairs: readonly (readonly [string, string | Markup | undefined])[] = [
    [replay.user, alert.user === null ? undefined : userLink(alert.user)],
    [replay.serial, alert.serial === null ? undefined : tokenLink(alert.serial)],
    [consoleTexts.alerts.fob, alert.fob === null ? undefined : fobLink(alert.fob)],
    [replay.source, alert.lastSource],
    [replay.lastSeen, moment(alert.lastMs)],
    [replay.firstUse, firstUse],
    [consoleTexts.alerts.first, alert.firstUseMs === null ? moment(alert.firstMs) : undefined],
    [consoleTexts.alerts.acknowledged, acknowledged],
  ];
  const isOpen = alert.acknowledgedMs === null;
  return html`<li class="alert${isOpen ? '' : ' closed'}">
<p class="alert-head"><span>${titleOf(alert)}</span> <span class="number">${text.times(alert.count)}</span></p>
<dl>${pairs.map(([term, value]) => (value === undefined ? nothing : html`<div><dt>${term}</dt><dd>${value}</dd></div>`))}</dl>
${act}</li>`;
}

function titleOf({ kind }: Alert): string {
  return texts.records.notices.kinds[kind];
}

/** Returns the text for screen readers when the list changes. */
export function alertSummary(alerts: readonly Alert[]): string {
  const [latest] = alerts;
  if (latest === undefined) return consoleTexts.alerts.none;
  const facts = [latest.user, latest.serial, latest.fob, text.times(latest.count)].filter(Boolean).join(', ');
  return `${text.alertCount(alerts.length)}. ${titleOf(latest)}: ${facts}.`;
}
