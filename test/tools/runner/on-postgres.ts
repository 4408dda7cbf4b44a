/**
 * The service's tests that are about SQL, locks and nodes: they run on both databases, on PostgreSQL in
 * `npm run test:long`.
 */
export const ON_BOTH_DATABASES = [
  'test/service/{changes,lock,refusals,rolling,validate}.test.ts',
  'test/service/{killed,race}.slow.test.ts',
  'test/service/operations/across.test.ts',
  'test/service/radius/{busy,held,log-in,nodes}.test.ts',
  'test/service/api/{acts,anything,fobs}.test.ts',
  'test/service/agents/{busy,locations,nodes}.test.ts',
  'test/service/autosend/nodes.test.ts',
  'test/service/enrolment/{activations,job,concurrent}.test.ts',
  'test/service/{alerts,audit,care,challenges,encryption-at-rest,jobs,lists,mail,push,search,self-service,tokens,users,validation}/**/*.test.ts',
];

/** Files of these folders that are about what is shown, sent or typed: each of their statements is run by one that stays. */
export const ON_SQLITE_ALONE = [
  'test/service/care/{agents,clock,give,given,malicious,plan}.test.ts',
  'test/service/care/*.slow.test.ts',
  'test/service/alerts/senders.test.ts',
  'test/service/mail/{bounces,compose}.test.ts',
  'test/service/users/{passwords,sign-in}.test.ts',
  'test/service/{challenges/http,self-service/entry,push/http,search/parts,validation/factors}.test.ts',
];

/** Those that run on PostgreSQL in the quick run: few and short, each about another thing that databases do in their own way. */
export const QUICK_ON_POSTGRES = [
  'test/service/lock.test.ts',
  'test/service/operations/across.test.ts',
  'test/service/autosend/nodes.test.ts',
  'test/service/radius/busy.test.ts',
  'test/service/enrolment/job.test.ts',
  'test/service/{audit/record,care/records,jobs/owner,users/disabling,push/per-user-queue,search/{find,writers},tokens/policies}.test.ts',
  'test/service/validation/{named-statements,round-trips}.test.ts',
];
