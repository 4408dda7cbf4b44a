import { isBeyondAscii, skeletonOf } from '../../base/skeleton.ts';
import type { Db } from '../../storage/database/database.ts';

/**
 * Whether the name of another user looks like this one. Names in ASCII alone are not compared with each other:
 * operators who assign names have to distinguish `user1` and `userl`.
 *
 * @param name prepared; call this in the transaction that creates the user
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
 * @returns a function that takes one prepared name after another, and returns whether it looks like an earlier
 * accepted one
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
 * Whether a name, or one that looks like it, stands in the audit for an actor who is no person (`actor.ts`): no
 * operator may have it.
 */
export function isReservedName(name: string): boolean {
  return [name, ...(isBeyondAscii(name) ? [skeletonOf(name)] : [])].some(one =>
    /^(?:link|service|api:.*)$/.test(one),
  );
}
