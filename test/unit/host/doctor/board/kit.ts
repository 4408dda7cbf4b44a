import type { BoardFinding } from 'passfob/doctor/board/finding';
import { type SelfTestOptions, type SelfTestProgress, selfTest } from 'passfob/doctor/board/self-test';
import { BoardConsole } from 'passfob/flash/console';
import { vi } from 'vitest';
import type { Board } from '../../../../system/flash/kit.ts';

const CONSOLE_MS = 400;

export interface Tested {
  readonly findings: readonly BoardFinding[];
  /** State and text values of a check. */
  of(check: BoardFinding['check']): BoardFinding | undefined;
  readonly progress: readonly SelfTestProgress[];
}

/**
 * Runs the self-test on a simulated board, in virtual time. The computer's timers are virtual as well: the board answers at once
 * or never, so that the next timer is due whenever nothing else is left to do.
 * @param options differences from a short test in which a person presses the button
 * @param onProgress called first
 */
export async function tested(
  board: Board,
  options: Partial<SelfTestOptions> = {},
  onProgress: (progress: SelfTestProgress) => void = () => undefined,
): Promise<Tested> {
  vi.useFakeTimers();
  vi.setTimerTickMode('nextTimerAsync');
  try {
    return await run(board, options, onProgress);
  } finally {
    vi.useRealTimers();
  }
}

async function run(
  board: Board,
  options: Partial<SelfTestOptions>,
  onProgress: (progress: SelfTestProgress) => void,
): Promise<Tested> {
  const progress: SelfTestProgress[] = [];
  const repl = await BoardConsole.open(await board.port.open(), CONSOLE_MS);
  const result = await selfTest(repl, {
    seconds: 20,
    frames: 4,
    isPressed: true,
    watch: { now: () => board.fob.now(), pause: async ms => board.fob.advance(ms) },
    report: one => {
      progress.push(one);
      onProgress(one);
      if (one.event === 'press-wanted' && options.isPressed !== false) board.fob.press(0, 150);
    },
    ...options,
  });
  const { findings } = result;
  return { findings, progress, of: check => findings.find(one => one.check === check) };
}

/** States by check. */
export function statesOf({ findings }: Tested): Record<string, string> {
  return Object.fromEntries(findings.map(({ check, state }) => [check, state]));
}
