import type { CareKind } from '../../base/kinds.ts';
import { careLimits } from '../../base/limits/care.ts';
import { consoleLimits } from '../../base/limits/console.ts';
import type { Action } from '../../base/permissions.ts';
import { done, type RefusalCode, type Refused, refused } from '../../base/results.ts';
import { list, text } from '../../base/shapes.ts';
import { consoleTexts } from '../../base/texts/console.ts';
import { type Acting, actOf } from '../../storage/acting.ts';
import type { Db } from '../../storage/database/database.ts';
import { recordAudit } from '../audit/record.ts';
import { type Act, act, did, type NamedItem, subject } from '../kit/act.ts';
import { checked, optional } from '../kit/field.ts';
import { openTask, wantTask } from '../tokens/fob-tasks.ts';
import { type FobRow, fobNamed } from '../tokens/fobs.ts';
import { readDesired } from './desired.ts';
import { careActions } from './journal.ts';
import { leaseOf } from './lease.ts';
import { aboutFob, fobSubject } from './subject.ts';
import { countOpen, fobTask, isManaged, viewOfTask } from './tasks.ts';
import { accountsOn, type FobAccountView } from './views.ts';

/** A fob with the accounts that it listed: the forms about them name them. */
const aboutAccounts = subject({
  ...fobSubject,
  async find(db: Db, serial: string) {
    const found = await aboutFob.find(db, serial);
    return found.ok ? done({ ...found.value, accounts: await accountsOn(db, found.value) }) : found;
  },
});

const refusals = { bad_fob_state: 'form', bad_task: 'form', too_many_tasks: 'form' } as const;
const asked = { subject: aboutFob, fields: {}, gives: fobTask, refusals } as const;
const aboutOne = { subject: aboutAccounts, gives: fobTask } as const;

export const setClock = act({
  ...asked,
  permission: 'fob.clock',
  routes: [
    {
      name: 'fobs.set-clock',
      summary: 'Have the clock of a fob set when the fob is next reached.',
      at: 'POST /v1/fobs/:serial/set-clock',
    },
  ],
  form: { at: '/fob/set-clock', submit: 'Set the clock', done: 'fobTask' },
  run: acting => ask(acting, 'clock', {}),
});

export const resetFobPin = act({
  ...asked,
  permission: 'fob.reset-pin',
  routes: [
    {
      name: 'fobs.reset-pin',
      summary:
        'Have the forgotten PIN of a fob reset when the fob is next reached and its button is held. Its accounts stay. Check the caller first.',
      at: 'POST /v1/fobs/:serial/reset-pin',
    },
  ],
  form: {
    at: '/fob/reset-pin',
    title: ({ serial }) => `Reset the PIN of ${serial}`,
    lead: 'For a forgotten PIN. Check the caller first. When the fob is next reached, its screen asks for a hold of the button; then its user chooses a new PIN. Its accounts stay.',
    submit: 'Reset the PIN',
    done: 'fobTask',
  },
  run: acting => ask(acting, 'pin-reset', { needsHold: true }),
});

export const requirePin = act({
  ...asked,
  permission: 'fob.policy',
  routes: [
    {
      name: 'fobs.require-pin',
      summary: 'Have the user of a fob choose a new PIN.',
      at: 'POST /v1/fobs/:serial/require-pin',
    },
  ],
  form: {
    at: '/fob/require-pin',
    title: ({ serial }) => `Require a new PIN on ${serial}`,
    lead: 'When the fob is next reached and unlocked, its user must choose a new PIN.',
    submit: 'Require a new PIN',
    done: 'fobTask',
  },
  run: acting => ask(acting, 'require-pin', {}),
});

