import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkOutput } from '../../../docs/site/build/check-output.ts';
import { httpPages, type OpenApi } from '../../../docs/site/build/http-reference.ts';
import { withSiteLinks } from '../../../docs/site/build/links.ts';
import { pngSize, withBothSchemes } from '../../../docs/site/build/pictures.ts';
import { withRelativeAddresses } from '../../../docs/site/build/relative.ts';
import { serveSite } from '../../../docs/site/build/serve.ts';
import { DOORS, GROUPS, pageOf, subjectOf } from '../../../docs/site/navigation.ts';
import { miniSearch, QUESTIONS } from '../../../docs/site/search.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { isReadElsewhere, root, textFiles, textOf } from '../tidy/files.ts';

const pages = GROUPS.flatMap(group => group.pages);

describe('the navigation of the site', () => {
  it('the navigation of the site has every document once', () => {
    const documents = textFiles.map(({ path }) => path).filter(path => path.endsWith('.md'));
    const missing = documents.filter(path => !isReadElsewhere(path) && pageOf(path) === undefined);
    expect(missing, 'Add them to a group in docs/site/navigation.ts').toEqual([]);
    expect(new Set(pages.map(({ document }) => document)).size).toBe(pages.length);
    expect(new Set(pages.map(({ document }) => pageOf(document))).size).toBe(pages.length);
    expect(new Set(pages.map(({ title }) => title)).size).toBe(pages.length);
  });

  it('the navigation of the site names documents that are there, but for pages that may be left out', () => {
    const optional = [...DOORS.map(door => door.document), 'docs/comparison.md', 'docs/upgrading.md'];
    const absent = pages.map(({ document }) => document).filter(path => textOf(path) === undefined);
    expect(absent.filter(path => !optional.includes(path))).toEqual([]);
  });
});

describe('links of the site', () => {
  const rewritten = (text: string, repository?: string, document = 'docs/boards/pico.md') =>
    withSiteLinks(text, { document, repository, hasPage: path => pageOf(path) !== undefined });

  it.each([
    ['a document beside it', '[b](bench.md)', '[b](./bench.md)'],
    ['a document above it, with an anchor', '[c](../cli.md#exit-codes)', '[c](../cli.md#exit-codes)'],
    ['a document of the root', '[r](../../README.md#tests)', '[r](../project/readme.md#tests)'],
    ['a document elsewhere', '[w](../../test/unit/wire/README.md)', '[w](../project/test-unit-wire.md)'],
    ['a document by its file name', '[cli.md](../cli.md#json)', '[Command line](../cli.md#json)'],
    ['an anchor of its own', '[here](#wiring)', '[here](#wiring)'],
    ['an address', '[site](https://example.org/a.md)', '[site](https://example.org/a.md)'],
    ['a picture', '![wires](../images/pico-wiring.svg)', '![wires](../images/pico-wiring.svg)'],
    ['a document by a picture', '[![a](../images/a.png)](../cli.md)', '[![a](../images/a.png)](../cli.md)'],
    ['a source by a picture', '[![a](../images/a.png)](../../x.ts)', '![a](../images/a.png) (`x.ts`)'],
    ['a picture in markup', '<img src="../images/a.png" alt="">', '<img src="../images/a.png" alt="">'],
    ['a page in markup', '<a href="../cli.md#json">c</a>', '<a href="../cli.html#json">c</a>'],
    ['a document, of a text that Vue would evaluate,', '{{ 1 }} `{{ 2 }}`', '&#123;&#123; 1 }} `{{ 2 }}`'],
    ['a source', '[the table](../../host/errors.ts)', 'the table (`host/errors.ts`)'],
    ['a source by its path', '[host/errors.ts](../../host/errors.ts)', 'host/errors.ts'],
    ['a source by a span of code', '[`errors.ts`](../../host/errors.ts)', '`errors.ts` (`host/errors.ts`)'],
    ['a span of code', '`[a](b.md)`', '`[a](b.md)`'],
    ['a block of code', '```\n[a](../cli.md)\n```', '```\n[a](../cli.md)\n```'],
  ])('a link to %s works on the site', (_, before, after) => {
    expect(rewritten(before)).toBe(after);
  });

  it('links to sources lead to the public repository where package.json names one', () => {
    const there = 'https://example.org/passfob';
    expect(rewritten('[e](../../host/errors.ts#L3)', there)).toBe(
      `[e](${there}/blob/main/host/errors.ts#L3)`,
    );
    expect(rewritten('[e](../../host/)', there)).toBe(`[e](${there}/tree/main/host/)`);
    expect(rewritten('[b](bench.md)', there)).toBe('[b](./bench.md)');
  });

  it('pictures of README.md are found on the site', () => {
    const shown = '[![a](docs/images/a.png)](docs/cli.md) <img src="demo/b.png">';
    const expected = '[![a](../images/a.png)](../cli.md) <img src="./files/demo/b.png">';
    expect(rewritten(shown, undefined, 'README.md')).toBe(expected);
  });
});

