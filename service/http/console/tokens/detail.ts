import { html, type Markup, nothing } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { texts } from '../../../base/texts/texts.ts';
import { mayBecome, tokenStates } from '../../../base/token-states.ts';
import {
  assignToken,
  reactivateToken,
  reasonOptions,
  renameToken,
  reserveToken,
  revokeToken,
  suspendToken,
  unassignToken,
} from '../../../subjects/tokens/acts.ts';
import { repairLastStep, stepAheadUntil } from '../../../subjects/tokens/codes/repair.ts';
import { resyncToken } from '../../../subjects/tokens/codes/resync.ts';
import { formatKind, lookAhead, pinLocations } from '../../../subjects/tokens/kind-fields.ts';
import { type TokenHistory, type TokenView, viewToken } from '../../../subjects/tokens/views.ts';
import { actions, facts, moment, momentOr, section } from '../../web/parts.ts';
import { actionsOn } from '../kit/acts.ts';
import { detailMarkup } from '../kit/audit-detail.ts';
import { fobLink, stateBadge, userLink } from '../kit/parts.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleRouter, missingPage } from '../kit/router.ts';
import { type Cell, table } from '../kit/table.ts';

const text = consoleTexts.tokens;

/** Serves one token: facts, possible actions, its users so far, its history. */
export function serveTokenDetail(router: ConsoleRouter): void {
  router.page('/token', 'read', async visit => {
    const found = await viewToken(visit.management.db, visit.value('serial'));
    if (!found.ok) return missingPage(found.refusal.code);
    const { token } = found.value;
    const { management, context } = visit;
    const refusedUntilMs = await stepAheadUntil(management.db, token.serial, context.clock());
    return {
      title: token.serial,
      main: html`${tokenActions(visit, token, refusedUntilMs !== undefined)}
${section('facts', text.facts, facts([...refusedFacts(refusedUntilMs), ...factsOf(found.value)]))}
${section('assignments', text.assignments, assignmentTable(found.value))}
${visit.may('audit.read') ? section('history', text.history, actTable(found.value)) : nothing}`,
    };
  });
}

/** Explains refusals that no other fact explains: the clock was ahead once, and passcodes are refused since. */
function refusedFacts(untilMs: number | undefined): [string, Markup][] {
  return untilMs === undefined ? [] : [[text.refusedUntil, moment(untilMs)]];
}

function tokenActions(visit: ConsoleContext, { serial, state }: TokenView, isAhead: boolean): Markup {
  return actions(
    actionsOn(visit, serial, [
      [assignToken, mayBecome(state, 'assigned')],
      [reserveToken, mayBecome(state, 'reserved')],
      [resyncToken, tokenStates[state].usable],
      [repairLastStep, isAhead],
      [reactivateToken, state === 'suspended'],
      [suspendToken, mayBecome(state, 'suspended')],
      [unassignToken, mayBecome(state, 'inventory')],
      [renameToken, true, text.rename],
      [revokeToken, mayBecome(state, 'revoked')],
    ]),
  );
}

function factsOf({ token, fob, policy }: TokenHistory): [string, string | Markup][] {
  const { columns } = texts.operator;
  const none = consoleTexts.nothing;
  const reason = token.revokedReason;
  const reasonText = reason === null ? undefined : reasonOptions.find(([name]) => name === reason)?.[1];
  return [
    [
      columns.state,
      html`${stateBadge(token.state)}${reasonText === undefined ? nothing : html` ${reasonText}`}`,
    ],
    [columns.user, token.user === null ? none : userLink(token.user)],
    [columns.kind, formatKind(token)],
    ...(token.suite === null ? [] : [[text.suite, token.suite] as [string, string]]),
    [text.pinPlace, pinLocations.find(([place]) => place === token.pinPlace)?.[1] ?? none],
    ...(token.lookAhead === null
      ? []
      : [[lookAhead.control.label, `${token.lookAhead}`] as [string, string]]),
    [text.issuer, token.issuer || none],
    [text.label, token.label || none],
    [columns.lastUsed, momentOr(token.lastUsedMs, texts.operator.never)],
    [columns.drift, token.kind === 'totp' ? texts.operator.steps(token.driftSteps) : none],
    [text.fob, fob === null ? none : fobLink(fob)],
    [text.policy, policy === null ? none : `${policy.name}, ${text.version(policy.version)}`],
    [text.created, moment(token.createdMs)],
  ];
}

function assignmentTable({ assignments }: TokenHistory): Markup {
  const rows = assignments.map((one): readonly Cell[] => [
    [texts.operator.columns.user, userLink(one.user), 'bare'],
    [text.from, moment(one.fromMs)],
    [text.to, momentOr(one.toMs, text.untilNow)],
    [consoleTexts.audit.actor, one.actor],
  ]);
  return table(text.assignments, rows, text.noAssignments);
}

function actTable({ acts }: TokenHistory): Markup {
  const rows = acts.map((act): readonly Cell[] => [
    [consoleTexts.audit.time, moment(act.atMs), 'bare'],
    [consoleTexts.audit.action, html`<strong>${act.action}</strong>`, 'bare'],
    [consoleTexts.audit.actor, act.actor],
    [consoleTexts.audit.detail, detailMarkup(act.detail)],
  ]);
  return table(text.history, rows, consoleTexts.audit.none);
}