export const acknowledgePowerLoss = act({
  ...asked,
  permission: 'fob.power-loss',
  routes: [
    {
      name: 'fobs.acknowledge-power-loss',
      summary:
        'Acknowledge that the clock module of a fob lost its power, once you have asked its person. Its warning ends when that person connects it, never through an agent.',
      at: 'POST /v1/fobs/:serial/acknowledge-power-loss',
    },
  ],
  form: {
    at: '/fob/power-loss',
    title: ({ serial }) => `Acknowledge that the clock module of ${serial} lost its power`,
    lead: 'The fob cannot tell whether its memory went back to an earlier content. Ask its person: was it with nobody else, and is there a reason, such as an empty or a changed battery? Only then acknowledge it. It is done, and the warning ends, when that person has held the button at the message on its screen and connects the fob at /me or by passfob care --service; an agent never does it.',
    submit: 'Acknowledge the loss of power',
    done: 'fobTask',
  },
  run: acting => ask(acting, 'power-loss', {}),
});

const ACCOUNT_ID = /^[0-9a-f]{8}$/;
const accountId = text(careLimits.accountIdDigits, { pattern: ACCOUNT_ID.source });
/** In forms its name is `id`, which survives a fresh proof. */
const account = checked(accountId, { name: 'id', label: '', kind: 'hidden' }, [], given => done(given));

interface WithAccounts {
  readonly accounts: readonly FobAccountView[];
}
type Value = (name: string) => string;

/** Returns the account that a form is about. */
function accountIn({ accounts }: WithAccounts, value: Value): FobAccountView | undefined {
  return accounts.find(one => one.account === value('id'));
}

function lacks(fob: WithAccounts, value: Value) {
  return accountIn(fob, value) === undefined ? 'bad_task' : undefined;
}

function nameIn(fob: WithAccounts, value: Value): string {
  const found = accountIn(fob, value);
  return found === undefined ? '' : `${accountName(found)} (${found.account})`;
}

export const removeAccount = act({
  ...aboutOne,
  permission: 'fob.remove-account',
  fields: { account },
  refusals: { ...refusals, account_in_use: 'form' },
  routes: [
    {
      name: 'fobs.remove-account',
      summary:
        'Have an account removed from a fob. For accounts without a token in use: revoke the token of others first.',
      at: 'POST /v1/fobs/:serial/accounts/:account/remove',
    },
  ],
  form: {
    lacks,
    at: '/fob/account/remove',
    title: ({ serial }) => `Remove an account from ${serial}`,
    lead: (fob, value) =>
      `${nameIn(fob, value)}. It is removed when the fob is next reached and unlocked. If nobody has its seed elsewhere, its passcodes are lost.`,
    submit: 'Remove',
    isFinal: true,
    done: 'fobTask',
  },
  run: (acting, { account }) =>
    ask<'account_in_use'>(
      acting,
      'remove-account',
      isAccount(account) ? { subject: account } : undefined,
      held => (held.has(account) ? refused('account_in_use') : undefined),
    ),
});

const name = text(careLimits.accountNameBytes);

export const renameAccount = act({
  ...aboutOne,
  permission: 'fob.rename',
  fields: {
    account,
    issuer: optional(checked(name, { label: 'Issuer' }, [], given => done(given.trim()))),
    label: checked(name, { label: 'Label' }, [], given => done(given.trim())),
  },
  refusals: { ...refusals, bad_task: 'label' },
  routes: [
    {
      name: 'fobs.rename-account',
      summary: 'Have an account on a fob renamed.',
      at: 'POST /v1/fobs/:serial/accounts/:account/rename',
      needs: ['issuer'],
      example: { issuer: 'ACME', label: 'VPN' },
    },
  ],
  form: {
    lacks,
    at: '/fob/account/rename',
    title: ({ serial }) => `Rename an account on ${serial}`,
    lead: (fob, value) => `${nameIn(fob, value)}. The fob shows the new names after it is next reached.`,
    submit: 'Save',
    fills: (fob, value) => ({ ...accountIn(fob, value) }),
    done: 'fobTask',
  },
  run(acting, { account, issuer = '', label }) {
    const isFit = isAccount(account) && isName(issuer) && isName(label) && label !== '';
    return ask(acting, 'rename-account', isFit ? { subject: account, wanted: { issuer, label } } : undefined);
  },
});

