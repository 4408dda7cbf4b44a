import { badInput } from '../enrol/enrolment.ts';
import { FobError, isFobError } from '../errors.ts';
import { exportPermitOf, storeExportPermit } from '../inventory/batches.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { openWithPassword, sealWithPassword } from '../inventory/password-file.ts';
import type { Ledger } from './ledger.ts';
import { DAY_MS } from './limits.ts';

/**
 * The permission to export a batch later: an end date encrypted under a password of its own. Who knows the password
 * proves to be the operator, and nobody else can make another end date.
 */
interface ExportPermit {
  readonly batchId: number;
  readonly untilMs: number;
}

/** The kind in the heading of the encrypted value. */
const WHAT = 'export permit';

/**
 * Allows exports of a batch for so many days from now.
 * @param isBegun whether rows of the batch are done: then only who knows its password may renew the permission
 * @throws FobError `bad-input` for another password, or a batch that was begun without a permission
 */
export async function grantExports(
  inventory: Inventory,
  { batchId, plan }: Pick<Ledger, 'batchId' | 'plan'>,
  { password, days, isBegun }: { password: string; days: number; isBegun: boolean },
  nowMs: number,
): Promise<void> {
  const stored = isBegun ? await exportPermitOf(inventory, batchId) : undefined;
  if (stored !== undefined) await opened(stored, password);
  else if (isBegun) {
    throw badInput(
      `${plan.name} was begun without --export-days, and cannot get later exports any more.`,
      'Run the command without --export-days.',
    );
  }
  const permit: ExportPermit = { batchId, untilMs: nowMs + days * DAY_MS };
  const plain = Buffer.from(JSON.stringify(permit), 'utf8');
  await storeExportPermit(inventory, batchId, await sealWithPassword(WHAT, plain, password));
}

/**
 * Checks that whoever exports a batch knows its password, and that its days are not over.
 * @returns when they are over
 * @throws FobError `bad-input`
 */
export async function checkExportPermit(
  inventory: Inventory,
  { batchId, plan }: Pick<Ledger, 'batchId' | 'plan'>,
  password: string,
  nowMs: number,
): Promise<Date> {
  const stored = await exportPermitOf(inventory, batchId);
  if (stored === undefined) throw noExports(`${plan.name} was not run with --export-days`);
  const permit = await opened(stored, password);
  if (permit.batchId !== batchId) throw noExports(`The permission of ${plan.name} is that of another batch`);
  const until = new Date(permit.untilMs);
  if (nowMs > permit.untilMs) {
    throw noExports(`The days for exports of ${plan.name} were over on ${until.toISOString().slice(0, 10)}`);
  }
  return until;
}

function noExports(reason: string): FobError {
  return badInput(
    `${reason}: its secrets are not exported.`,
    'Provision these fobs again: remove their accounts, and use a plan of another name.',
  );
}

async function opened(stored: Uint8Array, password: string): Promise<ExportPermit> {
  try {
    const plain = await openWithPassword(WHAT, stored, password);
    return JSON.parse(plain.toString('utf8')) as ExportPermit;
  } catch (cause) {
    if (!isFobError(cause, 'bad-input')) throw cause;
    throw new FobError('bad-input', {
      sentence: 'This is not the export password of the batch.',
      next: 'Give the password that was chosen when the batch began.',
      cause,
    });
  }
}
