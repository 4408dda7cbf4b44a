import { defineConfig } from 'vitest/config';
import { findPostgres } from './test/kit/postgres-programs.ts';
import { minutes } from './test/runner/minutes.ts';
import { fromSources, onPostgres, SERVICE, settings, sharing } from './test/runner/settings.ts';

/** The service's tests that are about SQL, locks and nodes: they run on both databases. */
const ON_BOTH_DATABASES = [
  'test/service/{changes,killed,lock,race,refusals,rolling,validate}.test.ts',
  'test/service/operations/across.test.ts',
  'test/service/radius/{busy,held,log-in,nodes}.test.ts',
  'test/service/api/{acts,anything,metrics,pages}.test.ts',
  'test/service/agents/{busy,links,nodes}.test.ts',
  'test/service/autosend/nodes.test.ts',
  'test/service/enrolment/{activations,address,job,tend,turns}.test.ts',
  'test/service/{alerts,audit,challenges,jobs,mails,me,people,push,sealing,search,tokens,validation}/**/*.test.ts',
];

/** Files of these folders that are about what is shown, sent or typed: each of their statements is run by one that stays. */
const ON_SQLITE_ALONE = [
  'test/service/alerts/{channels,senders,syslog}.test.ts',
  'test/service/mails/{bounces,compose,records}.test.ts',
  'test/service/people/{clients,passwords,service-pins,sign-in}.test.ts',
  'test/service/{challenges/http,me/entry,push/factors,push/http,push/keys,search/parts,validation/factors}.test.ts',
];

export default defineConfig({
  ...fromSources,
  plugins: [minutes],
  test: {
    ...settings,
    projects: [
      { extends: true, test: { name: 'passfob', include: ['test/**/*.test.ts'], exclude: [SERVICE] } },
      { extends: true, test: { ...sharing, name: 'service', include: [SERVICE] } },
      // Where it is not installed, a test of the service's says so.
      ...(findPostgres() === undefined ? [] : [onPostgres(ON_BOTH_DATABASES, ON_SQLITE_ALONE)]),
    ],
  },
});
