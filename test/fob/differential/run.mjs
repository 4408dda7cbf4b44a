// `npm run differential -- --count N --seed S`: vitest takes no options of others, so they become variables.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    count: { type: 'string' },
    seed: { type: 'string' },
    from: { type: 'string' },
    lanes: { type: 'string' },
  },
});
const env = { ...process.env, PASSFOB_COUNT: values.count ?? '100' };
if (values.seed !== undefined) env.PASSFOB_SEED = values.seed;
if (values.from !== undefined) env.PASSFOB_FROM = values.from;
if (values.lanes !== undefined) env.PASSFOB_LANES = values.lanes;
const args = ['run', '--project', 'passfob', '--testTimeout', '0', 'test/fob/differential/differential'];
const { status } = spawnSync('vitest', args, { env, stdio: 'inherit' });
process.exitCode = status ?? 1;
