import type { Kind } from '@passfob/protocol/account';
import type { Algorithm } from '@passfob/protocol/primitives';
import type { Context } from '../commands/context.ts';
import { exportDetail, type OutFile, saveNew } from '../commands/out-file.ts';
import { passcodeForm } from '../enrol/alphabets.ts';
import { badInput, type Enrolment } from '../enrol/enrolment.ts';
import { isFobError } from '../errors.ts';
import { type Token, type TokenUser, tokenOf } from '../formats/write/token.ts';
import { checkToken, checkTokens, type Output, writeTokens } from '../formats/write/write.ts';
import { accountIdText, accountsOf, type KeptAccount } from '../inventory/accounts.ts';
import { markHandedOn } from '../inventory/batches.ts';
import { addHistory } from '../inventory/history.ts';
import { together } from '../inventory/inventory.ts';
import { pairingsOf } from '../inventory/pairings.ts';
import { accountOf } from '../owner/account.ts';
import type { Ledger } from './ledger.ts';
import { DAY_MS, EXPORT_DAYS_MAX } from './limits.ts';
import { type BadLine, badLines, enrolmentOf, type PlanRow } from './plan.ts';

/** The first counters of a plan's accounts, by the keys of their rows: the inventory does not store them. */
export type Counters = ReadonlyMap<string, number>;

/** Any id: it is not part of a file. */
const NO_ID = new Uint8Array(4);

/**
 * Checks that the reader of the file would accept every row, before any fob is provisioned.
 * @throws FobError `bad-input` that lists the rows it would refuse
 */
export async function checkRows(ledger: Ledger, output: Output): Promise<Counters> {
  const bad: BadLine[] = [];
  const tokens: Token[] = [];
  const counters = new Map<string, number>();
  for (const row of ledger.plan.rows) {
    const { line, key } = row;
    const enrolment = await enrolmentOf(row, length => new Uint8Array(length).fill(1));
    counters.set(key, enrolment.counter);
    const secret = accountOf(enrolment, NO_ID).key;
    const serial = ledger.rowOf(key)?.serial ?? row.serial ?? `any fob ${line}`;
    const token = tokenOf(serial, '', { ...enrolment, secret }, userOf(row));
    try {
      checkToken(output, token);
      tokens.push(token);
    } catch (error) {
      if (!isFobError(error, 'bad-input')) throw error;
      bad.push({ line, reason: error.message, next: error.next });
    }
  }
  if (bad.length > 0) throw badLines(bad);
  checkTokens(output, tokens);
  return counters;
}

/**
 * Returns the rows that this batch has yet to write into a file. It writes each of them once: whoever wants a file again
 * has to prove to be the operator.
 * @throws FobError `bad-input` if all are in a file, or the oldest was provisioned too long ago
 */
export function rowsToHandOn(ledger: Ledger, nowMs: number): PlanRow[] {
  const { plan } = ledger;
  const isInFile = ({ key }: PlanRow) => (ledger.rowOf(key)?.handedOnMs ?? null) !== null;
  const rows = plan.rows.filter(row => !isInFile(row));
  if (rows.length === 0) {
    throw badInput(
      `The accounts of ${plan.name} were already written into a file.`,
      'If the batch was run with --export-days, run: passfob inventory export PLAN --out FILE',
    );
  }
  const oldestMs = rows.reduce(
    (least, { key }) => Math.min(least, ledger.rowOf(key)?.changedMs ?? least),
    nowMs,
  );
  if (nowMs - oldestMs <= EXPORT_DAYS_MAX * DAY_MS) return rows;
  throw badInput(
    `Accounts of ${plan.name} were provisioned more than ${EXPORT_DAYS_MAX} days ago, and are not written into a file any more.`,
    'Provision these fobs again: remove their accounts, and use a plan of another name.',
  );
}

/**
 * Writes the accounts of finished rows into a new file, whole or not at all. The history of each fob has an entry before
 * the file exists.
 * @returns how many accounts are in the file
 * @throws FobError `bad-input`, `inventory`
 */
export async function writeRows(
  context: Context,
  ledger: Ledger,
  rows: readonly PlanRow[],
  out: OutFile,
  counters: Counters,
): Promise<number> {
  const { inventory, random, now, operator } = context;
  const tokens = await tokensOf(context, ledger, rows, counters);
  const text = await writeTokens(out, tokens, random);
  await together(inventory, async within => {
    for (const { device, enrolment } of tokens) {
      const detail = exportDetail(enrolment, out.format, operator);
      await addHistory(within, device, 'exported', now(), detail);
    }
  });
  saveNew(out.path, text);
  const keys = rows.map(({ key }) => key);
  await markHandedOn(inventory, ledger.batchId, keys, now());
  return tokens.length;
}

/** @throws FobError `bad-input` that lists the rows whose accounts the inventory has no more */
async function tokensOf(
  { inventory }: Context,
  ledger: Ledger,
  rows: readonly PlanRow[],
  counters: Counters,
): Promise<Token[]> {
  const tokens: Token[] = [];
  const bad: BadLine[] = [];
  for (const row of rows) {
    const { serial = '', accountId } = ledger.rowOf(row.key) ?? {};
    const [pairing] = await pairingsOf(inventory, serial);
    const accounts = pairing ? await accountsOf(inventory, pairing.id) : [];
    const account = accounts.find(({ settings }) => accountIdText(settings.id) === accountId);
    if (pairing && account) {
      const enrolment = keptEnrolment(account, counters.get(row.key) ?? 0);
      tokens.push(tokenOf(serial, pairing.board, enrolment, userOf(row)));
    } else {
      const reason = 'Its account is no longer in the inventory.';
      bad.push({ line: row.line, reason, next: 'Take the line out of the plan.' });
    }
  }
  if (bad.length > 0) throw badLines(bad);
  return tokens;
}

function userOf({ user, upn, label, source }: PlanRow): TokenUser {
  const named = label || (source.from === 'generate' ? source.label : '');
  return { name: user || upn || named, upn };
}

function keptEnrolment({ settings, key }: KeptAccount, counter: number): Enrolment {
  const { kind, algorithm, digits, period, issuer, label } = settings;
  const { question, length, inputs, step } = settings;
  const form = passcodeForm(digits);
  const text = (utf8: Uint8Array) => new TextDecoder().decode(utf8);
  const isOcra = question !== undefined && length !== undefined && inputs !== undefined;
  const suite = isOcra && { suite: { algorithm, digits, question, length, inputs, step: step ?? 0 } };
  return {
    kind: kind as Kind,
    algorithm: algorithm as Algorithm,
    digits: form.length,
    alphabet: form.alphabet,
    period,
    counter,
    ...suite,
    issuer: text(issuer),
    label: text(label),
    secret: key,
    warnings: [],
  };
}
