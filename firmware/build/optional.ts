/** A property that objects of a type may lack, and those that all objects of the type have. */
export interface Optional {
  readonly name: string;
  readonly beside: readonly string[];
}

const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/.*/g;
const OPTIONAL = /(\w+)\?\s*[:(]/g;
/** Interfaces and object types without others in them. */
const TYPE = /\{[^{}]*\}/g;
const PARAMETERS = /\([^()]*\)/g;
const MEMBER = /[{;,\n]\s*(?:readonly\s+)?(\w+)(\??)\s*:/g;

/** The optional properties that a file of TypeScript declares; parameters may be among them, which does no harm. */
export function optionalIn(source: string): Optional[] {
  const found: Optional[] = [];
  const rest = source.replace(COMMENTS, '').replace(TYPE, type => {
    const members = [...type.replace(PARAMETERS, '()').matchAll(MEMBER)];
    const beside = members.filter(([, , mark]) => mark === '').map(([, name]) => name ?? '');
    for (const [, name = '', mark] of members) if (mark === '?') found.push({ name, beside });
    // What is left of it is what these patterns do not see: methods.
    return type.replace(MEMBER, ' ');
  });
  for (const [, name = ''] of rest.matchAll(OPTIONAL)) found.push({ name, beside: [] });
  return found;
}

/**
 * Puts each optional property to the names of every object that may be of its type, so that looking it up there finds
 * nothing else where it is missing.
 * @param groups names that one object may hold together; optional ones are added
 * @returns the optional properties of which it cannot be told where they may be looked up
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
