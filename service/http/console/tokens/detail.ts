import { html, type Markup, nothing } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { texts } from '../../../base/texts/texts.ts';
import { mayBecome, tokenStates } from '../../../base/token-states.ts';
import { stepAheadUntil } from '../../../subjects/tokens/codes/repair.ts';
import { type TokenHistory, type TokenView, viewToken } from '../../../subjects/tokens/views.ts';
import { actionLink, actions, facts, moment, momentOr, section } from '../../web/parts.ts';
import { actButton, fobLink, stateBadge, userLink } from '../kit/parts.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleRouter, missingPage } from '../kit/router.ts';
import { type Cell, table } from '../kit/table.ts';
import { kindOf } from '../overview/tables.ts';
import { detailMarkup } from '../records/audit-detail.ts';

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
  const subject = { serial };
  const link = (path: string, name: string) => actionLink(at(path, subject), name);
  return actions([
    mayBecome(state, 'assigned') && visit.may('token.assign') ? link('/token/assign', text.assign) : nothing,
    mayBecome(state, 'reserved') && visit.may('token.assign')
      ? link('/token/reserve', text.reserve)
      : nothing,
    tokenStates[state].usable && visit.may('token.resync') ? link('/token/resync', text.resync) : nothing,
    isAhead && visit.may('token.repair-last-step') ? link('/token/repair-last-step', text.repair) : nothing,
    state === 'suspended' && visit.may('token.reactivate')
      ? actButton(visit, '/token/reactivate', subject, text.reactivate)
      : nothing,
    mayBecome(state, 'suspended') && visit.may('token.suspend')
      ? link('/token/suspend', text.suspend)
      : nothing,
    mayBecome(state, 'inventory') && visit.may('token.unassign')
      ? link('/token/unassign', text.unassign)
      : nothing,
    visit.may('token.rename') ? link('/token/rename', text.rename) : nothing,
    mayBecome(state, 'revoked') && visit.may('token.revoke') ? link('/token/revoke', text.revoke) : nothing,
  ]);
}

function factsOf({ token, fob, policy }: TokenHistory): [string, string | Markup][] {
  const { columns } = texts.operator;
  const none = consoleTexts.nothing;
  const reason = token.revokedReason;
  const reasonText = reason === null ? undefined : text.reasons.find(([name]) => name === reason)?.[1];
  return [
    [
      columns.state,
      html`${stateBadge(token.state)}${reasonText === undefined ? nothing : html` ${reasonText}`}`,
    ],
    [columns.user, token.user === null ? none : userLink(token.user)],
    [columns.kind, kindOf(token)],
    ...(token.suite === null ? [] : [[text.suite, token.suite] as [string, string]]),
    [text.pinPlace, consoleTexts.policies.pinPlaces.find(([place]) => place === token.pinPlace)?.[1] ?? none],
    ...(token.lookAhead === null
      ? []
      : [[consoleTexts.policies.lookAhead, `${token.lookAhead}`] as [string, string]]),
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
