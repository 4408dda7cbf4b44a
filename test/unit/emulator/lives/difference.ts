import { type BoardName, boot } from '@passfob/simulator';
import type { Birth } from '../../../fob/simulation/kit/births.ts';
import type { MakeFob } from '../../../fob/simulation/kit/life.ts';
import { meet, ScenarioSide, scenarioOf } from './both-kinds.ts';

const STEPS = 14;

/**
 * Messages end, and displays go off, some time after the work before, which takes one side longer: a difference in what
 * is seen must last.
 */
const LASTING_MS = 6_500;
const LOOKS = 4;

/** What a screen says that stays; a message has no hint, and the same press would dismiss it on one side only. */
const STAYS = /Hold|dark/;

/** Waits until no message is left that would end sooner on one side, and no view has ended on one side only. */
function awaitScreens(sides: readonly ScenarioSide[]): void {
  if (sides.every(side => STAYS.test(side.seen()))) return;
  for (let looks = 0; looks < LOOKS; looks++) {
    for (const { fob } of sides) fob.advance(LASTING_MS);
    if (new Set(sides.map(side => side.seen())).size === 1) return;
  }
}

/** Tells what both sides see, once they see the same or do not come to it. */
function seenBy(sides: readonly ScenarioSide[]): readonly string[] {
  for (let looks = 1; ; looks++) {
    const seen = sides.map(side => side.seen());
    if (looks === LOOKS || seen[0] === seen[1]) return seen;
    for (const { fob } of sides) fob.advance(LASTING_MS);
    meet(sides);
  }
}

/**
 * Plays a scenario on both kinds of fob. Returns the first difference; undefined if there is none.
 *
 * @param onBoard `born`, with the memory of a virtual board
 */
export async function difference(
  seed: number,
  born: Birth,
  onBoard: Birth,
  make: MakeFob,
  board: BoardName = 'pico',
): Promise<string | undefined> {
  const imitated = new ScenarioSide(born, seed, boot, board);
  const virtual = new ScenarioSide(onBoard, seed, make, board);
  const told: string[] = [];
  try {
    for (const { name, deed } of scenarioOf(seed, STEPS, born)) {
      told.push(name);
      awaitScreens([imitated, virtual]);
      meet([imitated, virtual], born.aheadMs);
      const results = [await deed(imitated), await deed(virtual)];
      meet([imitated, virtual]);
      const typed = [imitated, virtual].map(side => side.typed());
      const seen = seenBy([imitated, virtual]);
      const [one, other] = [0, 1].map(at => `${results[at] ?? ''}; ${seen[at]}; ${typed[at]}`);
      if (one !== other)
        return `PASSFOB_SEED=${seed}: ${told.join(', ')}:\n  imitated: ${one}\n  virtual:  ${other}`;
    }
    return virtual.fob.violations.length > 0 ? `PASSFOB_SEED=${seed}: ${virtual.fob.violations}` : undefined;
  } finally {
    await imitated.driver.close();
    await virtual.driver.close();
  }
}
