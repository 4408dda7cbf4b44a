import type { BusFault } from '@passfob/simulator/base/fault-plan';
import { makeRandomness, type Randomness } from '@passfob/simulator/base/randomness';
import { describe, expect, it } from 'vitest';
import { type Birth, births } from '../../../fob/simulation/kit/births.ts';
import { LONG, seedsOrOne } from '../../../kit/counts.ts';
import { describeNeeds } from '../../../kit/tools.ts';
import { storeOf } from '../../emulator/kit/board-memory.ts';
import { bootedFob } from '../../emulator/kit/resting-fob.ts';
import { expectSound, passStart } from '../../emulator/kit/starts.ts';
import { rpPico } from '../board/fob.ts';
import { picoMemory } from '../kit/memory.ts';
import { needsRp2040, type RealFirmware } from '../kit/picos.ts';

/** `PASSFOB_SEED=n` repeats one boot, as the message of a failure says. */
const SEEDS = seedsOrOne(2, 100);
/** In a boot and the first second after it. */
const TRANSFERS = 120;
/** Longer than a part may not be asked after two failures in a row, and the look at it each second. */
const SETTLE_MS = 4_000;

/** Draws on which transfers the bus fails, and how. */
function busFaults(chance: Randomness): Readonly<Record<number, BusFault>> {
  const kind = chance.pick<BusFault | 'none'>(['fail', 'late', 'hang', 'none', 'none']);
  const bus: Record<number, BusFault> = {};
  if (kind === 'none') return bus;
  // From the rarest to all of them.
  const every = 1 + chance.below(chance.below(2) === 0 ? 8 : TRANSFERS);
  for (let at = 1 + chance.below(every); at <= TRANSFERS; at += every) bus[at] = kind;
  return bus;
}

/**
 * A refused transfer takes no time here, so that all tries of a bad bus fall into the first moments. A clock module that is silent
 * through all of them counts as one that may have lost its number: the person is asked, and the hold asks it again.
 */
const SILENT_CLOCK = 'The clock module lost';
const GO_ON_MS = 1_200;

/** Returns whether the person was asked about the clock module. */
async function bootOnce(seed: number, firmware: RealFirmware, born: Birth): Promise<boolean> {
  const chance = makeRandomness(seed, 'boots');
  const [at, presses] = [busFaults(chance), chance.below(2) * chance.below(6)];
  const board = rpPico({ ...firmware.chip, storage: storeOf(born.image), seed, faults: { bus: { at } } });
  const seen = new Set<string>();
  board.onScreen(() => seen.add(board.screen().text.join(' ')));
  try {
    passStart(board, chance, presses);
    board.setFaults();
    board.advance(SETTLE_MS);
    const isAsked = board.screen().text.join(' ').startsWith(SILENT_CLOCK);
    if (isAsked) board.press(0, GO_ON_MS);
    if (isAsked) board.advance(SETTLE_MS);
    await expectSound(bootedFob(board), born, length => chance.bytes(length), 'rpi-pico');
    expect([...seen].join('\n')).not.toContain('Memory damaged');
    expect(board.violations.join()).toBe('');
    expect(board.consoleText()).not.toContain('Uncaught');
    return isAsked;
  } catch (error) {
    const trial = `${presses} presses, ${Object.values(at)[0]} at ${Object.keys(at).slice(0, 9)}`;
    throw new Error(`PASSFOB_SEED=${seed}: ${trial}; seen: ${[...seen].join(' / ')}`, { cause: error });
  } finally {
    board.close();
  }
}

describeNeeds(needsRp2040(), 'starts of an rpi-pico', firmwares => {
  describe.each(firmwares)('$name', { ...LONG, timeout: 7_200_000 }, firmware => {
    it('a fob shows the list of accounts after each boot, whatever its bus and its person did meanwhile', async () => {
      const [born] = await births('rpi-pico');
      if (born === undefined) throw new Error('no fob is born');
      const image = picoMemory(born.image, firmware.chip.program);
      const failures: string[] = [];
      let asked = 0;
      const start = performance.now();
      for (const seed of SEEDS) {
        try {
          if (await bootOnce(seed, firmware, { ...born, image })) asked++;
        } catch (error) {
          failures.push(`${error}: ${error instanceof Error ? error.cause : ''}`);
        }
      }
      const seconds = ((performance.now() - start) / 1000).toFixed(0);
      console.log(
        `${SEEDS.length} boots from seed ${SEEDS[0]}, ${failures.length} failures, ${asked} with a question, in ${seconds} s`,
      );
      expect(failures).toEqual([]);
    });
  });
});
