import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The processor time of each thread of a process by its id, in microseconds; empty where the system does not tell. */
export function threadsOf(pid: number | undefined): ReadonlyMap<number, number> {
  const folder = `/proc/${pid}/task`;
  if (!existsSync(`${folder}/${pid}/schedstat`)) return new Map();
  // The first of the numbers is the time on a processor, in nanoseconds (Documentation/scheduler/sched-stats.rst).
  return new Map(
    readdirSync(folder).map(id => [
      Number(id),
      Number(readFileSync(`${folder}/${id}/schedstat`, 'utf8').split(' ')[0]) / 1_000,
    ]),
  );
}

/** Returns the time that each thread used: the main thread, whose id is the lowest, and then the busiest first. */
export function usedSince(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): number[] {
  const used = [...after]
    .sort(([one], [other]) => one - other)
    .map(([id, time]) => time - (before.get(id) ?? 0));
  const [main, ...others] = used;
  return main === undefined ? [] : [main, ...others.sort((one, other) => other - one)];
}
