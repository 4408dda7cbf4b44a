import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';
import { LONG, longSeedOf, partIn, shareIn } from '../../kit/counts.ts';
import { findPostgres } from '../../kit/postgres-programs.ts';
import { inBrowserRealm } from '../runner/browser-realm.ts';
import { otherLives } from '../runner/lives.ts';
import { minutes } from '../runner/minutes.ts';
import { ON_BOTH_DATABASES, ON_SQLITE_ALONE, QUICK_ON_POSTGRES } from '../runner/on-postgres.ts';
import { fromSources, onPostgres, settings } from '../runner/settings.ts';
import { isSlowFile } from '../runner/slow.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const seed = longSeedOf(process.env, Date.now());
const { of, part } = partIn(process.env, seed);
const isTaken = (_name: string, at: number) => at % of === part;
const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.test.ts'))
  .map(name => join('test', name))
  .sort();
/** What this part leaves to others. */
const left = files.filter((name, at) => !isTaken(name, at));
const isService = (name: string) => name.startsWith(join('test', 'service'));
// Counted by themselves, so that the parts are alike.
const slow = files.filter(isSlowFile).filter(isTaken);
/** Files of the quick run with a test that has a full count: those that use its mark. */
const counted = files
  .filter(name => !isSlowFile(name) && /\bLONG\b/.test(readFileSync(join(root, name), 'utf8')))
  .filter(isTaken);

/** Projects of which the tests with a full count are run and no others. */
const COUNTS = 'full-counts';
const SERVICE_COUNTS = 'service-full-counts';

const countsAlone: Plugin = {
  name: 'full counts alone',
  configureVitest({ project }) {
    if (project.name === COUNTS || project.name === SERVICE_COUNTS) project.config.tagsFilter = LONG.tags;
  },
};

/** Besides what both runs take, for its full count. */
const COUNTED_ON_POSTGRES = 'test/service/enrolment/states.test.ts';

/**
 * `npm run test:long`: slow files, the tests with a full count of all others, and what runs on PostgreSQL as well. It tries full
 * counts, or the share of them that `PASSFOB_SHARE` names.
 */
export default defineConfig({
  ...fromSources,
  plugins: [minutes, countsAlone],
  root,
  test: {
    ...settings,
    env: {
      PASSFOB_BIG: '1',
      PASSFOB_SHARE: String(shareIn(process.env)),
      PASSFOB_LONG_SEED: String(seed),
    },
    setupFiles: ['test/tools/long/seed.ts'],
    projects: [
      { extends: true, test: { name: 'passfob', include: slow.filter(name => !isService(name)) } },
      { extends: true, test: { name: 'service', include: slow.filter(isService) } },
      { extends: true, test: { name: COUNTS, include: counted.filter(name => !isService(name)) } },
      { extends: true, test: { name: SERVICE_COUNTS, include: counted.filter(isService) } },
      ...otherLives.map(one => ({ ...one, test: { ...one.test, exclude: left } })),
      inBrowserRealm('long', left),
      ...(findPostgres() === undefined
        ? []
        : [
            onPostgres(
              [...ON_BOTH_DATABASES, COUNTED_ON_POSTGRES],
              [...ON_SQLITE_ALONE, ...QUICK_ON_POSTGRES, ...left],
            ),
          ]),
    ],
  },
});
