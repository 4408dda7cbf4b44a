import { SaxesParser } from 'saxes';
import { badInput } from '../../enrol/enrolment.ts';
import { ATTRIBUTES_MAX, NESTING_DEPTH_MAX, TURN_BYTES, VALUES_MAX } from './limits.ts';
import { checkRowCount } from './row.ts';
import type { Work } from './work.ts';

/** An element of a document, with resolved namespaces. */
export interface Element {
  /** Local name. */
  readonly name: string;
  readonly namespace: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  /** Its own text, without the text of inner elements. */
  readonly text: string;
}

interface Growing extends Element {
  readonly children: Growing[];
  text: string;
}

/** Shared by all elements without attributes, because a map for each would take most of a document's memory. */
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

/**
 * Parses a document and returns its root. Refuses a DTD before reading it: entities can name files of this computer,
 * or grow beyond any memory, and no supported format needs one.
 * @param text UTF-8
 * @param rowNames local names of the elements that are rows, which are counted during reading
 * @throws FobError `bad-input`, without a word of the document; `cancelled`
 */
export async function parseXml(
  text: Uint8Array,
  work: Work,
  ...rowNames: readonly string[]
): Promise<Element> {
  const tree = new Tree(rowNames);
  const parser = parserOf(tree);
  const decoder = new TextDecoder();
  // Files that were edited by hand may begin with an empty line, which XML does not allow before its declaration.
  const start = text.findIndex(byte => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  for (let at = Math.max(0, start); at < text.length; at += TURN_BYTES) {
    parser.write(decoder.decode(text.subarray(at, at + TURN_BYTES), { stream: true }));
    if (work.isDue) await work.pause();
  }
  parser.close();
  if (tree.root !== undefined) return tree.root;
  throw malformed();
}

function parserOf(tree: Tree) {
  const parser = new SaxesParser({ xmlns: true, position: false });
  parser.on('error', () => {
    throw malformed();
  });
  parser.on('doctype', () => {
    throw badInput(
      'The file has a DTD, which is refused for safety.',
      'Ask its maker for a file without one.',
    );
  });
  parser.on('attribute', () => tree.countAttribute());
  parser.on('opentag', ({ local, uri, attributes }) => {
    const given = Object.values(attributes).map(({ local: name, value }) => [name, value] as const);
    tree.open(local, uri, given.length === 0 ? NO_ATTRIBUTES : new Map(given));
  });
  parser.on('text', text => tree.take(text));
  parser.on('cdata', text => tree.take(text));
  parser.on('closetag', () => tree.close());
  return parser;
}

/** A document while it is parsed. */
class Tree {
  root: Growing | undefined;
  private readonly rowNames: readonly string[];
  private readonly opened: Growing[];
  private nodes: number;
  /** Number of attributes of the current element. */
  private attributes: number;
  private rows: number;

  constructor(rowNames: readonly string[]) {
    this.root = undefined;
    this.rowNames = rowNames;
    this.opened = [];
    this.nodes = 0;
    this.attributes = 0;
    this.rows = 0;
  }

  countAttribute(): void {
    this.attributes++;
    if (this.attributes > ATTRIBUTES_MAX) throw tooMany();
  }

  open(name: string, namespace: string, attributes: ReadonlyMap<string, string>): void {
    this.attributes = 0;
    if (++this.nodes > VALUES_MAX) throw tooMany();
    if (this.opened.length >= NESTING_DEPTH_MAX)
      throw badInput('The file is nested too deeply.', 'Export it again.');
    if (this.rowNames.includes(name)) checkRowCount(++this.rows);
    const element: Growing = { name, namespace, attributes, children: [], text: '' };
    this.opened.at(-1)?.children.push(element);
    this.root ??= element;
    this.opened.push(element);
  }

  take(text: string): void {
    const element = this.opened.at(-1);
    if (element !== undefined) element.text += text;
  }

  close(): void {
    this.opened.pop();
  }
}

function tooMany(): Error {
  return badInput('The file holds too many elements or attributes.', 'Ask for fewer keys at once.');
}

function malformed(): Error {
  return badInput('The file is not well-formed XML.', 'Export it again; it may have been cut off.');
}

/** Returns the first inner element of this name; in the namespace of `from`, or in any if `isAnywhere`. */
export function inside(from: Element | undefined, name: string, isAnywhere = false): Element | undefined {
  return from?.children.find(
    child => child.name === name && (isAnywhere || child.namespace === from.namespace),
  );
}

/** Follows a path of names from an element. */
export function at(from: Element | undefined, ...path: readonly string[]): Element | undefined {
  return path.reduce<Element | undefined>((element, name) => inside(element, name), from);
}

/** Follows a path through elements of several namespaces. */
export function anyAt(from: Element | undefined, ...path: readonly string[]): Element | undefined {
  return path.reduce<Element | undefined>((element, name) => inside(element, name, true), from);
}

/** Returns the text of an element without the white space of its line breaks; empty if there is none. */
export function textOf(element: Element | undefined): string {
  return element?.text.trim() ?? '';
}
