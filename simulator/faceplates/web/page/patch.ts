import type { Piece } from '../../panels/pieces.ts';

const SVG = 'http://www.w3.org/2000/svg';
const DRAWN: readonly string[] = ['svg', 'rect', 'path'];

/** The keys of elements that `patch` made. */
const keys = new WeakMap<Node, string>();

function isOf(node: Node | null | undefined, child: Piece | string): boolean {
  if (node === null || node === undefined) return false;
  if (typeof child === 'string') return node instanceof Text;
  return node instanceof Element && node.localName === child.tag && keys.get(node) === child.key;
}

function make(child: Piece | string): Node {
  if (typeof child === 'string') return document.createTextNode(child);
  const element = DRAWN.includes(child.tag)
    ? document.createElementNS(SVG, child.tag)
    : document.createElement(child.tag);
  if (child.key !== undefined) keys.set(element, child.key);
  return element;
}

/** Values that a person may be changing are set once, with the element. */
const BY_PERSON: readonly string[] = ['value', 'open'];

function setAttributes(element: Element, { attributes }: Piece, isNew: boolean): void {
  for (const { name } of [...element.attributes]) {
    if (!Object.hasOwn(attributes, name) && !BY_PERSON.includes(name)) element.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (!isNew && BY_PERSON.includes(name)) continue;
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
}

/**
 * Makes the children of an element those that are described. Elements that stay are changed and not replaced, so that
 * focus, scrolling, open details and entered values survive; siblings with keys keep their element where they move.
 */
export function patch(parent: Element, children: readonly (Piece | string)[]): void {
  const known = new Map<string, Node>();
  for (const node of parent.childNodes) {
    const key = keys.get(node);
    if (key !== undefined) known.set(key, node);
  }
  const wanted = new Set(children.map(child => (typeof child === 'string' ? undefined : child.key)));
  let at = parent.firstChild;
  for (const child of children) {
    // Rows that are gone must not make all others look different.
    while (at !== null && keys.has(at) && !wanted.has(keys.get(at))) at = drop(parent, at);
    const key = typeof child === 'string' ? undefined : child.key;
    const found = key === undefined ? at : known.get(key);
    const isKept = isOf(found, child) && (key !== undefined || found === at);
    const node = isKept && found ? found : make(child);
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
    if (typeof child === 'string') {
      if (node.nodeValue !== child) node.nodeValue = child;
    } else if (node instanceof Element) {
      setAttributes(node, child, !isKept);
      patch(node, child.children);
    }
  }
  while (at !== null) at = drop(parent, at);
}

/** Removes a node. Returns the one behind it. */
function drop(parent: Element, node: ChildNode): ChildNode | null {
  const next = node.nextSibling;
  parent.removeChild(node);
  return next;
}
