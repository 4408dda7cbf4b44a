import { basename } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeNeeds } from '../../../kit/tools.ts';
import type { Change } from '../../../tools/mutants/defect.ts';
import { needsFirmware } from '../kit/built-board.ts';
import { linkWithout } from './client-without.ts';
import { fobWithout } from './fob-without.ts';
import { answerTo, cableOf } from './hello.ts';
import { WITHOUT } from './mends.ts';

afterEach(() => void vi.useRealTimers());

const BOOT_MS = 900;
/**
 * Longer than a fob takes for the longest of these frames, also where Espruino misses the end of a read on the bus, which
 * costs 0.8 seconds.
 */
const ANSWER_MS = 1_400;
/** Characters in front of each frame, so that it takes one to four packets. */
const NOISES = [94, 131, 205, 22, 59, 168, 133, 170, 207, 61] as const;
/** The releases that pass on only the first of several packets that wait. */
const IS_LOSING = /\b2v2[6-9]$/;

/** Sends frames; returns how many were lost, and whether this firmware is known to lose some. */
async function lossOf(
  path: string,
  { owner = [], fob = [] }: { readonly owner?: readonly Change[]; readonly fob?: readonly Change[] },
): Promise<{ lost: number; isLosing: boolean }> {
  const board = await fobWithout(path, fob);
  const { Link, hostPrimitives } = await linkWithout(...owner);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  board.advance(BOOT_MS);
  const link = new Link(cableOf(board), hostPrimitives);
  // A first short frame shows whether the fob answers packets, and which version it has.
  const hello = await answerTo(board, link, { number: 0, noise: 0, waitMs: ANSWER_MS });
  const version = /2v\d+(?:\.\d+)?/.exec(hello ?? '')?.[0] ?? '';
  expect(version).not.toBe('');
  let lost = 0;
  for (const [index, noise] of NOISES.entries()) {
    const answer = await answerTo(board, link, { number: index + 1, noise, waitMs: ANSWER_MS });
    if (answer === undefined) lost++;
  }
  expect(board.violations).toEqual([]);
  board.close();
  return { lost, isLosing: IS_LOSING.test(version) };
}

describeNeeds(needsFirmware(), 'frames on the USB port of a virtual board', paths => {
  describe.each(paths.map(path => [basename(path), path]))('%s', (_name, path) => {
    it('no frame is lost in packets that the fob answers', async () =>
      expect((await lossOf(path, {})).lost).toBe(0));

    it('frames that an owner sends at once are lost by versions from 2v26 to 2v29', async () => {
      const { lost, isLosing } = await lossOf(path, { owner: [WITHOUT.pacing] });
      expect(lost > 0).toBe(isLosing);
    });

    it('frames are lost by versions from 2v26 to 2v29 if the fob does not answer packets', async () => {
      const { lost, isLosing } = await lossOf(path, { fob: [WITHOUT.packetAnswers] });
      expect(lost > 0).toBe(isLosing);
    });
  });
});
