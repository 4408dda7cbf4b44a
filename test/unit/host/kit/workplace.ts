import { randomBytes } from 'node:crypto';
import { connect } from 'passfob/client/client';
import type { Context, FobAtHand, Progress } from 'passfob/commands/context';
import { pair } from 'passfob/commands/pair';
import { FobError } from 'passfob/errors';
import { openInventory } from 'passfob/inventory/inventory';
import { expect, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../../kit/folder.ts';
import { secret } from '../../../kit/secrets.ts';
import { type Cable, type CableOptions, CoreFob } from './core-fob.ts';

/** An owner with an inventory, and the reports of its commands. */
export interface Workplace {
  readonly context: Context;
  readonly reported: Progress[];
}

/** Just before a whole second, where time stands still: this sets a clock without a second of waiting. */
const NOW_MS = 1_770_000_000_990;

/** @param fob whose button is held whenever a command asks for it */
export function workplace(fob?: CoreFob): Workplace {
  const inventory = openInventory(temporaryFolder());
  onTestFinished(() => inventory.close());
  const reported: Progress[] = [];
  return {
    reported,
    context: {
      inventory,
      now: () => NOW_MS,
      random: length => secret(new Uint8Array(randomBytes(length))),
      report(progress) {
        reported.push(progress);
        if (progress.event === 'press-needed') fob?.approve();
      },
    },
  };
}

const PATIENCE = { answerTimeoutMs: 5_000, sendsMax: 1 };

/** A fob on a new cable that has said hello. */
export async function atHand(fob: CoreFob, options: CableOptions = {}): Promise<FobAtHand> {
  const client = connect(fob.plugIn(options).transport, { patience: PATIENCE });
  return { address: 'cable', client, hello: await client.hello() };
}

/**
 * A fob paired with a workplace and plugged in. Paired over a cable of version 1 it has neither time nor recovery
 * key.
 */
export async function pairedAt(
  place: Workplace,
  fob: CoreFob,
  options: CableOptions = {},
): Promise<FobAtHand> {
  await pair(place.context, await atHand(fob, options), { askCode: async () => fob.code });
  return atHand(fob);
}

/** A fob with its owner, paired and plugged in. */
export async function owned(options: CableOptions = {}, fob = new CoreFob()) {
  const owner = workplace(fob);
  return { fob, owner, atFob: await pairedAt(owner, fob, options) };
}

/**
 * Runs a piece of work over a cable that is pulled at the nth frame of one direction, the frame lost with it, and
 * returns the outcome. The hello counts as a frame.
 */
export async function cutAt(
  fob: CoreFob,
  way: 'toFob' | 'toHost',
  at: number,
  work: (fob: FobAtHand) => Promise<unknown>,
  options: CableOptions = {},
): Promise<'done' | FobError> {
  const cable: Cable = fob.plugIn({
    ...options,
    [way]: (frame: string, n: number) => {
      if (n !== at) return options[way]?.(frame, n) ?? frame;
      cable.cut(new FobError('unplugged', { subject: 'cable' }));
      return '';
    },
  });
  const client = connect(cable.transport, { patience: PATIENCE });
  try {
    await work({ address: 'cable', client, hello: await client.hello() });
    return 'done';
  } catch (error) {
    if (error instanceof FobError) return error;
    throw error;
  }
}

/** Runs a piece of work with a cut at each frame of each direction, until the work is done before the cut comes. */
export async function forEveryCut(
  prepare: () => Promise<{ fob: CoreFob; owner: Workplace }>,
  work: (owner: Workplace, fob: FobAtHand, core: CoreFob) => Promise<unknown>,
  check: (owner: Workplace, fob: CoreFob) => Promise<void>,
  options: CableOptions = {},
): Promise<number> {
  let cuts = 0;
  for (const way of ['toFob', 'toHost'] as const) {
    for (let at = 1; ; at++) {
      const { fob, owner } = await prepare();
      const outcome = await cutAt(fob, way, at, atFob => work(owner, atFob, fob), options);
      await check(owner, fob);
      if (outcome === 'done') break;
      expect(outcome.kind).toBe('unplugged');
      cuts++;
    }
  }
  return cuts;
}
