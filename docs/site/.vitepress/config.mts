import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { anchorOf } from '../anchors.ts';
import { DOORS, linkOf } from '../navigation.ts';
import { miniSearch } from '../search.ts';
import { sideBar } from '../side-bar.ts';

const pages = fileURLToPath(new URL('../.pages', import.meta.url));

const base = process.env.SITE_BASE ?? '/';

/** The site, which `npm run site` builds from the pages that it has written into `.pages`. */
export default defineConfig({
  title: 'Passfob',
  description: 'A hardware one-time-password token on Espruino, with its tool, service and simulator',
  lang: 'en',
  base,
  head: [['link', { rel: 'icon', href: `${base}icon.svg` }]],
  srcDir: '.pages',
  outDir: process.env.SITE_OUT ?? 'dist',
  cacheDir: 'node_modules/.vite-cache',
  // Any static server serves it: no address needs to be rewritten.
  cleanUrls: false,
  markdown: {
    anchor: { slugify: anchorOf },
    // Braces in a table are the text that stands there.
    attrs: { disable: true },
  },
  themeConfig: {
    logo: '/icon.svg',
    search: {
      provider: 'local',
      options: {
        miniSearch,
      },
    },
    outline: { level: [2, 3] },
    nav: [
      { text: 'What Passfob is', link: '/project/readme' },
      { text: 'Command line', link: '/cli' },
      { text: 'Reference', link: '/reference/' },
      { text: 'Errors', link: '/errors' },
    ],
    sidebar: sideBar(path => existsSync(`${pages}/${path}`), readdirSync(`${pages}/reference/http`)),
    // The page for wrong addresses leads there.
    doors: DOORS.map(({ document, title, says }) => ({ text: title, link: linkOf(document), says })),
    docFooter: { prev: 'Before', next: 'Next' },
  },
});
