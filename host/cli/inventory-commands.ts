import { FobError } from '../errors.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { HOLDER_CHARACTERS_MAX } from '../limits.ts';
import { type Command, command, group, noOptions } from './base/command.ts';
import {
  ABOUT_FOB,
  type CommonOptions,
  fileToWrite,
  LETTERS,
  without,
  yesOption,
} from './base/common-options.ts';
import { anInventory } from './base/needs.ts';
import { makeSure } from './base/prompts.ts';
import { inLines, type Report, reportOf } from './base/report.ts';
import { printable } from './base/terminal.ts';
import { exportCommand } from './export-command.ts';
import { fobsTable, recordText, takenText } from './inventory-format.ts';

/** `passfob inventory …`: shows this owner's data without asking any fob. */
export const inventoryCommands: readonly Command[] = [
  group('inventory', 'search, assign and back up the fobs of this inventory', withoutFob),
  command({
    words: 'inventory list',
    describe: 'list the fobs of this inventory and their health',
    json: '`fobs`: `serial`, `board`, `firmware`, `pairing`, `holder`, `accounts`, `clockSet`, `clockErrorSeconds`, `isStale`, `isGiven`, `lastSeen` (null for never), `observed`: when it told `batteryPercent` and `health` (as in `info`; all three null before)',
    options: listOptions,
    read: ({ search, stale }) => ({ query: { search, staleOnly: stale } }),
    needs: anInventory,
    async run({ query }, { context: { inventory, now } }) {
      const { fobsWithHealth } = await import('../commands/health.ts');
      const fobs = await fobsWithHealth(inventory, query, now());
      const note = fobs.length === 0 ? 'No fob of this inventory matches.' : '';
      return reportOf({ fobs }, [fobsTable(fobs)], note);
    },
  }),
  command({
    words: 'inventory show <serial>',
    describe: 'show one fob, its health, its clock readings and its history',
    json: '`serial`, `fob` (as in `inventory list`; null without keys), `clocks`, `history`: `at`, `event`, `detail`',
    options: given => serialOption(without(given, 'dry-run')),
    read: async ({ serial }, serialOf) => ({ serial: await serialOf(serial) }),
    needs: anInventory,
    async run({ serial }, { context: { inventory, now } }) {
      const { recordWithHealth } = await import('../commands/health.ts');
      const record = await recordWithHealth(inventory, serial, now());
      return reportOf({ serial, ...record }, recordText(serial, record));
    },
  }),
  command({
    words: 'inventory assign <serial> <holder>',
    describe: 'note who has a fob',
    json: '`serial`, `holder`',
    options: holderOptions,
    read: async ({ serial, holder }, serialOf) => ({
      serial: await serialOf(serial),
      holder: readHolder(holder),
    }),
    change: 'note it in the inventory',
    needs: anInventory,
    run: ({ serial, holder }, { context }) => noteHolder(context.inventory, serial, holder),
  }),
  command({
    words: 'inventory unassign <serial>',
    describe: 'note that nobody has it any more',
    json: '`serial`, `holder`',
    options: serialOption,
    read: async ({ serial }, serialOf) => ({ serial: await serialOf(serial) }),
    change: 'note it in the inventory',
    needs: anInventory,
    run: ({ serial }, { context }) => noteHolder(context.inventory, serial, null),
  }),
  command({
    words: 'inventory backup <file>',
    describe: 'write the inventory into a new file, encrypted with a password',
    json: '`file`, `fobs`',
    options: newFileOptions,
    read: ({ file, passwordFile }) => ({ file: fileToWrite(file), passwordFile }),
    change: 'ask for a password and write the file',
    needs: anInventory,
    async run({ file, passwordFile }, { context, prompts }) {
      const { backUp } = await import('../inventory/handover.ts');
      const count = await backUp(context.inventory, file, await prompts.password(passwordFile, true));
      const note = 'Keep the password apart from the file: without it the backup is worthless.';
      return reportOf({ file, fobs: count }, `The keys of ${fobs(count)} are in ${file}.`, note);
    },
  }),
  command({
    words: 'inventory restore <file>',
    describe: 'restore a backup, encrypted with a new key',
    json: '`added`, `known`: serials',
    options: fileOptions,
    read: fileOf,
    change: 'ask for the password and take in what the file holds',
    needs: anInventory,
    async run({ file, passwordFile }, { context, prompts }) {
      const { restore } = await import('../inventory/handover.ts');
      const taken = await restore(
        context.inventory,
        prompts.file(file),
        await prompts.password(passwordFile, false),
        context.signal,
      );
      return reportOf(taken, inLines(takenText(taken)));
    },
  }),
  exportCommand,
  command({
    words: 'inventory rekey',
    describe: 'encrypt everything with a new key and delete the old key',
    json: '`values`',
    ...noOptions,
    change: 'encrypt everything with a new key',
    needs: anInventory,
    async run(_, { context }) {
      const { rekey } = await import('../inventory/rekey.ts');
      const values = await rekey(context.inventory);
      const note = 'Backups and copies of the inventory made before still open under the old key.';
      return reportOf({ values }, `${values} secrets are encrypted with a new key.`, note);
    },
  }),
];

