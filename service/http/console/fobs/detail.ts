import { needsAttention } from 'passfob/owner/health';
import { healthText } from 'passfob/owner/health-texts';
import { html, type Markup, nothing, type Tone } from '../../../base/html.ts';
import { consoleLimits } from '../../../base/limits/console.ts';
import { careTexts } from '../../../base/texts/care.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { audit, auditOf } from '../../../subjects/alerts/audit-list.ts';
import { factsOfBoard } from '../../../subjects/care/boards.ts';
import { confirmGiven, giveFob } from '../../../subjects/care/give.ts';
import { markFound, markLost, retireFob, returnFob } from '../../../subjects/care/life.ts';
import {
  accountName,
  acknowledgePowerLoss,
  cancelTask,
  eraseFob,
  orderAccounts,
  permissionOfTask,
  permissionToCancel,
  removeAccount,
  renameAccount,
  requirePin,
  resetFobPin,
  setClock,
} from '../../../subjects/care/task-acts.ts';
import type { TaskView } from '../../../subjects/care/tasks.ts';
import {
  type CaredFobView,
  careNext,
  type FobAccountView,
  type FobDetail,
  viewFob,
} from '../../../subjects/care/views.ts';
import type { Act } from '../../../subjects/kit/act.ts';
import { fobNamed } from '../../../subjects/tokens/fobs.ts';
import { actions, badge, facts, moment, momentOr, section } from '../../web/parts.ts';
import { actionsOn } from '../kit/acts.ts';
import { allOf, tableOf } from '../kit/lists.ts';
import { actButton, stateBadge, tokenLink, userLink } from '../kit/parts.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleRouter, missingPage, notAllowed, refusedPage } from '../kit/router.ts';
import { type Cell, table } from '../kit/table.ts';
import { batteryOf, clockBadge } from './list.ts';
import { lifeBadge } from './parts.ts';

const text = consoleTexts.fob;
const listed = consoleTexts.fobs;

/** Serves one fob: facts, health, tokens, accounts, tasks, history, and the possible actions. */
export function serveFobDetail(router: ConsoleRouter): void {
  serveCancelling(router);
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

/** Serves the button that cancels a task. */
function serveCancelling(router: ConsoleRouter): void {
  // The least of the permissions of tasks; the task's own one is checked inside.
  router.act('/fob/task/cancel', 'fob.clock', async visit => {
    const { management, actor, value } = visit;
    const task = { serial: value('serial'), id: value('id') };
    const permission = await permissionToCancel(management.db, task);
    if (permission !== undefined && !visit.may(permission)) return notAllowed;
    const result = await cancelTask(management, actor, task);
    const { serial } = task;
    if (!result.ok) return refusedPage(result.refusal.code, at('/fob', { serial }));
    router.context.changes.announce();
    return { to: at('/fob', { serial, done: 'fobTaskCancelled' }) };
  });
}

function fobActions(visit: ConsoleContext, { fob, accounts, tokens, health }: FobDetail): Markup {
  const { serial, state } = fob;
  const isManaged = ['in_use', 'lost', 'found', 'retired'].includes(state);
  const isGiving = state === 'giving';
  const isHeld = tokens.some(({ user, state: token }) => user !== null && token !== 'revoked');
  const hasLostPower = health.some(finding => finding.kind === 'memory-went-back' && !finding.isSure);
  return actions(
    actionsOn(visit, serial, [
      [setClock, isManaged],
      [resetFobPin, isManaged],
      [acknowledgePowerLoss, isManaged && hasLostPower],
      [requirePin, isManaged],
      [orderAccounts, isManaged && accounts.length > 1, text.order],
      [markLost, state === 'in_use' || state === 'found'],
      [markFound, state === 'lost' || state === 'found'],
      [returnFob, isManaged],
      [retireFob, isManaged && state !== 'retired'],
      [giveFob, isManaged && state !== 'lost' && !isHeld, consoleTexts.giving.open],
      [giveFob, isGiving],
      [confirmGiven, isGiving],
      [eraseFob, isManaged && !isHeld],
    ]),
  );
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
    [listed.setAt, momentOr(clock?.setMs ?? null, text.never)],
    [listed.error, fob.clockErrorMs === null ? none : listed.seconds(fob.clockErrorMs / 1000)],
    [listed.drift, clock?.driftPpm == null ? none : listed.ppm(clock.driftPpm)],
    [text.trim, fob.trimPpm === null ? none : listed.ppm(fob.trimPpm)],
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
  if (fob.lastSeen === null || fob.clockState === null) return html`<p class="empty">${text.notSeen}</p>`;
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

function explanationOf({ token, isForApprovals, isDamaged }: FobAccountView): Markup {
  const damaged = isDamaged ? html` ${badge('bad', text.damaged)}` : nothing;
  if (token !== null) return html`${tokenLink(token)}${damaged}`;
  return html`${isForApprovals ? text.forApprovals : badge('warn', text.unexplained)}${damaged}`;
}

function accountActs(visit: ConsoleContext, serial: string, account: FobAccountView): Markup {
  if (account.isForApprovals) return nothing;
  const link = ({ row: { form, permission } }: Pick<Act, 'row'>, words = form?.submit ?? '') =>
    form !== undefined && visit.may(permission)
      ? html`<a href="${at(form.at, { serial, id: account.account })}">${words}<span class="unseen"> ${accountName(account)}</span></a> `
      : nothing;
  // The account of a token goes when its token is revoked or taken from its user.
  return html`${link(renameAccount, text.rename)}${account.token === null ? link(removeAccount) : nothing}`;
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

function reasonsOf({ causeText, message, messageText, state, needsHold }: TaskView): string {
  const parts = [
    causeText,
    messageText ?? '',
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

async function history(visit: ConsoleContext, serial: string): Promise<Markup> {
  const { db } = visit.management;
  const fob = await fobNamed(db, serial);
  if (fob === undefined) return nothing;
  const about = { subjectKind: 'fob', subjectId: fob.id } as const;
  const rows = await auditOf(db, about, consoleLimits.recentRows);
  const table = tableOf(audit, visit, rows, { caption: text.history });
  return section('history', text.history, html`${table}${allOf('/audit', about)}`);
}
