import type { FobLifeState } from '../../base/kinds.ts';
import { careLimits } from '../../base/limits/care.ts';
import { done, type Result, refused } from '../../base/results.ts';
import { tokenStates } from '../../base/token-states.ts';
import { type Acting, actOf } from '../../storage/acting.ts';
import { act, did, type NamedItem } from '../kit/act.ts';
import { accountIdOf } from '../tokens/account-id.ts';
import { revokeToken, suspendToken } from '../tokens/acts.ts';
import { wantTask } from '../tokens/fob-tasks.ts';
import { type FobRow, fobNamed } from '../tokens/fobs.ts';
import type { TokenRow } from '../tokens/rows.ts';
import { takesLastWay } from '../users/admins.ts';
import { aboutFob, fobState } from './subject.ts';
import { isManaged } from './tasks.ts';

const shared = { subject: aboutFob, fields: {}, gives: fobState } as const;

/** Suspends all tokens of a lost fob at once; its accounts are removed if it ever comes back. */
export const markLost = act({
  ...shared,
  permission: 'fob.lost',
  refusals: { bad_fob_state: 'form', last_admin: 'form' },
  routes: [
    {
      name: 'fobs.lost',
      summary:
        'Report a fob lost: its tokens are suspended at once, and its accounts are removed if it is ever reached again.',
      at: 'POST /v1/fobs/:serial/lost',
    },
  ],
  form: {
    at: '/fob/lost',
    title: ({ serial }) => `Report ${serial} lost`,
    lead: 'Its tokens are suspended at once. If it is ever reached again, its accounts are removed, and it is shown as found.',
    submit: 'Report lost',
    done: 'fobLost',
  },
  async run(acting) {
    const { item: fob } = acting;
    if (!isIn(fob, ['in_use', 'found'])) return refused('bad_fob_state');
    const tokens = await tokensOn(acting, fob);
    const usable = tokens.filter(({ state }) => tokenStates[state].usable);
    if (await takesLastWay(acting.db, acting.actor, idsOf(usable))) return refused('last_admin');
    for (const token of usable) mustBeDone(await suspendToken.work(acting, token));
    for (const token of tokens) await wantGone(acting, fob, token);
    return await moved(acting, 'lost', { suspended: usable.length });
  },
});

/**
 * Ends the search for a lost fob that is back with its user or in the inventory. Its tokens stay suspended: somebody
 * has to reactivate them, and enrol again what was removed.
 */
export const markFound = act({
  ...shared,
  permission: 'fob.found',
  refusals: { bad_fob_state: 'form' },
  routes: [
    {
      name: 'fobs.found',
      summary: 'End the search for a fob. Its tokens stay suspended.',
      at: 'POST /v1/fobs/:serial/found',
    },
  ],
  form: { at: '/fob/found', submit: 'Is found', done: 'fobFound' },
  async run(acting) {
    if (!isIn(acting.item, ['lost', 'found'])) return refused('bad_fob_state');
    return await moved(acting, 'in_use');
  },
});

/**
 * Takes a fob back: its tokens are revoked, and it is erased when it is next reached and its person holds the button;
 * then the service is not its owner any more.
 */
export const returnFob = act({
  ...shared,
  permission: 'fob.return',
  refusals: { bad_fob_state: 'form', last_admin: 'form' },
  routes: [
    {
      name: 'fobs.return',
      summary:
        'Take a fob back: its tokens are revoked, and it is erased when it is next reached and its button is held.',
      at: 'POST /v1/fobs/:serial/return',
    },
  ],
  form: {
    at: '/fob/return',
    title: ({ serial }) => `Take ${serial} back`,
    lead: 'Its tokens are revoked at once, for good. When the fob is next reached and its button is held, it is erased, and this service is not its owner any more.',
    submit: 'Take back',
    isFinal: true,
    done: 'fobReturned',
  },
  async run(acting) {
    const { item: fob } = acting;
    if (!isManaged(fob)) return refused('bad_fob_state');
    const revoked = await revokeAll(acting, fob);
    if (!revoked.ok) return revoked;
    await wantTask(acting, { fobId: fob.id, kind: 'erase', cause: 'returned', needsHold: true });
    return await moved(acting, fob.state, { revoked: revoked.value });
  },
});

export const retireFob = act({
  ...shared,
  permission: 'fob.retire',
  refusals: { bad_fob_state: 'form', last_admin: 'form' },
  routes: [
    {
      name: 'fobs.retire',
      summary: 'Put a fob out of use for good: its tokens are revoked.',
      at: 'POST /v1/fobs/:serial/retire',
    },
  ],
  form: {
    at: '/fob/retire',
    title: ({ serial }) => `Retire ${serial}`,
    lead: 'Its tokens are revoked at once, for good. Nobody gets this fob again.',
    submit: 'Retire',
    isFinal: true,
    done: 'fobRetired',
  },
  async run(acting) {
    if (!isIn(acting.item, ['in_use', 'found', 'lost'])) return refused('bad_fob_state');
    const revoked = await revokeAll(acting, acting.item);
    if (!revoked.ok) return revoked;
    return await moved(acting, 'retired', { revoked: revoked.value });
  },
});

/** "Later": nobody is asked for a hold of this fob's button for a day. */
export const putOffHolds = actOf(async ({ db, atMs }, { serial }: { readonly serial: string }) => {
  const fob = await fobNamed(db, serial);
  if (fob === undefined) return refused('unknown_fob');
  const untilMs = atMs + careLimits.putOffMs;
  await db.updateTable('fobs').set({ put_off_until_ms: untilMs }).where('id', '=', fob.id).execute();
  return done({ untilMs });
});

/** In the order of the documentation. */
export const fobLifeActs = [markLost, markFound, returnFob, retireFob] as const;

function isIn({ state }: FobRow, from: readonly FobLifeState[]): boolean {
  return from.includes(state);
}

function tokensOn({ db }: Acting, fob: FobRow): Promise<TokenRow[]> {
  return db.selectFrom('tokens').selectAll().where('fob_id', '=', fob.id).orderBy('serial').execute();
}

function idsOf(tokens: readonly TokenRow[]): string[] {
  return tokens.map(({ id }) => id);
}

async function revokeAll(acting: Acting, fob: FobRow) {
  const open = (await tokensOn(acting, fob)).filter(({ state }) => state !== 'revoked');
  if (await takesLastWay(acting.db, acting.actor, idsOf(open))) return refused('last_admin');
  for (const { serial } of open) mustBeDone(await revokeToken.work(acting, { serial, reason: 'retired' }));
  return done(open.length);
}

/** What was checked before cannot be refused; if it is, nothing of the transaction stays. */
function mustBeDone(result: Result<unknown>): void {
  if (!result.ok) throw new Error(`refused in the middle of an act: ${result.refusal.code}`);
}

async function wantGone(acting: Acting, fob: FobRow, token: TokenRow): Promise<void> {
  const subject = Buffer.from(accountIdOf(token, fob.serial)).toString('hex');
  await wantTask(acting, { fobId: fob.id, kind: 'remove-account', subject, cause: 'lost' });
}

async function moved(
  { db, item, atMs }: Acting & { readonly item: FobRow & NamedItem },
  state: FobLifeState,
  facts: { readonly suspended?: number; readonly revoked?: number } = {},
) {
  await db.updateTable('fobs').set({ state, state_ms: atMs }).where('id', '=', item.id).execute();
  return did({ serial: item.serial, state }, item, { from: item.state, to: state, ...facts });
}
