import { setClock, showClock } from '../commands/clock.ts';
import { clocks } from '../commands/clocks.ts';
import { code } from '../commands/code.ts';
import type { Context, FobAtHand } from '../commands/context.ts';
import { devices } from '../commands/devices.ts';
import { readEnrolment } from '../commands/enrol-source.ts';
import { enroll } from '../commands/enroll.ts';
import { erase } from '../commands/erase.ts';
import { type FobChoice, withFob } from '../commands/find.ts';
import { info } from '../commands/info.ts';
import { accountName, list } from '../commands/list.ts';
import { maintain } from '../commands/maintain.ts';
import { move } from '../commands/move.ts';
import type { OutFile } from '../commands/out-file.ts';
import { pair } from '../commands/pair.ts';
import { escrowPin, pinPolicy, requirePin, resetPin } from '../commands/pin.ts';
import { remove } from '../commands/remove.ts';
import { rename } from '../commands/rename.ts';
import { respond } from '../commands/respond.ts';
import { verify } from '../commands/verify.ts';
import { FobError } from '../errors.ts';
import type { Prompts } from './base/prompts.ts';
import { errorDocument, inLines, type Lines, type Report } from './base/report.ts';
import type { Terminal } from './base/terminal.ts';
import { clocksText, clockText, devicesText, listText, verifyText } from './base/words.ts';
import { batch } from './batch-actions.ts';
import { completionScript } from './completion.ts';
import { runFlash, runUpdate } from './flash-actions.ts';
import { importFiles } from './import-actions.ts';
import { actOnInventory } from './inventory-actions.ts';
import type { FobInvocation, InventoryInvocation, Invocation } from './invocation.ts';
import { settleOut } from './out-actions.ts';
import { infoText, policyNote, policyText } from './status-words.ts';

/** Runs the command that was asked for. @throws what the command throws */
export async function act(
  invocation: FobInvocation,
  context: Context,
  prompts: Prompts,
  terminal: Terminal,
  isJson: boolean,
): Promise<Report> {
  const { choice } = invocation;
  if (invocation.command === 'batch') return batch(invocation, context, prompts, terminal, isJson);
  if (invocation.command === 'devices') return lookAround(context, choice, invocation.all);
  if (invocation.command === 'clocks') return everyClock(context, choice, invocation.set);
  if (invocation.command === 'completion') {
    const script = completionScript(invocation.shell);
    return { document: { script }, text: inLines(script) };
  }
  if (isAboutInventory(invocation)) {
    return actOnInventory(invocation, choice.wire?.isDryRun === true, context, {
      password: prompts.password,
      sure: (question, otherwise) => confirm(question, otherwise, false, prompts),
    });
  }
  if (invocation.command === 'enroll') return enrol(invocation, context, prompts);
  if (invocation.command === 'flash') return runFlash(invocation, choice, context, prompts);
  if (invocation.command === 'update') return runUpdate(invocation, choice, context);
  if (invocation.command === 'import') return importFiles(invocation, context, prompts);
  const action: Action<never> = ACTIONS[invocation.command];
  return withFob(choice, fob => action(invocation as never, context, fob, prompts), context.signal);
}

function isAboutInventory(invocation: FobInvocation): invocation is FobInvocation & InventoryInvocation {
  return /^(?:inventory|handover)-/.test(invocation.command);
}

type FobCommand = Exclude<
  FobInvocation['command'],
  | 'batch'
  | 'devices'
  | 'enroll'
  | 'clocks'
  | 'completion'
  | 'flash'
  | 'update'
  | 'import'
  | InventoryInvocation['command']
>;
type Action<C extends FobCommand> = (
  invocation: Invocation & { readonly command: C },
  context: Context,
  fob: FobAtHand,
  prompts: Prompts,
) => Promise<Report>;

