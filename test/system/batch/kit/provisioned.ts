import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ledger } from 'passfob/batch/ledger';
import { enrolmentOf, readPlan } from 'passfob/batch/plan';
import type { Context } from 'passfob/commands/context';
import { addPendingAccount, confirmAccount } from 'passfob/inventory/accounts';
import { assignRow, finishRows } from 'passfob/inventory/batches';
import { addPendingPairing, confirmPairing } from 'passfob/inventory/pairings';
import { accountOf, randomId } from 'passfob/owner/account';
import { temporaryFolder } from '../../../kit/folder.ts';
import { secret } from '../../../kit/secrets.ts';
import { FOB, secrets } from '../../../unit/host/kit/inventory-rows.ts';
import { workplace } from '../../../unit/host/kit/workplace.ts';

/** Plans whose rows are done as the journal has them after a run, without any fob. */

export const PLAN = `issuer,label,upn\n${['ada', 'bob', 'eve'].map(name => `Example,${name},${name}@example.com\n`).join('')}`;

export async function planned(content: string) {
  const path = join(temporaryFolder(), 'plan.csv');
  writeFileSync(path, content);
  const { context: rest } = workplace();
  const context: Context = { ...rest, operator: 'olga' };
  const ledger = await Ledger.open(context.inventory, await readPlan(path), context.now());
  return { path, context, ledger };
}

/** A plan of which so many rows are done, each on a fob of its own, as the journal has them after a run. */
export async function provisioned(content = PLAN, done = Number.POSITIVE_INFINITY) {
  const { path, context, ledger } = await planned(content);
  const { inventory, random } = context;
  const keys: Uint8Array[] = [];
  for (const [at, row] of ledger.plan.rows.slice(0, done).entries()) {
    const serial = `PF-0000-000${at}`;
    const pairing = await addPendingPairing(inventory, { ...FOB, serial }, secrets(), context.now());
    await confirmPairing(inventory, pairing, context.now());
    const { settings, key } = accountOf(await enrolmentOf(row, random), randomId(random));
    keys.push(secret(key));
    await addPendingAccount(inventory, pairing, settings, key, context.now());
    await assignRow(inventory, ledger.batchId, row.key, serial, settings.id, context.now());
    await confirmAccount(inventory, pairing, settings.id);
    await finishRows(inventory, ledger.batchId, [row.key], context.now());
  }
  await ledger.reload();
  return { path, context, ledger, keys };
}
