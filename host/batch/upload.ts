import { base32 } from '@scure/base';
import { KIND_TOTP } from '../../protocol/account.ts';
import { SHA1, SHA256 } from '../../protocol/primitives.ts';
import { FobError } from '../errors.ts';
import { accountIdText, accountsOf, type KeptAccount } from '../inventory/accounts.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { pairingsOf } from '../inventory/pairings.ts';
import { writeCsv } from './csv.ts';
import type { ReportRow } from './report.ts';

/** A row that is done, with what a service must know to take the fob's passcodes. Holds the secret. */
export interface UploadRow extends Pick<ReportRow, 'line' | 'serial' | 'upn'> {
  readonly account: KeptAccount;
  readonly board: string;
}

/** The done rows of a report with their secrets from the inventory. @throws FobError `inventory` */
export async function uploadRows(inventory: Inventory, rows: readonly ReportRow[]): Promise<UploadRow[]> {
  const found: UploadRow[] = [];
  for (const { line, state, serial, upn, accountId } of rows) {
    if (state !== 'done') continue;
    const [pairing] = await pairingsOf(inventory, serial);
    const accounts = pairing ? await accountsOf(inventory, pairing.id) : [];
    const account = accounts.find(({ settings }) => accountIdText(settings.id) === accountId);
    if (pairing && account) found.push({ line, serial, upn, account, board: pairing.board });
  }
  return found;
}

export type UploadFormat = 'entra';

/**
 * A file that a service takes as it is, with the secrets in clear.
 * @throws FobError `bad-input` for a row that the service would refuse
 */
export function writeUpload(rows: readonly UploadRow[], format: UploadFormat): string {
  switch (format) {
    case 'entra':
      return entraFile(rows);
  }
}

const ENTRA_HEADING = ['upn', 'serial number', 'secret key', 'time interval', 'manufacturer', 'model'];

/** Microsoft Entra ID, OATH hardware tokens: TOTP of 6 digits, every 30 or 60 seconds, with SHA-1 or SHA-256. */
function entraFile(rows: readonly UploadRow[]): string {
  const records = rows.map(({ line, serial, upn, account, board }) => {
    const { kind, algorithm, digits, period } = account.settings;
    const fits =
      kind === KIND_TOTP &&
      [SHA1, SHA256].some(one => one === algorithm) &&
      digits === 6 &&
      [30, 60].includes(period);
    if (!fits || upn === '') {
      throw new FobError('bad-input', {
        sentence: `Line ${line} of the plan is nothing that Entra ID takes.`,
        next: 'It takes TOTP of 6 digits every 30 or 60 seconds, with SHA-1 or SHA-256, and wants a upn.',
      });
    }
    const secret = base32.encode(account.key).replace(/=+$/, '');
    return [upn, serial, secret, String(period), 'Passfob', board];
  });
  return writeCsv([ENTRA_HEADING, ...records]);
}