/** `passfob handover …`: changes the owner of fobs without erasing them. */
export const handoverCommands: readonly Command[] = [
  group('handover', 'give fobs to another owner, or take them', withoutFob),
  command({
    words: 'handover give <serials..>',
    describe: 'write keys and accounts into a new file, encrypted with a password',
    json: '`serials`, `file`',
    options: giveOptions,
    read: async ({ serials, out, passwordFile }, serialOf) => ({
      serials: await Promise.all(serials.map(serialOf)),
      file: fileToWrite(out),
      passwordFile,
    }),
    change: 'ask for a password and write the file',
    needs: anInventory,
    async run({ serials, file, passwordFile }, { context: { inventory, now }, prompts }) {
      const { give } = await import('../inventory/handover.ts');
      await give(inventory, serials, file, await prompts.password(passwordFile, true), now());
      const next = `passfob handover forget ${serials.join(' ')}`;
      const note = `Both inventories own them until this inventory forgets them. After the other owner has taken them over, run: ${next}`;
      return reportOf({ serials, file }, `The keys of ${fobs(serials.length)} are in ${file}.`, note);
    },
  }),
  command({
    words: 'handover take <file>',
    describe: 'take over fobs from the file of another owner',
    json: '`added`, `known`: serials',
    options: fileOptions,
    read: fileOf,
    change: 'ask for the password and take in what the file holds',
    needs: anInventory,
    async run({ file, passwordFile }, { context: { inventory, now, signal }, prompts }) {
      const { importHandover } = await import('../inventory/handover.ts');
      const source = prompts.file(file);
      const password = await prompts.password(passwordFile, false);
      const taken = await importHandover(inventory, source, password, now(), signal);
      return reportOf(taken, inLines(takenText(taken)));
    },
  }),
  command({
    words: 'handover forget <serials..>',
    describe: 'delete the keys of fobs that were given to another owner',
    json: '`serials`',
    options: given => yesOption(given).positional('serials', SERIALS),
    read: async ({ serials, yes }, serialOf) => ({ serials: await Promise.all(serials.map(serialOf)), yes }),
    change: 'delete the keys of these fobs',
    needs: anInventory,
    async run({ serials, yes }, { context: { inventory, now }, prompts }) {
      const question = `Delete the keys of ${serials.join(', ')} here, for good?`;
      if (!yes) await makeSure(prompts, question, 'Nothing was deleted.');
      const { forget } = await import('../inventory/handover.ts');
      await forget(inventory, serials, now());
      return reportOf({ serials }, `The keys of ${fobs(serials.length)} are gone from this inventory.`);
    },
  }),
];

const SERIAL = {
  type: 'string',
  demandOption: true,
  describe: 'its serial or the beginning of it, or its holder',
} as const;
const SERIALS = {
  type: 'string',
  array: true,
  demandOption: true,
  describe: 'serials of the fobs or their beginnings, or their holders',
} as const;

function withoutFob(given: CommonOptions): CommonOptions {
  return without(given, ...ABOUT_FOB);
}

function listOptions(given: CommonOptions) {
  return without(given, 'dry-run')
    .option('search', { string: true, requiresArg: true, describe: 'part of a serial, holder or account' })
    .option('stale', { boolean: true, default: false, describe: 'only fobs whose clock needs to be set' });
}

function serialOption(given: CommonOptions) {
  return given.positional('serial', SERIAL);
}

function holderOptions(given: CommonOptions) {
  return serialOption(given).positional('holder', {
    type: 'string',
    demandOption: true,
    describe: 'any text: a name, an address, a number',
  });
}

function passwordOption(given: CommonOptions) {
  return given.option('password-file', {
    string: true,
    requiresArg: true,
    describe: 'file whose first line is the password; without it, the command asks for it',
  });
}

function newFileOptions(given: CommonOptions) {
  const file = { type: 'string', demandOption: true, describe: 'path of the new file' } as const;
  return passwordOption(given).positional('file', file);
}

function fileOptions(given: CommonOptions) {
  return passwordOption(given).positional('file', {
    type: 'string',
    demandOption: true,
    describe: 'path of the file; "-" for standard input',
  });
}

function giveOptions(given: CommonOptions) {
  return passwordOption(given).positional('serials', SERIALS).option('out', {
    alias: LETTERS.out,
    string: true,
    requiresArg: true,
    demandOption: true,
    describe: 'path of the new file',
  });
}

function fileOf({ file, passwordFile }: { file: string; passwordFile?: string | undefined }) {
  return { file, passwordFile };
}

/** @throws FobError `usage` */
function readHolder(text: string): string {
  const holder = text.trim();
  if (holder !== '' && [...holder].length <= HOLDER_CHARACTERS_MAX) return holder;
  throw new FobError('usage', { sentence: `A holder has 1 to ${HOLDER_CHARACTERS_MAX} characters.` });
}

async function noteHolder(inventory: Inventory, serial: string, holder: string | null): Promise<Report> {
  const { assign } = await import('../inventory/fobs.ts');
  await assign(inventory, serial, holder);
  const text =
    holder === null ? `Nobody has the fob ${serial}.` : `${printable(holder)} has the fob ${serial}.`;
  return reportOf({ serial, holder }, text);
}

function fobs(count: number): string {
  return count === 1 ? '1 fob' : `${count} fobs`;
}
