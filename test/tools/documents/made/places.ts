import { type MadePart, UNWRITTEN } from './part.ts';

const PLACE = /<!-- made: ([\w-]+) -->\n([\s\S]*?)<!-- \/made -->/g;

/** A place of a document that holds a made part. */
interface Place {
  readonly name: string;
  /** With the blank lines around the part. */
  readonly content: string;
}

/** Returns the places of a document, in its order. */
export function placesIn(document: string): Place[] {
  return [...document.matchAll(PLACE)].map(([, name = '', content = '']) => ({ name, content }));
}

/** Returns the document with these parts as the code gives them; other parts stay as they are. */
export async function withMade(document: string, parts: readonly MadePart[]): Promise<string> {
  const contents = new Map<string, string>();
  for (const { name, content } of placesIn(document)) {
    const part = parts.find(one => one.name === name);
    contents.set(name, part === undefined ? content : `\n${await part.make(content.trim())}\n\n`);
  }
  return document.replace(
    PLACE,
    (_, name: string) => `<!-- made: ${name} -->\n${contents.get(name)}<!-- /made -->`,
  );
}

/** Returns the bytes of a document that a person wrote: all but what its parts are without the columns kept by hand. */
export async function bytesByHand(document: string, parts: readonly MadePart[]): Promise<number> {
  let bytes = Buffer.byteLength(document);
  for (const { name, content } of placesIn(document)) {
    const part = parts.find(one => one.name === name);
    if (part === undefined) continue;
    // A part that takes nothing from the previous one is the code's as it stands.
    const made = part.make.length === 0 ? content.trim() : await part.make('');
    bytes -= Buffer.byteLength(made.replaceAll(UNWRITTEN, ''));
  }
  return bytes;
}
