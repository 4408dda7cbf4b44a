import { GROUPS, LIBRARIES, pageOf, subjectOf } from './navigation.ts';

interface Item {
  readonly text: string;
  readonly link: string;
}

interface Group {
  readonly text: string;
  readonly collapsed?: boolean;
  readonly items: readonly (Item | Group)[];
}

const withoutEnd = (page: string): string => `/${page.replace(/\.md$/, '')}`;

/**
 * Returns the side bar: the groups of the documents that are there, and the references.
 *
 * @param hasPage whether a page was written, by its path
 * @param http names of the written pages about the HTTP API
 */
export function sideBar(hasPage: (path: string) => boolean, http: readonly string[]): Group[] {
  const groups = GROUPS.map(({ title, isOpen = false, pages }) => ({
    text: title,
    collapsed: !isOpen,
    items: pages.flatMap(({ document, title: text }) => {
      const page = pageOf(document) ?? '';
      return hasPage(page) ? [{ text, link: withoutEnd(page) }] : [];
    }),
  }));
  const tags = http.filter(name => !['index.md', 'objects.md'].includes(name)).sort();
  const reference: Group = {
    text: 'Reference',
    collapsed: false,
    items: [
      { text: 'Overview', link: '/reference/' },
      ...LIBRARIES.map(({ page, title }) => ({ text: title, link: `/reference/${page}` })),
      { text: 'HTTP operations', link: '/reference/http/' },
      { text: 'HTTP objects', link: '/reference/http/objects' },
      {
        text: 'HTTP by subject',
        collapsed: true,
        items: tags.map(name => ({
          text: subjectOf(name.replace(/\.md$/, '')),
          link: withoutEnd(`reference/http/${name}`),
        })),
      },
    ],
  };
  return [...groups, reference];
}
