/**
 * The service's tests that are about SQL, locks and nodes: they run on both databases, on PostgreSQL in
 * `npm run test:long`.
 */
export const ON_BOTH_DATABASES = [
  'test/service/{changes,killed,lock,race,refusals,rolling,validate}.test.ts',
  'test/service/operations/across.test.ts',
  'test/service/radius/{busy,held,log-in,nodes}.test.ts',
  'test/service/api/{acts,anything,fobs,metrics,pages}.test.ts',
  'test/service/agents/{busy,locations,nodes}.test.ts',
  'test/service/autosend/nodes.test.ts',
  'test/service/enrolment/{activations,address,job,expire-job,concurrent}.test.ts',
  'test/service/{alerts,audit,care,challenges,encryption-at-rest,jobs,mail,push,search,self-service,tokens,users,validation}/**/*.test.ts',
];

/** Files of these folders that are about what is shown, sent or typed: each of their statements is run by one that stays. */
export const ON_SQLITE_ALONE = [
  'test/service/care/{activation,agents,clock,crowd,documents,give,given,malicious,pin,plan,relays,roles,sockets}.test.ts',
  'test/service/care/*.slow.test.ts',
  'test/service/self-service/care.test.ts',
  'test/service/alerts/{channels,senders,syslog}.test.ts',
  'test/service/mail/{bounces,compose,records}.test.ts',
  'test/service/users/{clients,passwords,service-pins,sign-in}.test.ts',
  'test/service/{challenges/http,self-service/entry,push/factors,push/http,push/keys,search/parts,validation/factors}.test.ts',
];

/** Those that run on PostgreSQL in the quick run: few and short, each about another thing that databases do in their own way. */
export const QUICK_ON_POSTGRES = [
  'test/service/lock.test.ts',
  'test/service/operations/across.test.ts',
  'test/service/autosend/nodes.test.ts',
  'test/service/radius/busy.test.ts',
  'test/service/enrolment/{job,expire-job}.test.ts',
  'test/service/{audit/record,care/records,jobs/owner,users/disabling,push/per-user-queue,search/writers,tokens/policies}.test.ts',
  'test/service/validation/{replay-protection,round-trips}.test.ts',
];
