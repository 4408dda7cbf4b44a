import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { DOORS, GROUPS, LIBRARIES, linkOf, type NavigationPage, pageOf } from '../navigation.ts';
import { pictureOf, withSiteLinks } from './links.ts';
import { pngSize, withBothSchemes } from './pictures.ts';

/** Writes a page, and the folders above it. */
export function writePage(folder: string, path: string, text: string): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Returns the address of the public repository, from `repository` of the root's package.json. */
function repositoryOf(root: string): string | undefined {
  const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    repository?: string | { url?: string };
  };
  const url = typeof repository === 'string' ? repository : repository?.url;
  return url?.replace(/^git\+/, '').replace(/\.git$|\/$/, '');
}

/** The folder of the site with the try page, and the place in docs/try.md where the site has the page itself. */
export const TRY_FOLDER = 'try';
const TRY_MARK = '<!-- the try page itself -->';
const TRY_FRAME = `<p><a href="./${TRY_FOLDER}/index.html" target="_self">Open it on a page of its own</a></p>

<iframe class="try-page" src="./${TRY_FOLDER}/index.html" title="The try page" loading="lazy"></iframe>`;

/** Writes every document of the navigation that is there as a page, with the pictures that it shows. */
export function writeDocuments(root: string, folder: string): void {
  const repository = repositoryOf(root);
  const hasPage = (document: string) => pageOf(document) !== undefined && existsSync(join(root, document));
  const documents = GROUPS.flatMap(({ pages }) => pages).filter(({ document }) => hasPage(document));
  for (const { document } of documents) {
    const text = readFileSync(join(root, document), 'utf8');
    const pictures = withBothSchemes(text, target => pngSize(root, document, target));
    const linked = withSiteLinks(pictures, { document, hasPage, repository });
    writePage(folder, pageOf(document) ?? '', linked.replace(TRY_MARK, TRY_FRAME));
    for (const picture of picturesOf(text, document)) copyPicture(root, picture, folder);
  }
  const shown = FIRST_PICTURE.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[0] ?? '';
  const pictures = withBothSchemes(shown, target => pngSize(root, 'README.md', target));
  const picture = withSiteLinks(pictures, { document: 'README.md', page: 'index.md', hasPage, repository });
  writePage(folder, 'index.md', `${firstPage(documents)}\n<div class="first-picture">${picture}</div>\n`);
}

/** The picture that README.md begins with, which the first page shows as well. */
const FIRST_PICTURE = /<picture>[\s\S]*?<\/picture>|!\[[^\]]*\]\([^)]+\)|<img\b[^>]*>/;

const PICTURE = /!\[[^\]]*\]\(([^)\s]+)|\bsrc(?:set)?="([^"]+)"/g;

function picturesOf(text: string, document: string): string[] {
  return [...text.matchAll(PICTURE)]
    .map(match => match[1] ?? match[2] ?? '')
    .filter(target => !/^[a-z][a-z\d+.-]*:/i.test(target))
    .map(target => posix.join(posix.dirname(document), target));
}

function copyPicture(root: string, picture: string, folder: string): void {
  if (!existsSync(join(root, picture))) return;
  const to = join(folder, pictureOf(picture));
  mkdirSync(dirname(to), { recursive: true });
  cpSync(join(root, picture), to);
}

/** The first page: what Passfob is, and the doors that are there. */
function firstPage(documents: readonly NavigationPage[]): string {
  const isThere = (one: NavigationPage) => documents.some(({ document }) => document === one.document);
  const cards = DOORS.filter(isThere).map(({ document, title, says }) => ({
    title,
    details: says,
    link: linkOf(document),
  }));
  const front = {
    layout: 'home',
    // The picture is no text of a document: style.css puts it between hero and cards.
    markdownStyles: false,
    hero: {
      name: 'Passfob',
      text: 'An open hardware token for companies and their people',
      tagline:
        'An Espruino board shows one-time passcodes and approves log-ins with one button, and a service checks them. Use it in place of a phone app or of tokens with a vendor’s cloud.',
      actions: [
        { text: 'What Passfob is', link: linkOf('README.md'), theme: 'brand' },
        { text: 'Try it in a page', link: linkOf('docs/try.md'), theme: 'alt' },
        { text: 'Command line', link: linkOf('docs/cli.md'), theme: 'alt' },
      ],
    },
    features: cards,
  };
  // JSON is YAML.
  return `---\n${JSON.stringify(front, null, 2)}\n---\n`;
}

/** Writes the page that leads to the references. */
export function writeReferenceIndex(folder: string): void {
  const libraries = LIBRARIES.map(({ page, title, says }) => `* [\`${title}\`](./${page}.md): ${says}`);
  const text = [
    '# Reference',
    'Made from the code at each build of this site. Begin with [I develop](../start/develop.md).',
    '## The library',
    libraries.join('\n'),
    '## The HTTP API',
    '* [Operations](./http/index.md), by subject\n' +
      '* [Objects](./http/objects.md) of requests and answers\n' +
      '* <a href="../openapi.json" download>openapi.json</a>, the description in OpenAPI 3.1\n' +
      '* [How to use it](../api.md): keys, lists, factors and limits',
    '## The command line',
    '* [Commands, options, JSON](../cli.md)\n* [Errors and exit codes](../errors.md)',
  ].join('\n\n');
  writePage(folder, 'reference/index.md', text);
}