describe('pictures of the site', () => {
  it('a picture with two sources becomes one that follows the switch of the site, with room kept for it', () => {
    const written =
      '<picture>\n<source media="(prefers-color-scheme: dark)" srcset="./d.png">\n<img src="./l.png" width="300" alt="a">\n</picture>';
    expect(withBothSchemes(`x ${written} y`, () => [2400, 1600])).toBe(
      'x <span class="picture">' +
        '<img class="on-light" src="./l.png" height="200" loading="lazy" width="300" alt="a">' +
        '<img class="on-dark" src="./d.png" height="200" loading="lazy" width="300" alt="a"></span> y',
    );
  });

  it('every picture of a document with a dark form becomes one of the site, with its size', () => {
    const documents = textFiles.filter(({ path }) => pageOf(path) !== undefined);
    const converted = documents.map(({ path, text }) =>
      withBothSchemes(text, target => {
        const size = pngSize(root, path, target);
        expect(Math.min(...size), `${path}: ${target}`).toBeGreaterThan(100);
        return size;
      }),
    );
    expect(converted.join('\n').match(/class="on-dark"/g)?.length).toBeGreaterThan(5);
    expect(converted.filter(text => text.includes('<picture>'))).toEqual([]);
  });
});

describe('the search of the site', () => {
  const { processTerm } = miniSearch.options;

  it.each([
    ['PIN', 'PINs'],
    ['forgot', 'forgotten'],
    ['lost', 'lose'],
    ['upgrade', 'Upgrading'],
    ['battery', 'batteries'],
    ['erase', 'erased'],
    ['erased', 'erases'],
    ['set', 'settings'],
    ['passcode', 'passcodes'],
    ['import', 'imported'],
  ])('a search for %s finds %s', (asked, written) => {
    expect(processTerm(asked)).toBe(processTerm(written));
  });

  it.each([
    ['pin', 'pine'],
    ['press', 'pres'],
    ['status', 'statu'],
    ['sha256', 'sha25'],
  ])('a search keeps %s and %s apart', (one, other) => {
    expect(processTerm(one)).not.toBe(processTerm(other));
  });

  it('a search leaves out words that say nothing, and is exact in short words', () => {
    expect(['How', 'do', 'I', 'the', ''].map(processTerm)).toEqual(Array(5).fill(undefined));
    const { fuzzy, prefix } = miniSearch.searchOptions;
    expect([prefix('pin'), fuzzy('pin'), fuzzy('clock')]).toEqual([false, false, false]);
    expect([prefix('pass'), fuzzy('passcode')]).toEqual([true, 0.2]);
  });

  it('a search puts pages for beginners before guides, and guides before what is generated', () => {
    const { boostDocument } = miniSearch.searchOptions;
    const pages = ['start/carry', 'console', 'cli', 'protocol', 'reference/http/pins'];
    const boosts = pages.map(page => boostDocument(`/passfob/${page}.html#x`));
    expect(boosts).toEqual([...new Set(boosts)].sort((a, b) => b - a));
  });

  it('the questions of beginners name pages of the site', () => {
    const addresses = pages.map(({ document }) => pageOf(document)?.replace(/\.md$/, ''));
    expect(QUESTIONS.flatMap(([, ...named]) => named).filter(page => !addresses.includes(page))).toEqual([]);
  });
});

describe('the reference of the HTTP API', () => {
  it('subjects are written with the capital letters of their words', () => {
    const subjects = ['api-keys', 'pins', 'radius-clients', 'temporary-codes', 'users'].map(subjectOf);
    expect(subjects.join('; ')).toBe('API keys; PINs; RADIUS clients; Temporary codes; Users');
  });

  it('the reference has a page for each subject with access, fields and codes that lead to the errors', () => {
    const properties = { email: { type: ['string', 'null'] }, state: { enum: ['a', 'b'] } };
    const schema = { required: ['email'], properties };
    const document: OpenApi = {
      info: { title: 'x', version: '1.2.3' },
      paths: {
        '/v1/users/{name}': {
          post: {
            operationId: 'users.change',
            tags: ['users'],
            summary: 'Change a user.',
            security: [{}],
            'x-passfob-permission': 'user.change',
            'x-passfob-roles': ['admin', 'helpdesk'],
            'x-passfob-fresh-proof': true,
            parameters: [
              { name: 'name', in: 'path', required: true, schema: { type: 'string', maxLength: 128 } },
            ],
            requestBody: { content: { 'application/json': { schema, example: { email: null } } } },
            responses: {
              200: {
                description: 'Done.',
                content: { 'application/json': { schema: { $ref: '#/x/User' } } },
              },
              404: { description: '`unknown_user`', content: { 'application/problem+json': { schema: {} } } },
            },
          },
        },
      },
      components: { schemas: { User: { properties: { name: { type: 'string', description: 'a | b' } } } } },
    };
    const made = new Map(httpPages(document));
    expect([...made.keys()]).toEqual(['index', 'objects', 'users'].map(name => `reference/http/${name}.md`));
    expect(made.get('reference/http/index.md')).toContain(
      '[`POST /v1/users/{name}`](./users.md#userschange)',
    );
    expect(made.get('reference/http/objects.md')).toContain('| `name` | string, optional | a \\| b |');
    const users = made.get('reference/http/users.md');
    for (const part of [
      '## users.change\n\n`POST /v1/users/{name}`\n\nChange a user.',
      'For the roles admin, helpdesk (permission `user.change`). A session needs fresh proof.',
      '| `name` | path, required | string, up to 128 characters |  |',
      '| `email` | string or null |  |\n| `state` | `a`, `b`, optional |  |',
      '| 200 | [User](./objects.md#user) |',
      '| 404 | [`unknown_user`](../../errors.md#problem-unknown_user) |',
    ])
      expect(users).toContain(part);
  });
});

