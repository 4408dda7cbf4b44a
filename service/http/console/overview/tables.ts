import { html, type Markup } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { texts } from '../../../base/texts/texts.ts';
import { formatKind } from '../../../subjects/tokens/kind-fields.ts';
import type { TokenView } from '../../../subjects/tokens/views.ts';
import type { ValidationEvent } from '../../../subjects/validation/events.ts';
import { badge, moment, momentOr } from '../../web/parts.ts';
import { outcomeBadge, stateBadge, tokenLink, userLink } from '../kit/parts.ts';
import { type Cell, table } from '../kit/table.ts';

const { columns } = texts.operator;

/**
 * Returns a table of log-ins with their real reasons.
 *
 * @param activated the ids of those that are no log-ins but ends of activations: no application asked for them
 */
export function eventTable(
  events: readonly ValidationEvent[],
  activated: ReadonlySet<number> = new Set(),
): Markup {
  const rows = events.map((event): readonly Cell[] => [
    [columns.time, moment(event.atMs), 'bare'],
    [
      columns.outcome,
      activated.has(event.id) ? badge('good', consoleTexts.activations.asOutcome) : outcomeBadge(event),
      'bare',
    ],
    [
      columns.user,
      event.user === null ? html`<span class="muted">${texts.operator.nobody}</span>` : userLink(event.user),
    ],
    [columns.serial, event.serial === null ? null : tokenLink(event.serial)],
    [consoleTexts.application, activated.has(event.id) ? null : event.application],
    [columns.source, event.source],
  ]);
  return table(texts.operator.outcomes, rows, texts.operator.noOutcomes);
}

const noLocks: ReadonlyMap<string, number> = new Map();

/** Returns a table of tokens that shows which accounts are locked. */
export function tokenTable(tokens: readonly TokenView[], lockedUntil = noLocks): Markup {
  const rows = tokens.map((token): readonly Cell[] => [
    [columns.serial, html`<strong>${tokenLink(token.serial)}</strong>`, 'bare'],
    [columns.state, stateBadge(token.state), 'bare'],
    [columns.user, userCell(token.user, lockedUntil)],
    [columns.kind, formatKind(token)],
    [consoleTexts.tokens.label, [token.issuer, token.label].filter(Boolean).join(': ')],
    [columns.lastUsed, momentOr(token.lastUsedMs, texts.operator.never)],
    [columns.drift, token.kind === 'totp' ? texts.operator.steps(token.driftSteps) : null],
  ]);
  return table(texts.operator.tokens, rows, texts.operator.noTokens);
}

function userCell(user: string | null, lockedUntil: ReadonlyMap<string, number>): Markup | null {
  if (user === null) return null;
  const untilMs = lockedUntil.get(user);
  if (untilMs === undefined) return userLink(user);
  return html`${userLink(user)} ${badge('warn', html`${texts.operator.lockedUntil} ${moment(untilMs)}`)}`;
}
