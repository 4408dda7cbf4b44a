import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { longSeedOf, shareIn } from '../kit/counts.ts';
import { findPostgres } from '../kit/postgres-programs.ts';
import { minutes } from '../runner/minutes.ts';
import { fromSources, onPostgres, settings, sharing } from '../runner/settings.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Files with a test that has a full count: those that use its mark. */
const long = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.test.ts'))
  .map(name => join('test', name))
  .filter(name => /\bLONG\b/.test(readFileSync(join(root, name), 'utf8')));
const isService = (name: string) => name.startsWith(join('test', 'service'));

/** Of them those whose count is about SQL, locks or nodes. */
const ON_POSTGRES = [
  'test/service/{killed,race}.test.ts',
  'test/service/agents/links.test.ts',
  'test/service/enrolment/states.test.ts',
  'test/service/push/{mixed,parallel}.test.ts',
];

/** `npm run test:long`: full counts, or the share of them that `PASSFOB_SHARE` names. */
export default defineConfig({
  ...fromSources,
  plugins: [minutes],
  root,
  test: {
    ...settings,
    env: {
      PASSFOB_BIG: '1',
      PASSFOB_SHARE: String(shareIn(process.env)),
      PASSFOB_LONG_SEED: String(longSeedOf(process.env, Date.now())),
    },
    setupFiles: ['test/long/seed.ts'],
    projects: [
      { extends: true, test: { name: 'passfob', include: long.filter(name => !isService(name)) } },
      { extends: true, test: { ...sharing, name: 'service', include: long.filter(isService) } },
      ...(findPostgres() === undefined ? [] : [onPostgres(ON_POSTGRES)]),
    ],
  },
});
