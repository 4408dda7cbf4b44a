import { defineConfig } from 'vitest/config';
import { findPostgres } from './test/kit/postgres-programs.ts';
import { inBrowserRealm } from './test/tools/runner/browser-realm.ts';
import { otherLives } from './test/tools/runner/lives.ts';
import { minutes } from './test/tools/runner/minutes.ts';
import { QUICK_ON_POSTGRES } from './test/tools/runner/on-postgres.ts';
import { fromSources, onPostgres, SERVICE, settings } from './test/tools/runner/settings.ts';
import { SLOW_FILES } from './test/tools/runner/slow.ts';

/** `npm test` leaves the slow files to `npm run test:long`; vitest by itself runs any file. */
const isQuick = process.env.PASSFOB_QUICK === '1';
const left = isQuick ? [SLOW_FILES] : [];

export default defineConfig({
  ...fromSources,
  plugins: [minutes],
  test: {
    ...settings,
    projects: [
      {
        extends: true,
        test: {
          name: 'passfob',
          include: ['test/**/*.test.ts'],
          exclude: [SERVICE, 'test/fob/browser-realm/**', ...left],
        },
      },
      ...otherLives,
      inBrowserRealm(isQuick ? 'quick' : 'any'),
      { extends: true, test: { name: 'service', include: [SERVICE], exclude: left } },
      // Where it is not installed, a test of the service's says so.
      ...(findPostgres() === undefined ? [] : [onPostgres(QUICK_ON_POSTGRES)]),
    ],
  },
});
