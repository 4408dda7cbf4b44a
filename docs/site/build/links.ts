import { posix } from 'node:path';
import { pageOf, titleOf } from '../navigation.ts';

/** What links of a document are rewritten by. */
export interface LinkTargets {
  /** Path of the document in the repository. */
  readonly document: string;
  /** The page that the text is on, where that is not the document's own. */
  readonly page?: string;
  /** Whether the site has this document. */
  readonly hasPage: (document: string) => boolean;
  /** Address of the public repository, without a slash at the end; undefined where there is none. */
  readonly repository: string | undefined;
}

/** Code, in which nothing is a link: fenced blocks, then spans. */
const CODE = /^([ \t]*)(```|~~~)[\s\S]*?^\1\2[ \t]*$|(`+)(?!`)[^\n]*?[^`\n]\3(?!`)/gm;
const LINK = /(!?)\[((?:\\.|[^[\]\\]|\[[^\]]*\])*)\]\(([^)\s]+)((?:\s+"[^"]*")?)\)/g;
const ATTRIBUTE = /\b(src|srcset|href)="([^"]+)"/g;

const isOutside = (target: string): boolean => /^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(target);

/**
 * Returns a document with its links as the site needs them. A link to another document of the site goes to that page; a
 * picture keeps its file; any other file of the repository is linked at the public repository, or named in words where
 * there is none.
 */
export function withSiteLinks(text: string, targets: LinkTargets): string {
  return outsideCode(text, prose =>
    withMarkdownLinks(prose, targets)
      // Vue would evaluate them.
      .replaceAll('{{', '&#123;&#123;')
      .replace(ATTRIBUTE, (whole, name: string, target: string) => {
        if (isOutside(target) || target.startsWith('#')) return whole;
        const there = siteTarget(target, targets, name !== 'href') ?? target;
        // Only links of Markdown are led from documents to pages by VitePress.
        return `${name}="${name === 'href' ? there.replace(/\.md(?=#|$)/, '.html') : there}"`;
      }),
  );
}

function withMarkdownLinks(prose: string, targets: LinkTargets): string {
  return prose.replace(LINK, (_, isImage: string, said: string, target: string, title: string) => {
    // A picture can be the text of a link.
    const label = withMarkdownLinks(said, targets);
    if (isOutside(target) || target.startsWith('#')) return `${isImage}[${label}](${target}${title})`;
    const there = siteTarget(target, targets, isImage !== '');
    const path = pathOf(target, targets.document);
    if (there !== undefined) return `${isImage}[${labelOf(label, path)}](${there}${title})`;
    return label.includes(path) ? label : `${label} (${codeSpan(path)})`;
  });
}

/** Readers of the site see titles where a document names another by its file. */
function labelOf(label: string, path: string): string {
  return (/^[\w./-]+\.md$/.test(label) ? titleOf(path) : undefined) ?? label;
}

const codeSpan = (path: string): string => `\`${path}\``;

/** Code spans are kept in place by a sign that no document has: a link may have one as its text. */
function outsideCode(text: string, change: (prose: string) => string): string {
  const spans: string[] = [];
  const prose = text.replace(CODE, code => `\uE000${spans.push(code) - 1}\uE000`);
  const restore = (changed: string) =>
    changed.replace(/\uE000(\d+)\uE000/g, (_, index: string) => spans[Number(index)] ?? '');
  return restore(change(prose));
}

/** The path in the repository that a relative link of a document names. */
function pathOf(target: string, document: string): string {
  const [path = ''] = target.split('#');
  return posix.join(posix.dirname(document), path);
}

/** Returns the link on the site; undefined for a file that is neither there nor in a public repository. */
function siteTarget(target: string, targets: LinkTargets, isPicture: boolean): string | undefined {
  const { document, page: shownOn, hasPage, repository } = targets;
  const path = pathOf(target, document);
  const anchor = target.includes('#') ? target.slice(target.indexOf('#')) : '';
  const here = shownOn ?? pageOf(document) ?? document;
  if (isPicture) return relative(here, pictureOf(path));
  const page = hasPage(path) ? pageOf(path) : undefined;
  if (page !== undefined) return relative(here, page) + anchor;
  if (repository === undefined) return undefined;
  return `${repository}/${path.endsWith('/') ? 'tree' : 'blob'}/main/${path}${anchor}`;
}

/** Where the site keeps a picture of the repository. */
export function pictureOf(path: string): string {
  return path.startsWith('docs/') ? path.slice('docs/'.length) : `project/files/${path}`;
}

function relative(from: string, to: string): string {
  const found = posix.relative(posix.dirname(from), to);
  return found.startsWith('.') ? found : `./${found}`;
}