describe('addresses of the built site', () => {
  it('addresses of pages become relative, for reading without a server', () => {
    const page =
      '<a href="/x/">home</a><a href="/x/a/b.html#c"></a><img src="/x/i.svg"><a href="//e.org/"></a><a href="/y"></a>';
    expect(withRelativeAddresses(page, 'a/c.html', '/x/')).toBe(
      '<a href="../index.html">home</a><a href="../a/b.html#c"></a><img src="../i.svg"><a href="//e.org/"></a><a href="/y"></a>',
    );
    const script = withRelativeAddresses('<script src="/app.js"></script>', 'index.html', '/');
    expect(script).toBe('<script src="./app.js"></script>');
  });
});

/** Writes files into a folder. @returns the folder */
function written(files: Readonly<Record<string, string>>): string {
  const out = temporaryFolder('site');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), text);
  }
  return out;
}

describe('the check of the built site', () => {
  const faultsOf = (files: Readonly<Record<string, string>>, base = '/') => checkOutput(written(files), base);

  it('the check accepts links to pages, anchors, files and other sites', () => {
    const faults = faultsOf({
      'index.html': '<a href="/sub/a.html#x">a</a><a href="https://example.org/">e</a><img src="/b.png">',
      'sub/a.html': '<h2 id="x">x</h2><a href="#x"></a><a href="../">up</a><a href="mailto:a@b">m</a>',
      'b.png': '',
      'c.css': 'a { background: url(data:image/png;base64,AA) }',
      'd.js': 'const ns = "http://www.w3.org/2000/svg"; import("./e.js")',
    });
    expect(faults).toEqual([]);
  });

  it.each([
    ['a page that is not there', { 'index.html': '<a href="/a.html">a</a>' }],
    ['an anchor that is not there', { 'index.html': '<a href="#x">a</a>' }],
    ['a picture that is not there', { 'index.html': '<img alt="" src="a.png">' }],
    ['a script of another site', { 'index.html': '<script src="https://example.org/a.js"></script>' }],
    ['a style sheet of another site', { 'index.html': '<link rel="stylesheet" href="//example.org/a.css">' }],
    ['a font of another site', { 'a.css': '@font-face { src: url("https://example.org/a.woff2") }' }],
    ['a request to another site', { 'a.js': 'fetch("https://example.org/a")' }],
    ['an import from another site', { 'a.js': 'import("https://example.org/a.js")' }],
  ] as [string, Record<string, string>][])('the check finds %s', (_, files) => {
    expect(faultsOf(files)).toHaveLength(1);
  });

  it('the check finds links that leave the path under which the site is served', () => {
    const files = { 'index.html': '<a href="/a.html">a</a><a href="/docs/a.html">b</a>', 'a.html': '' };
    expect(faultsOf(files, '/docs/')).toEqual(['index.html links to /a.html, which is not there']);
  });
});

it('the built site is served on this computer alone, and nothing outside its folder', async () => {
  const files = { 'dist/index.html': 'first', 'dist/sub/a b.css': 'style', 'dist/404.html': 'none' };
  const out = join(written({ ...files, 'outside.html': 'outside' }), 'dist');
  const served = await serveSite(out, '/base/', 0);
  try {
    expect(served.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/base\/$/);
    const get = async (path: string) => {
      const response = await fetch(new URL(path, served.url));
      return [response.status, await response.text()];
    };
    expect(await get('/')).toEqual([200, 'first']);
    expect(await get('sub/a%20b.css?x')).toEqual([200, 'style']);
    for (const path of ['..%2foutside.html', '%2e%2e%2foutside.html', '%00', '%zz', 'sub', '/other/'])
      expect(await get(path), path).toEqual([404, 'none']);
    const port = Number(new URL(served.url).port);
    await expect(serveSite(out, '/', port)).rejects.toThrow(
      `Port ${port} of 127.0.0.1 is in use.\nStop the other program, or choose another port: --port ${port + 1}`,
    );
  } finally {
    await served.close();
  }
});
