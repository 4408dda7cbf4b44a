import { shellWord } from '../errors.ts';
import { readBoardName } from '../flash/boards.ts';
import { type FobQuery, fobRecord, type KnownFob, knownPairings } from '../inventory/fobs.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { observationOf } from '../inventory/observations.ts';
import { type Pairing, pairingsOf } from '../inventory/pairings.ts';
import { crystalPpmOf } from '../owner/boards.ts';
import { type HealthFacts, type HealthFinding, healthOf } from '../owner/health.ts';
import { healthText } from '../owner/health-texts.ts';
import type { ObservedFob } from '../owner/observe.ts';
import { newestFirmware } from './newest-firmware.ts';
import { lastSetting, observedFrom } from './observed.ts';

/** A finding about a fob, in words and for programs. */
export type ReportedFinding = Readonly<Record<string, unknown>> & {
  readonly kind: HealthFinding['kind'];
  /** May hold names from the fob: make it safe to print. */
  readonly sentence: string;
  /** What to do. */
  readonly next: string;
};

/** Returns what the owner knows about a fob's board and its clock. */
export async function healthFacts(
  inventory: Inventory,
  pairing: Pick<Pairing, 'id'>,
  board: string,
): Promise<HealthFacts> {
  return {
    crystalPpm: crystalPpmOf(board),
    newestFirmware: newestFirmware(board),
    lastSetMs: await lastSetting(inventory, pairing.id),
  };
}

/**
 * Describes findings, each with the next step of a command-line owner.
 * @param waitsForHold whether the fob asked for a hold before its clock could be set
 */
export function reported(
  fob: ObservedFob,
  findings: readonly HealthFinding[],
  waitsForHold = false,
): ReportedFinding[] {
  return findings.map(finding => ({
    ...documentOf(finding),
    sentence: healthText(finding),
    next: waitsForHold && isAboutTime(finding) ? holdNext(fob) : nextOf(fob, finding),
  }));
}

/** Whether setting the clock mends a finding. */
export function isAboutTime({ kind }: HealthFinding): boolean {
  return kind === 'clock-unset' || kind === 'clock-stale' || kind === 'clock-off';
}

function holdNext({ serial }: ObservedFob): string {
  return `Run: passfob care --hold --device ${shellWord(serial)}, and hold its button for a second.`;
}

function documentOf(finding: HealthFinding) {
  if (finding.kind !== 'damaged-account') return finding;
  const { id, issuer, label } = finding.account;
  return { kind: finding.kind, account: { id: hex(id), issuer, label } };
}

function nextOf(fob: ObservedFob, finding: HealthFinding): string {
  const { serial, board, status } = fob;
  const on = `--device ${shellWord(serial)}`;
  switch (finding.kind) {
    case 'clock-unset':
    case 'clock-stale':
      return `Run: passfob care ${on}`;
    case 'clock-off':
      return finding.needsHold ? holdNext(fob) : `Run: passfob care ${on}`;
    case 'drift-high':
      return `Compare again in a day: passfob clock ${on}. If it stays, replace its clock.`;
    case 'battery-low':
      return 'Charge its battery, or replace it.';
    case 'old-firmware':
      return isFlashable(board) ? `Run: passfob update ${on}` : 'Update its firmware.';
    case 'pin-to-be-chosen':
      return 'Press its button, and choose a PIN on it.';
    case 'locked':
      return finding.attemptsLeft === 0
        ? `Run: passfob pin reset ${on}`
        : 'Enter the PIN on it to have its accounts checked.';
    case 'memory-went-back':
      return finding.isSure
        ? `Ask who had the fob. To end the warning, set its policy: passfob pin policy --attempts ${status?.policy.attempts ?? 10} ${on}`
        : `Ask who had the fob. If only its clock module was without power, run with the fob in your hand: passfob care --acknowledge ${shellWord(serial)} ${on}`;
    case 'cannot-reset-pin':
      return `Run, while it is open: passfob pin escrow ${on}`;
    case 'damaged-account':
      return `Run: passfob remove ${hex(finding.account.id)} ${on}, then enrol the account again.`;
    case 'full':
      return 'Remove an account before you enrol another.';
  }
}

function isFlashable(board: string): boolean {
  try {
    readBoardName(board);
    return true;
  } catch {
    return false;
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** A fob of the inventory with its health, as it was when the fob last told its state. */
export interface KnownHealth {
  /** Time of the last session, ISO 8601; null for a fob that was not reached since its owner's passfob notes it. */
  readonly lastSeen: string | null;
  /** Time at which it told the rest; null for never, like the rest. */
  readonly observed: string | null;
  readonly batteryPercent: number | null;
  readonly health: readonly ReportedFinding[] | null;
}

/** Returns the fobs with keys in this inventory and their health, by serial, without asking any fob. */
export async function fobsWithHealth(
  inventory: Inventory,
  query: FobQuery,
  nowMs: number,
): Promise<(KnownFob & KnownHealth)[]> {
  const known = await knownPairings(inventory, query, nowMs);
  return Promise.all(known.map(({ pairing, fob }) => withHealth(inventory, pairing, fob)));
}

/**
 * Returns all data of a fob except secrets, with its health, even if it was erased, without asking the fob.
 * @throws FobError `not-in-inventory`
 */
export async function recordWithHealth(inventory: Inventory, serial: string, nowMs: number) {
  const record = await fobRecord(inventory, serial, nowMs);
  const [pairing] = await pairingsOf(inventory, serial);
  const fob = record.fob && pairing ? await withHealth(inventory, pairing, record.fob) : null;
  return { ...record, fob };
}

async function withHealth(
  inventory: Inventory,
  pairing: Pairing,
  fob: KnownFob,
): Promise<KnownFob & KnownHealth> {
  const seen = await observationOf(inventory, pairing.id);
  const lastSeen = seen === undefined ? null : iso(seen.seenMs);
  if (seen?.told === undefined) {
    return { ...fob, lastSeen, observed: null, batteryPercent: null, health: null };
  }
  const { atMs, observed: stored } = seen.told;
  const observed = observedFrom(stored);
  const facts = await healthFacts(inventory, pairing, observed.board);
  const findings = healthOf(observed, facts).filter(finding => !isMended(finding, pairing, facts, atMs));
  return {
    ...fob,
    firmware: observed.firmware,
    lastSeen,
    observed: iso(atMs),
    batteryPercent: observed.status?.batteryPercent ?? null,
    health: reported(observed, findings),
  };
}

/** Whether the inventory has noted, since the fob told its state, that the finding's cause is gone. */
function isMended(
  finding: HealthFinding,
  { escrowed_ms }: Pairing,
  { lastSetMs }: HealthFacts,
  sinceMs: number,
): boolean {
  if (isAboutTime(finding)) return (lastSetMs ?? 0) > sinceMs;
  return finding.kind === 'cannot-reset-pin' && (escrowed_ms ?? 0) > sinceMs;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
