import {
  ATTEMPTS_MAX,
  ATTEMPTS_MIN,
  LOCK_SECONDS_MIN,
  PIN_DIGITS_MAX,
  PIN_DIGITS_MIN,
} from '@passfob/protocol/limits';
import { FobError } from '../errors.ts';
import { LOCK_SECONDS_MAX } from '../limits.ts';
import { PIN_USE_BITS, type PinUse, type Policy } from '../owner/status.ts';
import { type Command, command, group, noOptions } from './base/command.ts';
import type { CommonOptions } from './base/common-options.ts';
import { aFob } from './base/needs.ts';
import { inLines, reportOf } from './base/report.ts';
import { policyNote, policyText } from './status-format.ts';

/** What the fob takes: `ok` is on its wheel once there are enough digits. */
const PIN_RULE = `at least ${PIN_DIGITS_MIN} digits, or as many as its policy wants, and none that is easy to guess, such as 1234.`;

/** `passfob pin …`. No command takes or shows a PIN, which stays between the person and the fob. */
export const pinCommands: readonly Command[] = [
  group('pin', 'set the PIN policy of the fob, or reset a forgotten PIN', given => given),
  command({
    words: 'pin policy',
    describe: 'show or change the PIN policy of the fob',
    json: '`serial`, `policy`: `pinDigits` (0: no PIN), `attempts`, `onLimit` (`wipe`, `lock`), `lockAfterSeconds` (0: with the display), `ask`, `typing` (`never`, `allowed`, `enter`); `canType` (whether its board has a keyboard), `isSet`, `pin`, `wentBack` (as it was before)',
    options: policyOptions,
    read: given => ({ changes: readPolicy(given) }),
    needs: aFob,
    async run({ changes }, { context, fob }) {
      const { pinPolicy } = await import('../commands/pin.ts');
      const result = await pinPolicy(context, fob, changes);
      return reportOf(result, inLines(policyText(result)), inLines(policyNote(result)));
    },
  }),
  command({
    words: 'pin require',
    describe: 'require a new PIN at the next unlock of the fob',
    json: '`serial`',
    ...noOptions,
    needs: aFob,
    async run(_, { context, fob }) {
      const { requirePin } = await import('../commands/pin.ts');
      const result = await requirePin(context, fob);
      const text = `The fob ${result.serial} asks for a new PIN, now or at its next unlock: ${PIN_RULE}`;
      return reportOf(result, text);
    },
  }),
  command({
    words: 'pin reset',
    describe: 'reset a forgotten PIN, after a hold of the button of the fob',
    json: '`serial`, `wasReset` (false where the fob was open without a PIN already), `isKeyRenewed` (whether it has its new recovery key)',
    ...noOptions,
    needs: aFob,
    async run(_, { context, fob }) {
      const { resetPin } = await import('../commands/pin.ts');
      const result = await resetPin(context, fob);
      const { serial, isKeyRenewed } = result;
      const text = `The fob ${serial} is unlocked. Choose its new PIN on the fob, twice: ${PIN_RULE} The accounts are kept.`;
      const note = isKeyRenewed
        ? 'Back up the inventory: the fob has a new recovery key, and the old one opens it no more.'
        : `It did not take its new recovery key. Run, while it is open: passfob pin escrow --device ${serial}`;
      return reportOf(result, text, note);
    },
  }),
  command({
    words: 'pin escrow',
    describe: 'give the fob a recovery key, with which its PIN can be reset',
    json: '`serial`',
    ...noOptions,
    needs: aFob,
    async run(_, { context, fob }) {
      const { escrowPin } = await import('../commands/pin.ts');
      const result = await escrowPin(context, fob);
      return reportOf(result, `The PIN of the fob ${result.serial} can be reset by: passfob pin reset`);
    },
  }),
];

function policyOptions(given: CommonOptions) {
  return given
    .option('digits', {
      string: true,
      requiresArg: true,
      describe: `minimum digits of a PIN, ${PIN_DIGITS_MIN} to ${PIN_DIGITS_MAX}, or none`,
    })
    .option('attempts', {
      number: true,
      requiresArg: true,
      describe: `limit of wrong PINs in a row, ${ATTEMPTS_MIN} to ${ATTEMPTS_MAX}`,
    })
    .option('on-limit', {
      choices: ['wipe', 'lock'] as const,
      describe: 'at the limit: erase the fob, or lock it',
    })
    .option('lock-after', {
      string: true,
      requiresArg: true,
      describe: 'lock this many seconds after the last key, or screen: when the display goes off',
    })
    .option('ask', {
      string: true,
      requiresArg: true,
      describe: 'ask for the PIN again before: passcode,approval,settings or none',
    })
    .option('typing', {
      choices: ['never', 'allowed', 'enter'] as const,
      describe: 'whether the fob may type passcodes, and Enter',
    });
}

type PolicyOptions = Awaited<ReturnType<typeof policyOptions>['argv']>;

/** @throws FobError `usage` */
function readPolicy({ digits, attempts, onLimit, lockAfter, ask, typing }: PolicyOptions): Partial<Policy> {
  return {
    ...(digits !== undefined && { pinDigits: readDigits(digits) }),
    ...(attempts !== undefined && {
      attempts: bounded(attempts, ATTEMPTS_MIN, ATTEMPTS_MAX, '--attempts'),
    }),
    ...(onLimit !== undefined && { onLimit }),
    ...(lockAfter !== undefined && {
      lockAfterSeconds:
        lockAfter === 'screen'
          ? 0
          : wholeNumber(lockAfter, LOCK_SECONDS_MIN, LOCK_SECONDS_MAX, '--lock-after'),
    }),
    ...(ask !== undefined && { ask: readAsked(ask) }),
    ...(typing !== undefined && { typing }),
  };
}

function readDigits(text: string): number {
  return text === 'none' ? 0 : wholeNumber(text, PIN_DIGITS_MIN, PIN_DIGITS_MAX, '--digits');
}

function wholeNumber(text: string, least: number, most: number, option: string): number {
  return bounded(/^\d+$/.test(text) ? Number(text) : -1, least, most, option);
}

/** The value is not quoted: it may be a PIN in the wrong place. */
function bounded(number: number, least: number, most: number, option: string): number {
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  const word = { '--digits': ' or none', '--lock-after': ' or screen' }[option] ?? '';
  throw new FobError('usage', { sentence: `${option} takes ${least} to ${most}${word}.` });
}

function readAsked(text: string): PinUse[] {
  const known = Object.keys(PIN_USE_BITS) as PinUse[];
  const given = text === 'none' ? [] : text.split(',').map(name => name.trim());
  const asked = known.filter(name => given.includes(name));
  if (asked.length === new Set(given).size) return asked;
  throw new FobError('usage', { sentence: `--ask takes ${known.join(', ')}, with commas between, or none.` });
}
