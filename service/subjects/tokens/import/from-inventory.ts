import { KIND_HOTP, KIND_OCRA } from '@passfob/protocol/account';
import { passcodeForm } from 'passfob/enrol/alphabets';
import { badInput } from 'passfob/enrol/enrolment';
import { type ExportedInventory, readExported } from 'passfob/inventory/exported';
import { openWithPassword } from 'passfob/inventory/password-file';
import type { AlgorithmName } from '../../../base/kinds.ts';
import { isChecked, parseSuite } from '../../../base/ocra-suite.ts';
import { tokenTexts } from '../../../base/texts/tokens.ts';
import type { FobItem, ImportDraft, TokenItem, UserSource } from './items.ts';

type ExportedFob = ExportedInventory['fobs'][number];
type ExportedAccount = ExportedFob['accounts'][number];

const texts = tokenTexts.imports;

/** The kinds of file that `passfob handover give` and `passfob inventory backup` write. */
const FILE_KINDS = ['handover', 'backup'] as const;

/** Indexed by the number on the wire. */
const ALGORITHMS: readonly (AlgorithmName | undefined)[] = [undefined, 'sha1', 'sha256', 'sha512'];

/**
 * Returns the inventory in a file of the host tool, written by `handover give` or `inventory backup`.
 *
 * @throws FobError `bad-input`: another file, damaged, or another password
 */
export async function openInventoryFile(bytes: Uint8Array, password: string): Promise<ExportedInventory> {
  const start = Buffer.from(bytes.subarray(0, 32)).toString('latin1');
  const kind = FILE_KINDS.find(one => start.startsWith(`passfob ${one} `));
  if (kind === undefined)
    throw badInput(
      'The file is not a handover file of passfob.',
      'Make it with: passfob handover give SERIAL --out FILE',
    );
  const plain = await openWithPassword(kind, bytes, password);
  try {
    return readExported(plain.toString('utf8'));
  } finally {
    plain.fill(0);
  }
}

/** Returns a row for every fob of an inventory, each before the rows of its accounts. */
export function draftsOfInventory(exported: ExportedInventory, userFrom: UserSource): ImportDraft[] {
  return exported.fobs.flatMap(fob => {
    const { serial } = fob.pairing;
    try {
      return draftsOfFob(fob, userFrom);
    } catch {
      return [said(texts.fobPlace(String(serial)), 'refused', texts.damaged, texts.correct)];
    }
  });
}

function draftsOfFob(fob: ExportedFob, userFrom: UserSource): ImportDraft[] {
  const { serial, state } = fob.pairing;
  const place = texts.fobPlace(serial);
  if (state === 'erased') return [said(place, 'skipped', texts.erased, '')];
  if (fob.secrets === undefined) return [said(place, 'refused', texts.damaged, texts.correct)];
  const accounts = fob.accounts.map(account => draftOfAccount(fob, account, userFrom));
  if (state === 'pending') return [said(place, 'skipped', texts.pending, texts.verify), ...accounts];
  const item: FobItem = {
    what: 'fob',
    serial,
    board: fob.pairing.board,
    firmware: fob.pairing.firmware,
    deviceSecret: fob.secrets.device_secret,
    pairingKey: fob.secrets.pairing_key,
    recoveryKey: fob.secrets.recovery_key,
    ...(fob.next_recovery_key !== undefined && { nextRecoveryKey: fob.next_recovery_key }),
    clock: clockOf(fob),
  };
  return [{ place, issuer: '', label: '', warnings: [], outcome: { state: 'ok', item } }, ...accounts];
}

function clockOf({ clocks }: ExportedFob): FobItem['clock'] {
  const last = clocks.filter(({ is_set }) => is_set === 1).at(-1);
  if (last === undefined) return null;
  const { difference_ms, drift_ppm } = last;
  const errorMs = difference_ms === null ? null : Math.round(difference_ms);
  return { setMs: last.read_ms, errorMs, driftPpm: drift_ppm };
}

function draftOfAccount(fob: ExportedFob, account: ExportedAccount, userFrom: UserSource): ImportDraft {
  const { serial, holder } = fob.pairing;
  const place = texts.accountPlace(serial, account.account_id);
  const names = { issuer: account.issuer, label: account.label };
  const suite = account.kind === KIND_OCRA ? parseSuite(account.suite ?? '') : undefined;
  if (account.kind === KIND_OCRA && !isChecked(suite)) return said(place, 'skipped', texts.ocra, '', names);
  if (account.state === 'pending' || fob.pairing.state === 'pending')
    return said(place, 'skipped', texts.pending, texts.verify, names);
  const algorithm = ALGORITHMS[account.algorithm];
  if (algorithm === undefined) return said(place, 'refused', texts.damaged, texts.correct, names);
  const { alphabet, length } = passcodeForm(account.digits);
  const isHotp = account.kind === KIND_HOTP;
  const item: TokenItem = {
    what: 'token',
    // A fob holds several accounts; with the account's id appended, the token is still found by the fob's number.
    serial: `${serial}-${account.account_id}`,
    fob: serial,
    user: userFrom === 'holder' ? holder : userFrom === 'label' ? account.label : null,
    kind: suite === undefined ? (isHotp ? 'hotp' : 'totp') : 'ocra',
    algorithm,
    alphabet,
    digits: length,
    period: isHotp || suite !== undefined ? null : account.period,
    ...(suite !== undefined && { suite: suite.text }),
    counter: 0,
    ...names,
    secret: account.key,
  };
  const warnings = isHotp || suite?.isCounted === true ? [texts.counterUnknown] : [];
  return { place, ...names, warnings, outcome: { state: 'ok', item } };
}

function said(
  place: string,
  state: 'skipped' | 'refused',
  reason: string,
  next: string,
  names = { issuer: '', label: '' },
): ImportDraft {
  return { place, ...names, warnings: [], outcome: { state, reason, next } };
}
