import { needsAttention } from 'passfob/owner/health';
import { healthText } from 'passfob/owner/health-texts';
import { html, type Markup, nothing, type Tone } from '../../../base/html.ts';
import { consoleLimits } from '../../../base/limits/console.ts';
import { careTexts } from '../../../base/texts/care.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { listAudit } from '../../../subjects/audit/list.ts';
import { factsOfBoard } from '../../../subjects/care/boards.ts';
import { permissionOfTask, type TaskView } from '../../../subjects/care/tasks.ts';
import {
  type CaredFobView,
  careNext,
  type FobAccountView,
  type FobDetail,
  viewFob,
} from '../../../subjects/care/views.ts';
import { fobNamed } from '../../../subjects/tokens/fobs.ts';
import { actionLink, actions, badge, facts, moment, momentOr, section } from '../../web/parts.ts';
import { actButton, stateBadge, tokenLink, userLink } from '../kit/parts.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleRouter, missingPage } from '../kit/router.ts';
import { type Cell, table } from '../kit/table.ts';
import { auditTable } from '../records/audit-table.ts';
import { batteryOf, clockBadge } from './list.ts';
import { accountName, lifeBadge } from './parts.ts';

const text = consoleTexts.fob;
const listed = consoleTexts.fobs;

/** Serves one fob: facts, health, tokens, accounts, tasks, history, and the possible actions. */
export function serveFobDetail(router: ConsoleRouter): void {
  router.page('/fob', 'read', async visit => {
    const found = await viewFob(visit.management.db, visit.value('serial'), factsOfBoard);
    if (!found.ok) return missingPage(found.refusal.code);
    const detail = found.value;
    const { serial } = detail.fob;
    const isOpen = ({ state }: TaskView) => state === 'waiting' || state === 'running';
    const finished = detail.tasks.filter(task => !isOpen(task));
    return {
      title: text.of(serial),
      main: html`${fobActions(visit, detail)}
${section('facts', text.facts, facts(factsOf(detail.fob)))}
${section('health', text.health, healthOf(detail))}
${section('tokens', text.tokens, html`<p class="muted">${text.tokensLead}</p>${tokenTable(detail)}`)}
${section('accounts', text.accounts, html`<p class="muted">${text.accountsLead}</p>${accountTable(visit, detail)}`)}
${section('open', text.open, taskTable(visit, serial, detail.tasks.filter(isOpen), text.open, text.noOpen))}
${section('finished', text.finished, taskTable(visit, serial, finished, text.finished, text.noFinished))}
${visit.may('audit.read') ? await history(visit, serial) : nothing}`,
    };
  });
}

function fobActions(visit: ConsoleContext, { fob, accounts, tokens, health }: FobDetail): Markup {
  const { serial, state } = fob;
  const subject = { serial };
  const link = (path: string, words: string) => actionLink(at(path, subject), words);
  const when = (isShown: boolean, markup: () => Markup) => (isShown ? markup() : nothing);
  const isManaged = ['in_use', 'lost', 'found', 'retired'].includes(state);
  const isAway = state === 'lost' || state === 'found';
  const isHeld = tokens.some(({ user, state: token }) => user !== null && token !== 'revoked');
  const hasLostPower = health.some(finding => finding.kind === 'memory-went-back' && !finding.isSure);
  return actions([
    when(isManaged && visit.may('fob.clock'), () =>
      actButton(visit, '/fob/set-clock', subject, text.setClock),
    ),
    when(isManaged && visit.may('fob.reset-pin'), () => link('/fob/reset-pin', text.resetPin)),
    when(isManaged && hasLostPower && visit.may('fob.power-loss'), () =>
      link('/fob/power-loss', text.powerLoss),
    ),
    when(isManaged && visit.may('fob.policy'), () => link('/fob/require-pin', text.requirePin)),
    when(isManaged && accounts.length > 1 && visit.may('fob.order'), () => link('/fob/order', text.order)),
    when((state === 'in_use' || state === 'found') && visit.may('fob.lost'), () =>
      link('/fob/lost', text.lost),
    ),
    when(isAway && visit.may('fob.found'), () => actButton(visit, '/fob/found', subject, text.found)),
    when(isManaged && visit.may('fob.return'), () => link('/fob/return', text.takeBack)),
    when(isManaged && state !== 'retired' && visit.may('fob.retire'), () => link('/fob/retire', text.retire)),
    when(state !== 'lost' && isManaged && !isHeld && visit.may('fob.give'), () =>
      link('/fob/give', consoleTexts.giving.open),
    ),
    when(state === 'giving' && visit.may('fob.give'), () => link('/fob/give', consoleTexts.giving.submit)),
    when(state === 'giving' && visit.may('fob.give'), () => link('/fob/given', consoleTexts.giving.confirm)),
    when(isManaged && !isHeld && visit.may('fob.erase'), () => link('/fob/erase', text.erase)),
  ]);
}

