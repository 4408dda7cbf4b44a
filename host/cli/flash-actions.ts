import type { Context } from '../commands/context.ts';
import type { FobChoice } from '../commands/find.ts';
import { type FlashResult, flash } from '../commands/flash.ts';
import type { FlashedFiles } from '../commands/flash-report.ts';
import { boardPort } from '../commands/flash-steps.ts';
import { type UpdateResult, update } from '../commands/update.ts';
import { FobError } from '../errors.ts';
import type { Prompts } from './base/prompts.ts';
import { inLines, type Report } from './base/report.ts';
import { printable } from './base/terminal.ts';
import type { FlashInvocation, UpdateInvocation } from './flash-options.ts';

/** `passfob flash`. @throws what the command throws */
export async function runFlash(
  { board, isDryRun, yes }: FlashInvocation,
  choice: FobChoice,
  context: Context,
  prompts: Prompts,
): Promise<Report> {
  const confirm = async (question: string) => {
    if (yes || (await prompts.confirm(question))) return;
    throw new FobError('cancelled', { sentence: 'Nothing was changed.' });
  };
  const result = await flash(context, await boardPort(choice), { board, isDryRun, confirm });
  return { document: { ...result }, text: inLines(flashText(result)), note: keptNote(result.files) };
}

/** `passfob update`. @throws what the command throws */
export async function runUpdate(
  { isDryRun }: UpdateInvocation,
  choice: FobChoice,
  context: Context,
): Promise<Report> {
  const result = await update(context, await boardPort(choice), { isDryRun });
  return { document: { ...result }, text: inLines(updateText(result)), note: keptNote(result.files) };
}

const PAIRINGS = {
  new: 'belongs to this inventory now',
  restored: 'has the keys of this inventory again',
  kept: 'belongs to this inventory, as before',
} as const satisfies Record<FlashResult['pairing'], string>;

const PLANS = {
  new: 'New keys would be made and written.',
  restored: 'The keys of its pairing in this inventory would be written again.',
  kept: 'The keys on it would stay.',
} as const satisfies Record<FlashResult['pairing'], string>;

function flashText({ serial, board, firmware, isDryRun, pairing, files }: FlashResult): string {
  if (!isDryRun) {
    return `The fob ${serial} runs firmware ${board} ${firmware} and ${PAIRINGS[pairing]}.`;
  }
  return [
    `The board would become the fob ${serial} with firmware ${board} ${firmware}. ${PLANS[pairing]}`,
    ...filesLines(files),
    'Nothing was changed.',
  ].join('\n');
}

function updateText({ serial, firmware, firmwareBefore, isDryRun, accounts, files }: UpdateResult): string {
  const before = firmwareBefore === undefined ? '' : `, ${firmwareBefore} before`;
  if (!isDryRun) {
    const held = accounts === undefined ? 'its accounts are behind its PIN' : `accounts on it: ${accounts}`;
    return `The fob ${serial} runs firmware ${firmware}${before}; ${held}.`;
  }
  return [
    `The fob ${serial} would get firmware ${firmware}${before}.`,
    ...(files
      ? filesLines(files)
      : ['What is to be written is known once its console is open, after a hold of its button.']),
    'Nothing was changed.',
  ].join('\n');
}

function filesLines({ written, erased, removed, isCompacted, isAllErased, bytes }: FlashedFiles): string[] {
  return [
    ...(removed.length > 0 ? [`In the way, to be deleted: ${names(removed)}`] : []),
    ...(erased.length > 0 ? [`To be replaced: ${names(erased)}`] : []),
    ...(isAllErased ? ['All of its memory would be erased first.'] : []),
    ...(isCompacted ? ['Its memory would be tidied first.'] : []),
    ...written.map(file => `To be written: ${printable(file.name)}, ${file.bytes} bytes`),
    `${bytes} bytes in all.`,
  ];
}

function keptNote(files: FlashedFiles | undefined): string {
  return files === undefined || files.kept.length === 0 ? '' : `Other files, kept: ${names(files.kept)}`;
}

const names = (list: readonly string[]) => list.map(printable).join(', ');
