import type { Named } from './held.ts';
import type { Realm, RealmCall } from './realm.ts';

/** Returns native functions as values of the context. */
export function adopted(realm: Realm, calls: Readonly<Record<string, RealmCall>>): Named {
  return Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, realm.adopt(call)]));
}