function factsOf(fob: CaredFobView): [string, string | number | Markup][] {
  const none = consoleTexts.nothing;
  const { clock } = fob;
  const newest = factsOfBoard(fob.board).newestFirmware;
  return [
    [listed.state, lifeBadge(fob.state)],
    [text.nickname, fob.nickname || none],
    [listed.board, fob.board],
    [listed.firmware, html`${fob.firmware}${newest === undefined ? nothing : html` ${text.newest(newest)}`}`],
    [text.espruino, fob.espruino ?? none],
    [listed.clock, clockBadge(fob)],
    [listed.setAt, momentOr(fob.clockSetMs, text.never)],
    [listed.error, clock.errorMs === null ? none : listed.seconds(clock.errorMs / 1000)],
    [listed.drift, clock.driftPpm === null ? none : listed.ppm(clock.driftPpm)],
    [text.trim, clock.trimPpm === null ? none : listed.ppm(clock.trimPpm)],
    [listed.battery, batteryOf(fob) ?? none],
    [text.pin, pinOf(fob)],
    [text.free, fob.freeRecords ?? none],
    [listed.lastSeen, lastSeenOf(fob)],
    ...(fob.putOffUntilMs > 0 ? [[text.putOff, moment(fob.putOffUntilMs)] as [string, Markup]] : []),
    [listed.created, moment(fob.createdMs)],
  ];
}

function pinOf({ pin }: CaredFobView): string {
  if (pin.state === null) return consoleTexts.nothing;
  const { minDigits, failures, attempts } = pin;
  const parts = [
    text.pins[pin.state],
    minDigits ? text.pinDigits(minDigits) : '',
    pin.isLocked ? text.locked : '',
    failures && attempts ? text.failures(failures, attempts) : '',
    pin.canBeReset === false ? text.noReset : '',
  ];
  return parts.filter(Boolean).join(', ');
}

function lastSeenOf({ lastSeen }: CaredFobView): string | Markup {
  if (lastSeen === null) return text.never;
  const relay = lastSeen.relay === null ? '' : listed.relays[lastSeen.relay];
  return html`${moment(lastSeen.atMs)} ${[relay, lastSeen.name ?? ''].filter(Boolean).join(', ')}`;
}

function healthOf({ fob, health }: FobDetail): Markup {
  if (fob.lastSeen === null || fob.clock.state === null) return html`<p class="empty">${text.notSeen}</p>`;
  const asOf = html`<p class="muted">${text.asOf} ${moment(fob.lastSeen.atMs)}</p>`;
  if (health.length === 0) return html`<p>${badge('good', text.healthy)}</p>${asOf}`;
  const items = health.map(finding => {
    const mark = needsAttention(finding) ? badge('warn', text.act) : badge('plain', text.note);
    return html`<li>${mark} ${healthText(finding)} ${careNext(finding)}</li>`;
  });
  return html`<ul>${items}</ul>${asOf}`;
}

function tokenTable({ tokens }: FobDetail): Markup {
  const rows = tokens.map(({ serial, user, state }): readonly Cell[] => [
    [text.token, html`<strong>${tokenLink(serial)}</strong>`, 'bare'],
    [text.standing, stateBadge(state), 'bare'],
    [text.user, user === null ? null : userLink(user)],
  ]);
  return table(text.tokens, rows, text.noTokens);
}

