import { isBeyondAscii, skeletonOf } from '../../base/skeleton.ts';
import type { Db } from '../../storage/database/database.ts';

/**
 * Whether the name of another user looks like this one. Names in ASCII alone are not compared with each other: `user1` and
 * `userl` are told apart by whoever gives out names.
 *
 * @param name prepared; to be asked in the transaction that makes the user
 */
export async function looksLikeAnother(db: Db, name: string): Promise<boolean> {
  const alike = db
    .selectFrom('users')
    .select('id')
    .where('skeleton', '=', skeletonOf(name))
    .where('name', '<>', name)
    .limit(1);
  const compared = isBeyondAscii(name) ? alike : alike.where('beyond_ascii', '=', 1);
  return (await compared.executeTakeFirst()) !== undefined;
}

/**
 * Compares names that are not stored yet.
 *
 * @returns says of one prepared name after the other whether it looks like one before that did not
 */
export function makeAlikeFinder(): (name: string) => boolean {
  const taken = new Map<string, Set<string>>();
  return name => {
    const skeleton = skeletonOf(name);
    const others = taken.get(skeleton) ?? new Set<string>();
    const isAlike = [...others].some(
      other => other !== name && (isBeyondAscii(other) || isBeyondAscii(name)),
    );
    if (!isAlike) taken.set(skeleton, others.add(name));
    return isAlike;
  };
}

/**
 * Whether a name is one by which the audit knows who is no person (`actor.ts`), or looks like one: no operator may have it.
 */
export function isReservedName(name: string): boolean {
  return [name, ...(isBeyondAscii(name) ? [skeletonOf(name)] : [])].some(one =>
    /^(?:link|service|api:.*)$/.test(one),
  );
}