export const orderAccounts = act({
  ...aboutOne,
  permission: 'fob.order',
  fields: {
    accounts: checked(
      list(accountId, careLimits.orderMax),
      {
        name: 'list',
        label: 'Accounts',
        hint: 'One a line, the first one first. Each line begins with the number of the account.',
        kind: 'list',
      },
      [],
      given => done(given),
    ),
  },
  refusals: { ...refusals, bad_task: 'accounts' },
  routes: [
    {
      name: 'fobs.order-accounts',
      summary: 'Have accounts on a fob put in this order. The others follow in their present order.',
      at: 'POST /v1/fobs/:serial/order-accounts',
      example: { accounts: ['00c0ffee', '0badf00d'] },
    },
  ],
  form: {
    at: '/fob/order',
    title: ({ serial }) => `Order the accounts of ${serial}`,
    lead: 'The accounts take this order when the fob is next reached.',
    submit: 'Save',
    fills: ({ accounts }) => ({
      accounts: accounts.map(one => `${one.account} ${shortName(accountName(one))}`).join('\n'),
    }),
    done: 'fobTask',
  },
  run(acting, { accounts }) {
    const { length } = accounts;
    const isFit = length > 0 && length <= careLimits.orderMax && accounts.every(isAccount);
    const isOnce = new Set(accounts).size === length;
    return ask(acting, 'order', isFit && isOnce ? { wanted: { accounts } } : undefined);
  },
});

export const eraseFob = act({
  ...asked,
  permission: 'fob.erase',
  refusals: { ...refusals, account_in_use: 'form' },
  routes: [
    {
      name: 'fobs.erase',
      summary: 'Have a fob without tokens in use erased, when its button is held.',
      at: 'POST /v1/fobs/:serial/erase',
    },
  ],
  form: {
    at: '/fob/erase',
    title: ({ serial }) => `Erase ${serial}`,
    lead: 'Only for a fob without tokens in use. When it is next reached and its button is held, everything on it is erased, and this service is not its owner any more.',
    submit: 'Erase',
    isFinal: true,
    done: 'fobTask',
  },
  run: acting =>
    ask<'account_in_use'>(acting, 'erase', { needsHold: true }, held =>
      held.size > 0 ? refused('account_in_use') : undefined,
    ),
});

/** The acts that ask for a task, by its kind; in the order of the documentation. */
export const taskActs = {
  clock: setClock,
  'pin-reset': resetFobPin,
  'require-pin': requirePin,
  'power-loss': acknowledgePowerLoss,
  'remove-account': removeAccount,
  'rename-account': renameAccount,
  order: orderAccounts,
  erase: eraseFob,
} as const satisfies { readonly [K in CareKind]?: Act };

/** Returns the permission that asking for a task of this kind needs; undefined if people cannot ask for it. */
export function permissionOfTask(kind: CareKind): Action | undefined {
  return (taskActs as { readonly [K in CareKind]?: Pick<Act, 'row'> })[kind]?.row.permission;
}

/** What is to be done to a fob. */
interface Wish {
  readonly subject?: string;
  readonly wanted?: unknown;
  readonly needsHold?: boolean;
}

/**
 * Stores a task for a fob, which is done when the fob is next reached. Asking for an open one again changes nothing but
 * its names or order.
 *
 * @param wish undefined if it is not complete
 * @param problemOf returns why the task cannot be done with the accounts that the fob has to hold
 */
