import type { LogIn } from './log-ins.ts';

/** Returns the quantile: so many of a hundred values are not above it. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const words = (values: readonly number[]) =>
  `p50 ${quantile(values, 0.5).toFixed(0)} ms, p99 ${quantile(values, 0.99).toFixed(0)} ms, most ${quantile(values, 1).toFixed(0)} ms`;

/** The time from Autosend until the service has accepted the session, without the time of the person. */
const withoutPerson = ({ sentMs, shownMs, answeredMs, takenMs }: LogIn): number =>
  takenMs - sentMs - (answeredMs - shownMs);

const LEGS: Readonly<Record<string, (logIn: LogIn) => number>> = {
  'Autosend → accepted': ({ sentMs, takenMs }) => takenMs - sentMs,
  '… without the person': withoutPerson,
  'Autosend → on the screen': ({ sentMs, shownMs }) => shownMs - sentMs,
  'on the screen → the yes is given': ({ shownMs, answeredMs }) => answeredMs - shownMs,
  'the yes → the service has it': ({ answeredMs, knownMs }) => knownMs - answeredMs,
  'the yes → accepted': ({ answeredMs, takenMs }) => takenMs - answeredMs,
  'accepted → the page is told': ({ takenMs, pageMs }) => pageMs - takenMs,
};

/**
 * Prints the results of log-ins.
 * @returns the accepted ones
 */
export function printFigures(title: string, logIns: readonly LogIn[]): readonly LogIn[] {
  const accepted = logIns.filter(({ state }) => state === 'accepted');
  const others = logIns.filter(({ state }) => state !== 'accepted');
  const came = new Map<string, number>();
  for (const { state, push } of others) {
    const to = `${push} (the page: ${state})`;
    came.set(to, (came.get(to) ?? 0) + 1);
  }
  const again = accepted.filter(({ presses }) => presses > 1).length;
  console.log(
    `${title}: ${logIns.length} pushes, ${others.length} failed${[...came].map(([to, count]) => `, ${count} ${to}`).join('')}, ${again} pressed more than once`,
  );
  for (const [name, leg] of Object.entries(LEGS)) console.log(`  ${name}: ${words(accepted.map(leg))}`);
  return accepted;
}

/** Returns a row for each leg of the way: p50, p99 and the most, in milliseconds. */
export function legRows(accepted: readonly LogIn[]): string[][] {
  return Object.entries(LEGS).map(([name, leg]) => {
    const times = accepted.map(leg);
    return [name, ...[0.5, 0.99, 1].map(share => `${quantile(times, share).toFixed(0)} ms`)];
  });
}
