import type { Context } from '../commands/context.ts';
import { FobError } from '../errors.ts';
import { assign, fobRecord, knownFobs } from '../inventory/fobs.ts';
import { backUp, forget, give, restore, take } from '../inventory/handover.ts';
import { rekey } from '../inventory/rekey.ts';
import { inLines, type Report } from './base/report.ts';
import { printable } from './base/terminal.ts';
import { fobsText, recordText, takenText } from './inventory-words.ts';
import type { InventoryInvocation } from './invocation.ts';

/** What the person is asked for. */
export interface Asking {
  /** @throws FobError `bad-input`, `usage`, `cancelled` */
  password(file: string | undefined, isNew: boolean): Promise<string>;
  /** @throws FobError `cancelled` for a no */
  sure(question: string, otherwise: string): Promise<void>;
}

type Action<C extends InventoryInvocation['command']> = (
  invocation: Extract<InventoryInvocation, { command: C }>,
  context: Context,
  asking: Asking,
) => Promise<Report>;

/** Runs a command about the inventory alone. @throws FobError `not-in-inventory`, `bad-input`, `inventory` */
export function actOnInventory(
  invocation: InventoryInvocation,
  isDryRun: boolean,
  context: Context,
  asking: Asking,
): Promise<Report> {
  const change = isDryRun ? CHANGES[invocation.command] : undefined;
  if (change !== undefined) throw new FobError('dry-run', { subject: change });
  const action: (invocation: never, context: Context, asking: Asking) => Promise<Report> =
    ACTIONS[invocation.command];
  return action(invocation as never, context, asking);
}

/** What a command would change, in words that follow `would be to`. */
const CHANGES: Partial<Record<InventoryInvocation['command'], string>> = {
  'inventory-assign': 'note it in the inventory',
  'inventory-backup': 'ask for a password and write the file',
  'inventory-restore': 'ask for the password and take in what the file holds',
  'inventory-rekey': 'seal everything under a new key',
  'handover-give': 'ask for a password and write the file',
  'handover-take': 'ask for the password and take in what the file holds',
  'handover-forget': 'delete the keys of these fobs',
};

const ACTIONS: { readonly [C in InventoryInvocation['command']]: Action<C> } = {
  async 'inventory-list'({ query }, { inventory, now }) {
    const fobs = await knownFobs(inventory, query, now());
    const note = fobs.length === 0 ? 'No fob of this inventory is like that.' : '';
    return { document: { fobs }, text: inLines(fobsText(fobs)), note };
  },
  async 'inventory-show'({ serial }, { inventory, now }) {
    const record = await fobRecord(inventory, serial, now());
    return { document: { serial, ...record }, text: inLines(recordText(serial, record)) };
  },
  async 'inventory-assign'({ serial, holder }, { inventory }) {
    await assign(inventory, serial, holder);
    const text =
      holder === null ? `Nobody has the fob ${serial}.` : `${printable(holder)} has the fob ${serial}.`;
    return { document: { serial, holder }, text };
  },
  async 'inventory-backup'({ file, passwordFile }, { inventory }, asking) {
    const count = await backUp(inventory, file, await asking.password(passwordFile, true));
    const note = 'Keep the password apart from the file: without it the backup is worthless.';
    return { document: { file, fobs: count }, text: `The keys of ${fobs(count)} are in ${file}.`, note };
  },
  async 'inventory-restore'({ file, passwordFile }, { inventory }, asking) {
    const taken = await restore(inventory, file, await asking.password(passwordFile, false));
    return { document: { ...taken }, text: inLines(takenText(taken)) };
  },
  async 'inventory-rekey'(_, { inventory }) {
    const values = await rekey(inventory);
    const note = 'Backups and copies of the inventory made before still open under the old key.';
    return { document: { values }, text: `${values} secrets are sealed under a new key.`, note };
  },
  async 'handover-give'({ serials, file, passwordFile }, { inventory, now }, asking) {
    await give(inventory, serials, file, await asking.password(passwordFile, true), now());
    const next = `passfob handover forget ${serials.join(' ')}`;
    return {
      document: { serials, file },
      text: `The keys of ${fobs(serials.length)} are in ${file}.`,
      note: `Until this inventory forgets them, both of you own them. When they are taken over, run: ${next}`,
    };
  },
  async 'handover-take'({ file, passwordFile }, { inventory, now }, asking) {
    const taken = await take(inventory, file, await asking.password(passwordFile, false), now());
    return { document: { ...taken }, text: inLines(takenText(taken)) };
  },
  async 'handover-forget'({ serials, yes }, { inventory, now }, asking) {
    const question = `Delete the keys of ${serials.join(', ')} here, for good?`;
    if (!yes) await asking.sure(question, 'Nothing was deleted.');
    await forget(inventory, serials, now());
    return {
      document: { serials },
      text: `The keys of ${fobs(serials.length)} are gone from this inventory.`,
    };
  },
};

function fobs(count: number): string {
  return count === 1 ? '1 fob' : `${count} fobs`;
}
