import type { BusFault } from '@passfob/simulator/base/fault-plan';
import { makeRandomness, type Randomness } from '@passfob/simulator/base/randomness';
import { expect, it } from 'vitest';
import { type Birth, births } from '../../../fob/simulation/kit/births.ts';
import { LONG, seedsOrOne } from '../../../kit/counts.ts';
import { describeNeeds } from '../../../kit/tools.ts';
import { boardMemory, storeOf } from '../kit/board-memory.ts';
import { type BoardFirmware, builtBoard, needsBoardFirmware } from '../kit/built-board.ts';
import { bootedFob } from '../kit/resting-fob.ts';
import { expectSound, passStart } from '../kit/starts.ts';

/** `PASSFOB_SEED=n` repeats one boot, as the message of a failure says. */
const SEEDS = seedsOrOne(2, 100);
/** In a boot and the first second after it. */
const TRANSFERS = 120;
/** Longer than a part may not be asked after two failures in a row, and the look at it each second. */
const SETTLE_MS = 4_000;
/** As far as Espruino names. */
const OSCILLATOR_PPM_MAX = 100_000;
/**
 * Espruino's clock jumps ahead with a slow oscillator, within the wait for a write, too. The EEPROM then does not answer,
 * and is asked again.
 */
const ASKED_TOO_SOON = 'AT24C32 addressed during its write time';

interface Trial {
  readonly told: string;
  readonly oscillatorPpm: number;
  readonly crystal: boolean;
  readonly usbWaitTicks: number;
  readonly isPlugged: boolean;
  readonly bus: Readonly<Record<number, BusFault>>;
  readonly presses: number;
}

function trialOf(chance: Randomness): Trial {
  const oscillatorPpm = chance.below(2 * OSCILLATOR_PPM_MAX) - OSCILLATOR_PPM_MAX;
  const [crystal, isPlugged] = [chance.below(2) === 0, chance.below(4) > 0];
  const usbWaitTicks = chance.below(13);
  const presses = chance.below(2) * chance.below(6);
  const kind = chance.pick<BusFault | 'none'>(['fail', 'late', 'hang', 'none', 'none']);
  // From the rarest to all of them.
  const every = 1 + chance.below(chance.below(2) === 0 ? 8 : TRANSFERS);
  const first = 1 + chance.below(every);
  const bus: Record<number, BusFault> = {};
  if (kind !== 'none') for (let at = first; at <= TRANSFERS; at += every) bus[at] = kind;
  const trouble = kind === 'none' ? 'good bus' : `${kind} from ${first} each ${every}`;
  const told = `${oscillatorPpm} ppm, crystal ${crystal}, ${usbWaitTicks} ticks, plugged ${isPlugged}, ${presses} presses, ${trouble}`;
  return { told, oscillatorPpm, crystal, usbWaitTicks, isPlugged, bus, presses };
}

async function bootOnce(
  seed: number,
  { bytes: firmware, board: name }: BoardFirmware,
  born: Birth,
): Promise<void> {
  const virtualBoard = await builtBoard();
  const chance = makeRandomness(seed, 'boots');
  const trial = trialOf(chance);
  const storage = storeOf(born.image);
  const board = virtualBoard({
    board: name,
    firmware,
    storage,
    seed,
    ...trial,
    faults: { bus: { at: trial.bus } },
  });
  const seen = new Set<string>();
  board.onScreen(() => seen.add(board.screen().text.join(' ')));
  try {
    board.setUsb(trial.isPlugged);
    passStart(board, chance, trial.presses);
    board.setFaults();
    // Without a cable it sleeps, which costs no time here.
    board.setUsb(false);
    board.advance(SETTLE_MS);
    board.setUsb(true);
    await expectSound(bootedFob(board), born, length => chance.bytes(length), name);
    expect([...seen].join('\n')).not.toContain('Memory damaged');
    const mayBeTooSoon = trial.oscillatorPpm < 0;
    expect(board.violations.filter(told => !mayBeTooSoon || told !== ASKED_TOO_SOON).join()).toBe('');
    expect(board.consoleText()).not.toContain('Uncaught');
  } catch (error) {
    throw new Error(`PASSFOB_SEED=${seed}: ${trial.told}; seen: ${[...seen].join(' / ')}`, { cause: error });
  } finally {
    board.close();
  }
}

describeNeeds(needsBoardFirmware(), "boots of the fob on Espruino's own firmware", firmwares => {
  it.each(firmwares)(
    '$name shows the list of accounts after each boot, whatever its clocks, its bus and its person did meanwhile',
    { ...LONG, timeout: 7_200_000 },
    async firmware => {
      const [born] = await births(firmware.board);
      if (born === undefined) throw new Error('no fob is born');
      const image = boardMemory(born.image, firmware.bytes, firmware.board);
      const failures: string[] = [];
      for (const seed of SEEDS) {
        try {
          await bootOnce(seed, firmware, { ...born, image });
        } catch (error) {
          failures.push(`${error}: ${error instanceof Error ? error.cause : ''}`);
        }
      }
      console.log(`${SEEDS.length} boots from seed ${SEEDS[0]}, ${failures.length} failures`);
      expect(failures).toEqual([]);
    },
  );
});
