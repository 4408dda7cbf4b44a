import { done, refused } from '../../base/results.ts';
import { object, oneOf, serviceText } from '../../base/shapes.ts';
import type { Db } from '../../storage/database/database.ts';
import { subject } from '../kit/act.ts';
import { fobNamed } from '../tokens/fobs.ts';

export const lifeState = oneOf('in_use', 'lost', 'found', 'returned', 'retired', 'giving', 'handed_over');

/** A fob after an act on it. */
export const fobState = object({ serial: serviceText, state: lifeState });

/** What all subjects about fobs have. */
export const fobSubject = {
  kind: 'fob',
  key: 'serial',
  home: '/fobs',
  page: '/fob',
  missing: ['unknown_fob'],
} as const;

/** Fobs, as acts are about them. */
export const aboutFob = subject({
  ...fobSubject,
  async find(db: Db, serial: string) {
    const row = await fobNamed(db, serial);
    return row === undefined ? refused('unknown_fob') : done({ ...row, name: row.serial });
  },
});
