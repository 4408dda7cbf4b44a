/** An optional property of a type, and the required properties of the type. */
export interface Optional {
  readonly name: string;
  readonly beside: readonly string[];
}

const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/.*/g;
const OPTIONAL = /(\w+)\?\s*[:(]/g;
/** Interfaces and object types that contain no others. */
const TYPE = /\{[^{}]*\}/g;
const PARAMETERS = /\([^()]*\)/g;
const MEMBER = /[{;,\n]\s*(?:readonly\s+)?(\w+)(\??)\s*:/g;

/**
 * Returns the optional properties that a TypeScript file declares. Parameters may be among them, which does no harm.
 */
export function optionalIn(source: string): Optional[] {
  const found: Optional[] = [];
  const rest = source.replace(COMMENTS, '').replace(TYPE, type => {
    const members = [...type.replace(PARAMETERS, '()').matchAll(MEMBER)];
    const beside = members.filter(([, , mark]) => mark === '').map(([, name]) => name ?? '');
    for (const [, name = '', mark] of members) if (mark === '?') found.push({ name, beside });
    // The rest contains what these patterns miss: methods.
    return type.replace(MEMBER, ' ');
  });
  for (const [, name = ''] of rest.matchAll(OPTIONAL)) found.push({ name, beside: [] });
  return found;
}

/**
 * Adds each optional property to the names of every object that may be of its type, so that a lookup of a missing
 * property there does not find another one.
 * @param groups names that one object may hold together; optional ones are added
 * @returns the optional properties whose objects are unknown
 */
export function placeOptional(groups: readonly Set<string>[], optional: readonly Optional[]): Set<string> {
  const alone = new Set<string>();
  for (const { name, beside } of optional) {
    const fitting = groups.filter(group => beside.length > 0 && beside.every(one => group.has(one)));
    if (fitting.length === 0) alone.add(name);
    for (const group of fitting) group.add(name);
  }
  return alone;
}
