import { type ImageObject, isFunction, type Named, type Value } from './realm/held.ts';
import type { Realm } from './realm/realm.ts';

/**
 * `require` and `Modules`. The search order is: built-in modules, loaded modules, a file of Storage with the module's
 * name.
 */
export function moduleGlobals(
  realm: Realm,
  builtIn: Readonly<Record<string, ImageObject>>,
  source: (name: string) => string | undefined,
): Named {
  const loaded = new Map<string, Value>();
  const run = (text: string, name: string): Value => {
    const wrapped = realm.evaluate(`(function (exports, module) {${text}\n})`, name);
    const exports = realm.object({});
    const module = realm.object({ exports });
    // Text that closes the function and goes on may have any value.
    if (isFunction(wrapped)) realm.call(wrapped, undefined, [exports, module]);
    return realm.get(module, 'exports');
  };
  const load = (value: Value): Value => {
    const name = realm.text(value);
    if (Object.hasOwn(builtIn, name)) return builtIn[name];
    if (loaded.has(name)) return loaded.get(name);
    const text = source(name);
    if (text === undefined) throw realm.error(`Module ${JSON.stringify(name)} not found`);
    const exports = run(text, name);
    loaded.set(name, exports);
    return exports;
  };
  return {
    require: realm.adopt(load),
    Modules: realm.library({
      getCached: () => realm.array([...loaded.keys()]),
      addCached: (name, text) => {
        const key = realm.text(name);
        loaded.set(key, isFunction(text) ? realm.call(text, undefined, []) : run(realm.text(text), key));
      },
      removeCached: name => {
        loaded.delete(realm.text(name));
      },
      removeAllCached: () => loaded.clear(),
    }),
  };
}
