import type { Kind } from '@passfob/protocol/account';
import type { Algorithm } from '@passfob/protocol/primitives';
import { passcodeForm } from '../enrol/alphabets.ts';
import { badInput, type Enrolment } from '../enrol/enrolment.ts';
import { isFobError } from '../errors.ts';
import { writeEntra } from '../formats/write/tables.ts';
import { type Token, tokenOf } from '../formats/write/token.ts';
import { accountIdText, accountsOf, type KeptAccount } from '../inventory/accounts.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { pairingsOf } from '../inventory/pairings.ts';
import { type BadLine, badLines, enrolmentOf, type PlanRow } from './plan.ts';
import type { ReportRow } from './report.ts';

/** A completed row with all a service needs to validate the fob's passcodes. Contains the secret. */
export interface UploadRow extends Pick<ReportRow, 'serial' | 'upn'> {
  readonly account: KeptAccount;
  readonly board: string;
}

/** Returns the completed rows of a report with their secrets from the inventory. @throws FobError `inventory` */
export async function uploadRows(inventory: Inventory, rows: readonly ReportRow[]): Promise<UploadRow[]> {
  const found: UploadRow[] = [];
  for (const { state, serial, upn, accountId } of rows) {
    if (state !== 'done') continue;
    const [pairing] = await pairingsOf(inventory, serial);
    const accounts = pairing ? await accountsOf(inventory, pairing.id) : [];
    const account = accounts.find(({ settings }) => accountIdText(settings.id) === accountId);
    if (pairing && account) found.push({ serial, upn, account, board: pairing.board });
  }
  return found;
}

export type UploadFormat = 'entra';

/**
 * Writes a file that a service imports unchanged, with the secrets in plain text: the same as `enroll --out-format`
 * writes.
 * @throws FobError `bad-input` for a row that the service would refuse
 */
export function writeUpload(rows: readonly UploadRow[], format: UploadFormat): string {
  switch (format) {
    case 'entra': {
      const tokens = rows.map(({ serial, upn, account, board }) => {
        const enrolment = keptEnrolment(account);
        // A fob may hold several accounts, so the serial number contains the fob's serial and the account's names.
        return { ...tokenOf(serial, board, enrolment), enrolment: { ...enrolment, label: upn } };
      });
      for (const token of tokens) checkEntra(token);
      return writeEntra(tokens);
    }
  }
}

/**
 * Checks that the service would accept every row, before any fob is provisioned.
 * @throws FobError `bad-input` that lists the rows it would refuse
 */
export async function checkUpload(rows: readonly PlanRow[], format: UploadFormat): Promise<void> {
  const bad: BadLine[] = [];
  switch (format) {
    case 'entra':
      for (const row of rows) {
        const enrolment = await enrolmentOf(row, length => new Uint8Array(length).fill(1));
        const token = { ...tokenOf('PF', '', enrolment), enrolment: { ...enrolment, label: row.upn } };
        try {
          checkEntra(token);
        } catch (error) {
          if (!isFobError(error, 'bad-input')) throw error;
          bad.push({ line: row.line, reason: error.message, next: error.next });
        }
      }
  }
  if (bad.length > 0) throw badLines(bad);
}

/** @throws FobError `bad-input` */
function checkEntra(token: Token): void {
  if (token.enrolment.label === '') throw badInput('Entra ID wants a upn.', 'Fill in the column upn.');
  writeEntra([token]);
}

function keptEnrolment({ settings, key }: KeptAccount): Enrolment {
  const { kind, algorithm, digits, period, issuer, label } = settings;
  const form = passcodeForm(digits);
  const text = (utf8: Uint8Array) => new TextDecoder().decode(utf8);
  return {
    kind: kind as Kind,
    algorithm: algorithm as Algorithm,
    digits: form.length,
    alphabet: form.alphabet,
    period,
    counter: 0,
    issuer: text(issuer),
    label: text(label),
    secret: key,
    warnings: [],
  };
}