/** What each command does with the fob that was found. */
const ACTIONS: { readonly [C in FobCommand]: Action<C> } = {
  async pair(_, context, fob, prompts) {
    const result = await pair(context, fob, { askCode: prompts.code });
    return said(result, `The fob ${result.serial} belongs to this inventory now.`);
  },
  async info(_, context, fob) {
    const result = await info(context, fob);
    return said(result, inLines(infoText(result)));
  },
  async list(_, context, fob) {
    const result = await list(context, fob);
    const clock = result.clock === 'unset' ? 'Its clock is not set: passfob clock --set' : '';
    return { ...said(result, inLines(listText(result))), note: clock };
  },
  async code({ account }, context, fob) {
    const result = await code(context, fob, account);
    const left = result.secondsLeft === undefined ? '' : `Valid for ${result.secondsLeft} s.`;
    return { ...said(result, result.code), note: left };
  },
  async respond({ asked }, context, fob) {
    const result = await respond(context, fob, asked);
    return said(result, result.code);
  },
  async clock({ set }, context, fob) {
    const result = await (set ? setClock : showClock)(context, fob);
    return said(result, inLines(clockText(result)));
  },
  async verify(_, context, fob) {
    const result = await verify(context, fob);
    return said(result, inLines(verifyText(result.accounts)));
  },
  async rename({ account, names }, context, fob) {
    const result = await rename(context, fob, account, names);
    return said(result, `The account is called ${accountName(result.account)} on the fob ${result.serial}.`);
  },
  async move({ account, position }, context, fob) {
    const result = await move(context, fob, account, position);
    return said(result, `${accountName(result.account)} is number ${position} on the fob ${result.serial}.`);
  },
  async 'pin-policy'({ changes }, context, fob) {
    const result = await pinPolicy(context, fob, changes);
    return { ...said(result, inLines(policyText(result))), note: inLines(policyNote(result)) };
  },
  async 'pin-require'(_, context, fob) {
    const result = await requirePin(context, fob);
    return said(result, `The fob ${result.serial} asks its person for a new PIN, now or when it is opened.`);
  },
  async 'pin-reset'(_, context, fob) {
    const result = await resetPin(context, fob);
    return said(
      result,
      `The fob ${result.serial} is open. Choose its new PIN on the fob; the accounts are kept.`,
    );
  },
  async 'pin-escrow'(_, context, fob) {
    const result = await escrowPin(context, fob);
    return said(result, `The PIN of the fob ${result.serial} can be reset by: passfob pin reset`);
  },
  async maintain(_, context, fob) {
    const result = await maintain(context, fob);
    const end = 'To end it, take the power off and on.';
    return said(result, `The fob ${result.serial} takes an update of its firmware now. ${end}`);
  },
  async remove({ yes, account, choice }, context, fob, prompts) {
    const isSure = yes || choice.wire?.isDryRun === true;
    const result = await remove(context, fob, account, async found => {
      const question = `Remove ${accountName(found)} from the fob ${fob.hello.serial}, for good?`;
      await confirm(question, 'Nothing was removed.', isSure, prompts);
    });
    return said(result, `${accountName(result.account)} is gone from the fob ${result.serial}.`);
  },
  async erase({ yes, choice }, context, fob, prompts) {
    const isSure = yes || choice.wire?.isDryRun === true;
    const question = `Erase every account and key on the fob ${fob.hello.serial}, for good?`;
    await confirm(question, 'Nothing was erased.', isSure, prompts);
    const result = await erase(context, fob);
    return said(result, `The fob ${result.serial} is blank, and its keys are gone from this inventory.`);
  },
};

function said(result: object, text: Lines): Report {
  return { document: { ...result }, text };
}

async function everyClock(context: Context, choice: FobChoice, set: boolean): Promise<Report> {
  const result = await clocks(context, choice, set);
  const failed = result.failed.map(({ error, ...fob }) => ({ ...fob, error: errorDocument(error) }));
  const [first] = result.failed;
  if (first === undefined) return said({ clocks: result.clocks, failed }, inLines(clocksText(result)));
  throw new FobError(first.error.kind, {
    sentence: `${result.failed.length} of ${result.failed.length + result.clocks.length} fobs failed. ${inLines(clocksText(result)).join(' ')}`,
    next: first.error.next,
    details: { clocks: result.clocks, failed },
    ...(first.error.refusal && { refusal: first.error.refusal }),
  });
}

async function lookAround(context: Context, { port, wire }: FobChoice, all: boolean): Promise<Report> {
  const result = await devices(context.inventory, { port, all, wire, signal: context.signal });
  const silent = result.silent.map(({ address, error }) => ({ address, error: errorDocument(error) }));
  const { next } = new FobError('no-fob');
  const isNone = result.devices.length === 0;
  return {
    document: { devices: result.devices, silent },
    text: inLines(devicesText(result)),
    note: isNone ? `No fob was found. ${next}` : '',
  };
}

/** The account is read and judged before any fob is looked for: wrong input never touches one. */
async function enrol(
  { source, out, choice }: Extract<Invocation, { command: 'enroll' }>,
  context: Context,
  prompts: Prompts,
): Promise<Report> {
  const enrolment = await readEnrolment(source, { standardInput: prompts.uri, random: context.random });
  const isFresh = source.from.startsWith('generate');
  const saveTo = out && (await settleOut(out, prompts));
  return withFob(
    choice,
    async fob => {
      const result = await enroll(context, fob, enrolment, { saveTo, isFresh });
      return {
        ...said(
          result,
          `${accountName(result.account)} is enrolled on the fob ${result.serial}, and proved.`,
        ),
        note: [...result.warnings, ...whereTheSecretIs(isFresh, saveTo)],
      };
    },
    context.signal,
  );
}

function whereTheSecretIs(isGenerated: boolean, out: OutFile | undefined): string[] {
  if (!isGenerated) return [];
  if (out === undefined)
    return ['The secret is on the fob and, sealed, in the inventory; nothing hands it on.'];
  const where = out.format === 'pskc' ? 'The sealed secret is' : 'The secret is';
  return [`${where} in ${out.path}, for its service alone: delete the file when it has been taken over.`];
}

async function confirm(question: string, left: string, isSure: boolean, prompts: Prompts): Promise<void> {
  if (isSure || (await prompts.confirm(question))) return;
  throw new FobError('cancelled', { sentence: left });
}
