import type { Named, Realm, RealmCall, Value } from './realm.ts';

/**
 * `require` and `Modules`. The search order is: built-in modules, loaded modules, a file of Storage with the module's
 * name.
 */
export function moduleGlobals(
  realm: Realm,
  builtIn: Readonly<Record<string, Named>>,
  source: (name: string) => string | undefined,
): { require: RealmCall; Modules: Named } {
  const loaded = new Map<string, Value>();
  const run = (text: string, name: string): Value => {
    const wrapped = realm.evaluate(`(function (exports, module) {${text}\n})`, name) as RealmCall;
    const module = realm.object({ exports: realm.object({}) });
    wrapped(module.exports, module);
    return module.exports;
  };
  const load = (value: Value): Value => {
    const name = String(value);
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
        loaded.set(String(name), typeof text === 'function' ? text() : run(String(text), String(name)));
      },
      removeCached: name => {
        loaded.delete(String(name));
      },
      removeAllCached: () => loaded.clear(),
    }),
  };
}