function accountTable(visit: ConsoleContext, { fob, accounts, listedMs }: FobDetail): Markup {
  if (listedMs === null && accounts.length === 0) return html`<p class="empty">${text.neverListed}</p>`;
  const mayAct = visit.may('fob.remove-account') || visit.may('fob.rename');
  const rows = accounts.map((account): readonly Cell[] => [
    [text.account, html`<strong>${accountName(account)}</strong>`, 'bare'],
    [text.number, html`<code>${account.account}</code>`],
    [text.kind, text.kinds[account.kind] ?? null],
    [text.token, explanationOf(account)],
    ...(mayAct ? [[consoleTexts.actions, accountActs(visit, fob.serial, account), 'bare'] as const] : []),
  ]);
  const asOf = listedMs === null ? nothing : html`<p class="muted">${text.asOf} ${moment(listedMs)}</p>`;
  return html`${table(text.accounts, rows, text.noAccounts)}${asOf}`;
}

function explanationOf({ token, isPushKey, isDamaged }: FobAccountView): Markup {
  const damaged = isDamaged ? html` ${badge('bad', text.damaged)}` : nothing;
  if (token !== null) return html`${tokenLink(token)}${damaged}`;
  return html`${isPushKey ? text.forApprovals : badge('warn', text.unexplained)}${damaged}`;
}

function accountActs(visit: ConsoleContext, serial: string, account: FobAccountView): Markup {
  if (account.isPushKey) return nothing;
  const link = (path: string, words: string) =>
    html`<a href="${at(path, { serial, id: account.account })}">${words}<span class="unseen"> ${accountName(account)}</span></a> `;
  // The account of a token goes when its token is revoked or taken from its user.
  const mayRemove = account.token === null && visit.may('fob.remove-account');
  return html`${visit.may('fob.rename') ? link('/fob/account/rename', text.rename) : nothing}${mayRemove ? link('/fob/account/remove', text.remove) : nothing}`;
}

const taskTones: Readonly<Record<TaskView['state'], Tone>> = {
  waiting: 'warn',
  running: 'good',
  done: 'good',
  refused: 'bad',
  cancelled: 'plain',
};

function taskTable(
  visit: ConsoleContext,
  serial: string,
  tasks: readonly TaskView[],
  caption: string,
  empty: string,
): Markup {
  const rows = tasks.map((task): readonly Cell[] => [
    [text.task, html`<strong>${taskName(task)}</strong>`, 'bare'],
    [text.standing, badge(taskTones[task.state], text.taskStates[task.state]), 'bare'],
    [text.why, reasonsOf(task)],
    [text.by, task.actor],
    [text.attempts, task.attempts],
    [text.asked, moment(task.createdMs)],
    [text.changed, moment(task.changedMs)],
    [consoleTexts.actions, cancelButton(visit, serial, task), 'bare'],
  ]);
  return table(caption, rows, empty);
}

function taskName({ kind, account }: TaskView): string {
  const name = careTexts.kinds[kind];
  return account === null ? name : `${name} (${account})`;
}

function reasonsOf({ cause, message, state, needsHold }: TaskView): string {
  const parts = [
    careTexts.causes[cause],
    message === null ? '' : careTexts.messages[message],
    state === 'waiting' && needsHold && message !== 'hold' ? `${text.hold}.` : '',
  ];
  return parts.filter(Boolean).join(' ');
}

function cancelButton(visit: ConsoleContext, serial: string, task: TaskView): Markup | null {
  const permission = permissionOfTask(task.kind);
  const isCancellable = task.state === 'waiting' && task.cause === 'asked';
  if (!isCancellable || permission === undefined || !visit.may(permission)) return null;
  const words = html`${text.cancel}<span class="unseen"> ${text.cancelOf(taskName(task))}</span>`;
  return actButton(visit, '/fob/task/cancel', { serial, id: task.id }, words);
}

async function history({ management: { db } }: ConsoleContext, serial: string): Promise<Markup> {
  const fob = await fobNamed(db, serial);
  if (fob === undefined) return nothing;
  const { rows } = await listAudit(db, {
    subjectKind: 'fob',
    subjectId: fob.id,
    limit: consoleLimits.recentRows,
  });
  return section('history', text.history, auditTable(rows, text.history));
}
