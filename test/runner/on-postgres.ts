/**
 * The service's tests that are about SQL, locks and nodes: they run on both databases, on PostgreSQL in
 * `npm run test:long`.
 */
export const ON_BOTH_DATABASES = [
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
export const ON_SQLITE_ALONE = [
  'test/service/alerts/{channels,senders,syslog}.test.ts',
  'test/service/mails/{bounces,compose,records}.test.ts',
  'test/service/people/{clients,passwords,service-pins,sign-in}.test.ts',
  'test/service/{challenges/http,me/entry,push/factors,push/http,push/keys,search/parts,validation/factors}.test.ts',
];

/** Those that run on PostgreSQL in the quick run: few and short, each about another thing that databases do in their own way. */
export const QUICK_ON_POSTGRES = [
  'test/service/lock.test.ts',
  'test/service/operations/across.test.ts',
  'test/service/autosend/nodes.test.ts',
  'test/service/radius/busy.test.ts',
  'test/service/enrolment/{job,tend}.test.ts',
  'test/service/{audit/record,jobs/owner,people/disabling,push/turns,search/writers,tokens/policies}.test.ts',
  'test/service/validation/{clock-back,marks,passcodes}.test.ts',
];
