import { KIND_HOTP, KIND_TOTP } from '@passfob/protocol/account';
import { type BoardName, memoryStore } from '@passfob/simulator';
import { BangleDriver } from '../../../fob/conformance/banglejs2-driver.ts';
import { ascii, Owner } from '../../../fob/conformance/owner.ts';
import { PicoHidDriver } from '../../../fob/conformance/pico-hid-driver.ts';
import { SimulatorDriver } from '../../../fob/conformance/simulator-driver.ts';
import { RFC4226_KEY } from '../../../fob/conformance/vectors.ts';

export const LIVES_BOARDS = [
  'pico',
  'pico-hid',
  'rpi-pico',
  'banglejs2',
] as const satisfies readonly BoardName[];
export type LivesBoard = (typeof LIVES_BOARDS)[number];

const START_UTC = 1_800_000_000;
/** Longer than any message stays. */
const SETTLE_MS = 10_000;

/** A fob that is switched off, as `worker.mjs` takes it. */
export interface KeptFob {
  readonly board: LivesBoard;
  /** Base64. */
  readonly memories: string;
  /** How far its clock is ahead of virtual time; absent where it shows values of a counter, from 0. */
  readonly aheadMs?: number;
}

const DRIVERS = {
  pico: SimulatorDriver,
  'pico-hid': PicoHidDriver,
  'rpi-pico': SimulatorDriver,
  banglejs2: BangleDriver,
};

/**
 * Makes a fob with one account of the key of RFC 4226: TOTP where a battery keeps the time of a fob that is off, HOTP on
 * the watch.
 */
export async function keptFob(board: LivesBoard): Promise<KeptFob> {
  const storage = memoryStore();
  const driver = new DRIVERS[board]({ storage }, board);
  const owner = new Owner(driver);
  await owner.pair();
  const keepsTime = board !== 'banglejs2';
  await owner.setClock(START_UTC);
  const { utc } = await owner.client.call('clock', {});
  const aheadMs = utc * 1_000 - driver.fob.now();
  const kind = keepsTime ? KIND_TOTP : KIND_HOTP;
  const period = keepsTime ? 30 : 0;
  await owner.put({ secret: RFC4226_KEY, kind, period, issuer: ascii('Lives'), label: ascii('bob') });
  await driver.advance(SETTLE_MS);
  await driver.close();
  const memories = Buffer.from(storage.load() ?? []).toString('base64');
  return { board, memories, ...(keepsTime && { aheadMs }) };
}
