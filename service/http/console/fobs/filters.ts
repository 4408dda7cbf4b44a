import { careLimits } from '../../../base/limits/care.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import type { Db } from '../../../storage/database/database.ts';
import { newestFirmwares } from '../../../subjects/care/boards.ts';
import { type CaredFobQuery, countCaredFobs } from '../../../subjects/care/views.ts';

const { filters } = consoleTexts.fobs;
const DAY_MS = 86_400_000;

export type FobFilter = keyof typeof filters;

/** The filters of the list, in the order of the page. */
export const fobFilters = Object.keys(filters) as readonly FobFilter[];

/** Returns the filter of this name, or the one that shows all fobs. */
export function filterNamed(name: string): FobFilter {
  return fobFilters.find(one => one === name) ?? 'all';
}

export function filterText(filter: FobFilter): string {
  const text = filters[filter];
  return typeof text === 'string' ? text : text(careLimits.notSeenDays);
}

/** Returns the selection behind a filter. */
export function queryOf(filter: FobFilter, nowMs: number): CaredFobQuery {
  switch (filter) {
    case 'all':
      return {};
    case 'clock':
      return { isClockUnset: true };
    case 'battery':
      return { isBatteryLow: true };
    case 'firmware':
      return { oldFirmware: newestFirmwares() };
    case 'away':
      return { notSeenSinceMs: nowMs - careLimits.notSeenDays * DAY_MS };
    case 'tasks':
      return { hasTasks: true };
    default:
      return { state: filter };
  }
}

/** Returns how many fobs each filter shows. */
export async function countFilters(db: Db, nowMs: number): Promise<ReadonlyMap<FobFilter, number>> {
  const counts = new Map<FobFilter, number>();
  // One query after the other, because log-ins need the connections more.
  for (const filter of fobFilters) counts.set(filter, await countCaredFobs(db, queryOf(filter, nowMs)));
  return counts;
}
