import { SaxesParser } from 'saxes';
import { badInput } from '../../enrol/enrolment.ts';
import { NESTING_DEPTH_MAX } from '../limits.ts';

/** An element of a document, with its names resolved. */
export interface Element {
  /** Local name. */
  readonly name: string;
  readonly namespace: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  /** Its own text, without that of the elements inside. */
  readonly text: string;
}

interface Growing extends Element {
  readonly attributes: Map<string, string>;
  readonly children: Growing[];
  text: string;
}

/**
 * The root of a document. A DTD is refused before anything of it is read: entities can be made to name files of this
 * computer, or to grow beyond any memory, and no PSKC file needs one.
 * @throws FobError `bad-input`, without a word of the document
 */
export function parseXml(text: string): Element {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: Growing[] = [];
  let root: Growing | undefined;
  parser.on('error', () => {
    throw badInput('The file is not well-formed XML.', 'Export it again; it may have been cut off.');
  });
  parser.on('doctype', () => {
    throw badInput(
      'The file has a DTD, which is refused for safety.',
      'Ask its maker for a file without one.',
    );
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    if (open.length >= NESTING_DEPTH_MAX)
      throw badInput('The file is nested too deeply.', 'Export it again.');
    const given = Object.values(attributes).map(({ local: name, value }) => [name, value] as const);
    const element: Growing = {
      name: local,
      namespace: uri,
      attributes: new Map(given),
      children: [],
      text: '',
    };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const take = (written: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += written;
  };
  parser.on('text', take);
  parser.on('cdata', take);
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  if (root !== undefined) return root;
  throw badInput('The file is not well-formed XML.', 'Export it again; it may have been cut off.');
}

/** The first element inside of this name; in the namespace of `from`, or in any where `isAnywhere`. */
export function inside(from: Element | undefined, name: string, isAnywhere = false): Element | undefined {
  return from?.children.find(
    child => child.name === name && (isAnywhere || child.namespace === from.namespace),
  );
}

/** Follows names from one element to another. */
export function at(from: Element | undefined, ...path: readonly string[]): Element | undefined {
  return path.reduce<Element | undefined>((element, name) => inside(element, name), from);
}

/** The same through elements of several vocabularies. */
export function anyAt(from: Element | undefined, ...path: readonly string[]): Element | undefined {
  return path.reduce<Element | undefined>((element, name) => inside(element, name, true), from);
}

/** The text of an element without the white space of its line breaks; empty where there is none. */
export function wordsOf(element: Element | undefined): string {
  return element?.text.trim() ?? '';
}
