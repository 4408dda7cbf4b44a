import { accountName } from '../commands/account-name.ts';
import { FobError } from '../errors.ts';
import { type Command, command, noOptions } from './base/command.ts';
import { type CommonOptions, issuerOption, LETTERS, labelOption, yesOption } from './base/common-options.ts';
import { aFob } from './base/needs.ts';
import { makeSure } from './base/prompts.ts';
import { reportOf } from './base/report.ts';
import { listText, verifyText } from './base/result-format.ts';

const NAMED = {
  type: 'string',
  demandOption: true,
  describe: 'its id, label, issuer, issuer:label, or position in the list',
} as const;
const NAMED_FOR_GOOD = { ...NAMED, describe: 'its id, label, issuer or issuer:label' } as const;

/** Commands for the accounts on a fob. */
export const accountCommands: readonly Command[] = [
  command({
    words: 'list',
    describe: 'list the accounts on the fob',
    json: '`serial`, `clock` (`unset`, `trusted`), `free`, `accounts` in the order of the fob, each with `id`, `health` (`good`, `damaged`), `kind` (`hotp`, `totp`, `ocra`), `algorithm`, `digits` (characters of a passcode), `alphabet` (`decimal`, `hex`, `base32`, `base64`), `periodSeconds` or `counter`, `suite` (OCRA, where this inventory enrolled it), `issuer`, `label`',
    ...noOptions,
    needs: aFob,
    async run(_, { context, fob }) {
      const { list } = await import('../commands/list.ts');
      const result = await list(context, fob);
      const clock = result.clock === 'unset' ? 'Its clock is not set: passfob clock --set' : '';
      return reportOf(result, listText(result), clock);
    },
  }),
  command({
    words: 'code [account]',
    describe: 'print a passcode, after a hold of the button of the fob',
    json: '`serial`, `account` (as in `list`), `code`, `counter`, `secondsLeft`; with `--all` `codes` of these, and `skipped`: `account`, `error`',
    options: codeOptions,
    read({ account, all }) {
      if (account === undefined || !all) return { account, all };
      throw new FobError('usage', { sentence: 'code takes an account or --all, not both.' });
    },
    needs: aFob,
    async run({ account, all }, call) {
      if (all) return (await import('./all-codes.ts')).allCodes(call);
      const { context, fob } = call;
      const { code } = await import('../commands/code.ts');
      const result = await code(context, fob, account);
      const left = result.secondsLeft === undefined ? '' : `Valid for ${result.secondsLeft} s.`;
      return reportOf(result, result.code, left);
    },
  }),
  command({
    words: 'respond <account> <question>',
    describe: 'print the response to a question (OCRA), after an approval on the fob',
    json: '`serial`, `account`, `code`, `counter` (where the suite counts)',
    options: respondOptions,
    async read({ account, question, service = '', user = '', number }) {
      const { checkQuestion } = await import('../commands/respond.ts');
      return { asked: checkQuestion({ account, question, service, user, number }) };
    },
    needs: aFob,
    async run({ asked }, { context, fob }) {
      const { respond } = await import('../commands/respond.ts');
      const result = await respond(context, fob, asked);
      return reportOf(result, result.code);
    },
  }),
  command({
    words: 'rename <account>',
    describe: 'rename an account',
    json: '`serial`, `account`',
    options: renameOptions,
    read({ account, issuer, label }) {
      if (issuer === undefined && label === undefined) {
        throw new FobError('usage', { sentence: 'rename takes --issuer, --label or both.' });
      }
      return { account, names: { issuer, label } };
    },
    needs: aFob,
    async run({ account, names }, { context, fob }) {
      const { rename } = await import('../commands/rename.ts');
      const result = await rename(context, fob, account, names);
      const name = accountName(result.account);
      return reportOf(result, `The account is called ${name} on the fob ${result.serial}.`);
    },
  }),
  command({
    words: 'move <account> <position>',
    describe: 'move an account in the list',
    json: '`serial`, `account`, `position`',
    options: moveOptions,
    read({ account, position }) {
      if (Number.isInteger(position) && position >= 1) return { account, position };
      throw new FobError('usage', {
        sentence: 'A position is a whole number from 1, as passfob list shows it.',
      });
    },
    needs: aFob,
    async run({ account, position }, { context, fob }) {
      const { move } = await import('../commands/move.ts');
      const result = await move(context, fob, account, position);
      const name = accountName(result.account);
      return reportOf(result, `${name} is number ${position} on the fob ${result.serial}.`);
    },
  }),
  command({
    words: 'remove <account>',
    describe: 'remove one account from the fob',
    json: '`serial`, `account`',
    options: given => yesOption(given).positional('account', NAMED_FOR_GOOD),
    read: ({ account, yes }) => ({ account, yes }),
    needs: aFob,
    async run({ account, yes }, { choice, context, fob, prompts }) {
      const isSure = yes || choice.wire?.isDryRun === true;
      const { remove } = await import('../commands/remove.ts');
      const result = await remove(context, fob, account, async found => {
        const question = `Remove ${accountName(found)} from the fob ${fob.hello.serial}, for good?`;
        if (!isSure) await makeSure(prompts, question, 'Nothing was removed.');
      });
      return reportOf(result, `${accountName(result.account)} is gone from the fob ${result.serial}.`);
    },
  }),
  command({
    words: 'verify',
    describe: 'verify every account against the inventory',
    json: '`serial`, `accounts`: `id`, `issuer`, `label`, `verdict` (`proved`, `undone`; in the `details` of an error also `wrong`, `missing`, `damaged`, `unknown`)',
    ...noOptions,
    needs: aFob,
    async run(_, { context, fob }) {
      const { verify } = await import('../commands/verify.ts');
      const result = await verify(context, fob);
      return reportOf(result, verifyText(result.accounts));
    },
  }),
];

function codeOptions(given: CommonOptions) {
  return given
    .positional('account', {
      type: 'string',
      describe: 'its id, label, issuer, issuer:label, position in the list, or a part of its name',
    })
    .option('all', {
      alias: LETTERS.all,
      boolean: true,
      default: false,
      describe: 'of every account, one after the other, each after a hold of its own',
    });
}

function respondOptions(given: CommonOptions) {
  return given
    .positional('account', NAMED)
    .positional('question', { type: 'string', demandOption: true, describe: 'question of the service' })
    .option('service', { string: true, requiresArg: true, describe: 'service that asks, shown on the fob' })
    .option('user', { string: true, requiresArg: true, describe: 'user, shown on the fob' })
    .option('number', { number: true, requiresArg: true, describe: 'two digits to compare on the fob' });
}

function renameOptions(given: CommonOptions) {
  return given.positional('account', NAMED).option('issuer', issuerOption).option('label', labelOption);
}

function moveOptions(given: CommonOptions) {
  return given.positional('account', NAMED).positional('position', {
    type: 'number',
    demandOption: true,
    describe: 'in the list, from 1',
  });
}