async function ask<C extends RefusalCode = never>(
  acting: Acting & { readonly item: FobRow & NamedItem },
  kind: CareKind,
  wish: Wish | undefined,
  problemOf: (held: ReadonlySet<string>) => Refused<C> | undefined = () => undefined,
) {
  const { db, item: fob } = acting;
  if (!isManaged(fob)) return refused('bad_fob_state');
  if (wish === undefined) return refused('bad_task');
  const problem = problemOf((await readDesired(db, fob)).held);
  if (problem !== undefined) return problem;
  const task = { subject: '', ...wish, fobId: fob.id, kind, cause: 'asked' } as const;
  const present = await openTask(db, task);
  if (present === undefined && (await countOpen(db, fob.id)) >= careLimits.tasksOpenMax)
    return refused('too_many_tasks');
  const row = await wantTask(acting, task);
  return did(viewOfTask(row), fob, detailOf(row, 'asked'));
}

/** Names a task in the audit. */
function detailOf({ id, kind, subject }: { id: string; kind: CareKind; subject: string }, what: string) {
  return { what, task: id, kind, ...(subject !== '' && { account: subject }) };
}

function isAccount(id: string): boolean {
  return ACCOUNT_ID.test(id);
}

function isName(given: string): boolean {
  return Buffer.byteLength(given) <= careLimits.accountNameBytes && !/\p{C}/u.test(given);
}

/** Returns the names of an account in one line: `ACME: VPN`. */
export function accountName({ issuer, label }: Pick<FobAccountView, 'issuer' | 'label'>): string {
  return [issuer, label].filter(Boolean).join(': ') || consoleTexts.fob.unnamed;
}

/** Cuts a name so that a form with those of a full fob is not too long. */
function shortName(name: string): string {
  let short = '';
  for (const character of name) {
    if (encodeURIComponent(short + character).length > consoleLimits.orderNameMaxBytes) return `${short}…`;
    short += character;
  }
  return short;
}

interface TaskAddress {
  readonly serial: string;
  readonly id: string;
}

/**
 * Cancels a waiting task that a person asked for: it has not ended, is not being done, and does not follow from a
 * comparison. Its permission, and its name in the audit, are those of asking for the task.
 */
export const cancelTask = actOf(async (acting: Acting, { serial, id }: TaskAddress) => {
  const { db, keys, atMs, actor } = acting;
  const fob = await fobNamed(db, serial);
  if (fob === undefined) return refused('unknown_fob');
  const row = await taskAt(db, fob.id, id);
  if (row === undefined) return refused('unknown_task');
  if (row.cause !== 'asked') return refused('bad_task');
  const isOpen = row.state === 'waiting' || (row.state === 'running' && (await isLeft(acting, fob)));
  if (!isOpen) return refused('task_over');
  const changes = { state: 'cancelled', step: '', message: '', changed_ms: atMs } as const;
  await db.updateTable('fob_tasks').set(changes).where('id', '=', row.id).execute();
  await recordAudit(db, keys, {
    ...{ atMs, actor, action: careActions[row.kind], detail: detailOf(row, 'cancelled') },
    ...{ subjectKind: 'fob', subjectId: fob.id, subject: fob.serial },
  });
  return done(viewOfTask({ ...row, ...changes }));
});

/** Whether no run cares for the fob any more: one that died has left its task as it was. */
async function isLeft({ db, atMs }: Acting, fob: FobRow): Promise<boolean> {
  return (await leaseOf(db, { fobId: fob.id, link: '', nowMs: atMs })) === 'free';
}

/**
 * Returns the permission that cancelling a task needs: that of asking for it. Undefined for a task that nobody can
 * cancel, or that does not exist; the act itself says which.
 */
export async function permissionToCancel(db: Db, { serial, id }: TaskAddress): Promise<Action | undefined> {
  const fob = await fobNamed(db, serial);
  const row = fob && (await taskAt(db, fob.id, id));
  return row && permissionOfTask(row.kind);
}

function taskAt(db: Db, fobId: string, id: string) {
  return db
    .selectFrom('fob_tasks')
    .selectAll()
    .where('id', '=', /^[0-9a-f-]{1,64}$/.test(id) ? id : '')
    .where('fob_id', '=', fobId)
    .executeTakeFirst();
}
