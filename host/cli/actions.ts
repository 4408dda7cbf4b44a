import { setClock, showClock } from '../commands/clock.ts';
import { code } from '../commands/code.ts';
import type { Context, FobAtHand } from '../commands/context.ts';
import { devices } from '../commands/devices.ts';
import { readEnrolment } from '../commands/enrol-source.ts';
import { enroll } from '../commands/enroll.ts';
import { erase } from '../commands/erase.ts';
import { withFob } from '../commands/find.ts';
import { accountName, list } from '../commands/list.ts';
import { pair } from '../commands/pair.ts';
import { remove } from '../commands/remove.ts';
import { verify } from '../commands/verify.ts';
import { FobError } from '../errors.ts';
import type { Invocation } from './arguments.ts';
import type { Prompts } from './prompts.ts';
import { errorDocument, type Report } from './report.ts';
import { clockText, devicesText, listText, verifyText } from './words.ts';

/** Runs the command that was asked for. @throws what the command throws */
export async function act(invocation: Invocation, context: Context, prompts: Prompts): Promise<Report> {
  const { choice } = invocation;
  const onFob = (work: (fob: FobAtHand) => Promise<Report>) => withFob(choice, work, context.signal);
  switch (invocation.command) {
    case 'devices':
      return lookAround(context, choice.port, invocation.all);
    case 'pair':
      return onFob(async fob => {
        const result = await pair(context, fob, { askCode: prompts.code });
        return said(result, `The fob ${result.serial} belongs to this inventory now.`);
      });
    case 'enroll':
      return enrol(invocation, context, prompts);
    case 'list':
      return onFob(async fob => {
        const result = await list(context, fob);
        const clock = result.clock === 'unset' ? 'Its clock is not set: passfob clock --set' : '';
        return { ...said(result, listText(result)), note: clock };
      });
    case 'code':
      return onFob(async fob => {
        const result = await code(context, fob, invocation.account);
        const left = result.secondsLeft === undefined ? '' : `Valid for ${result.secondsLeft} s.`;
        return { ...said(result, result.code), note: left };
      });
    case 'clock':
      return onFob(async fob => {
        const result = await (invocation.set ? setClock : showClock)(context, fob);
        return said(result, clockText(result));
      });
    case 'verify':
      return onFob(async fob => {
        const result = await verify(context, fob);
        return said(result, verifyText(result.accounts));
      });
    case 'remove':
      return onFob(async fob => {
        const { yes, account } = invocation;
        const result = await remove(context, fob, account, async found => {
          const question = `Remove ${accountName(found)} from the fob ${fob.hello.serial}, for good?`;
          await confirm(question, 'Nothing was removed.', yes, prompts);
        });
        return said(result, `${accountName(result.account)} is gone from the fob ${result.serial}.`);
      });
    case 'erase':
      return onFob(async fob => {
        const question = `Erase every account and key on the fob ${fob.hello.serial}, for good?`;
        await confirm(question, 'Nothing was erased.', invocation.yes, prompts);
        const result = await erase(context, fob);
        return said(result, `The fob ${result.serial} is blank, and its keys are gone from this inventory.`);
      });
  }
}

function said(result: object, text: string): Report {
  return { document: { ...result }, text };
}

async function lookAround(context: Context, port: string | undefined, all: boolean): Promise<Report> {
  const result = await devices(context.inventory, { port, all, signal: context.signal });
  const silent = result.silent.map(({ address, error }) => ({ address, error: errorDocument(error) }));
  const { next } = new FobError('no-fob');
  const isNone = result.devices.length === 0;
  return {
    document: { devices: result.devices, silent },
    text: devicesText(result),
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
  return withFob(
    choice,
    async fob => {
      const result = await enroll(context, fob, enrolment, { saveTo: out });
      return {
        ...said(
          result,
          `${accountName(result.account)} is enrolled on the fob ${result.serial}, and proved.`,
        ),
        note: [...result.warnings, ...whereTheSecretIs(source.from === 'generate', out)].join('\n'),
      };
    },
    context.signal,
  );
}

function whereTheSecretIs(isGenerated: boolean, out: string | undefined): string[] {
  if (!isGenerated) return [];
  return [
    out === undefined
      ? 'The secret is on the fob and, sealed, in the inventory; nothing hands it on.'
      : `The key URI is in ${out}, for its service alone: delete the file when it has been taken over.`,
  ];
}

async function confirm(question: string, left: string, isSure: boolean, prompts: Prompts): Promise<void> {
  if (isSure || (await prompts.confirm(question))) return;
  throw new FobError('cancelled', { sentence: left });
}
