import { spawn } from 'node:child_process';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { LONG, longSeedOf, shareIn } from '../kit/counts.ts';
import { readSecrets, type SearchResult, searchFiles } from './search.ts';
import { type Tally, tally, tallyLine } from './tally.ts';

/** How many findings are listed: one leak in a loop must not bury the rest of the output. */
const LISTED_FINDINGS = 20;
const LONG_OPTION = '--long';

/** Runs vitest with `args`, shows and keeps what it prints in `printed`, and gives its exit code. */
async function runVitest(
  root: string,
  args: string[],
  printed: string,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const copy = createWriteStream(printed);
  const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pipes = [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const;
  for (const [source, screen] of pipes) {
    source.on('data', chunk => {
      screen.write(chunk);
      copy.write(chunk);
    });
  }
  // vitest gets the terminal's Ctrl-C as well; the search and the tally follow when it has ended.
  const stay = () => {};
  process.on('SIGINT', stay);
  const exitCode = await new Promise<number>(resolve => {
    child.on('error', () => resolve(1));
    child.on('close', code => resolve(code ?? 1));
  });
  process.off('SIGINT', stay);
  copy.end();
  await finished(copy);
  return exitCode;
}

/**
 * The secret search as one test: no finding, and something to find. A narrowed run may have used no secret.
 *
 * @param narrowed whether the caller chose which tests to run
 */
function judge(result: SearchResult, narrowed: boolean): keyof Tally {
  const { findings, secrets, files, bytes } = result;
  console.log(
    `\nsecret search: ${secrets} secrets in ${files} files, ${bytes} bytes: ${findings.length} found`,
  );
  for (const { file, offset, kind } of findings.slice(0, LISTED_FINDINGS))
    console.log(`  ${file}, byte ${offset}: a secret as ${kind}`);
  if (findings.length > LISTED_FINDINGS) console.log(`  and ${findings.length - LISTED_FINDINGS} more`);
  if (findings.length > 0) return 'failed';
  if (secrets > 0) return 'passed';
  console.log('  no test recorded a secret, so this search proves nothing');
  return narrowed ? 'skipped' : 'failed';
}

/** Says by what a long run is repeated, and fixes it for all of its processes. */
function longEnvironment(seed: number, share: number): NodeJS.ProcessEnv {
  const repeat = `PASSFOB_LONG_SEED=${seed} PASSFOB_SHARE=${share} npm run test:long`;
  console.log(`long run: seed ${seed}, ${share} of each full count; repeat it by\n  ${repeat}`);
  return { PASSFOB_BIG: '1', PASSFOB_LONG_SEED: String(seed), PASSFOB_SHARE: String(share) };
}

/**
 * Runs the tests, then searches everything they printed, or left in `PASSFOB_OUTPUT_DIR`, for the secrets they recorded.
 *
 * @param root the package's folder
 * @param given for vitest: file filters and options; `--long` first: the full counts
 * @returns the exit code: 0 when nothing failed
 */
export async function runTests(root: string, given: string[]): Promise<number> {
  const isLong = given[0] === LONG_OPTION;
  const args = isLong ? given.slice(1) : given;
  let long: NodeJS.ProcessEnv = {};
  try {
    if (isLong) long = longEnvironment(longSeedOf(process.env, Date.now()), shareIn(process.env));
  } catch (error) {
    console.log(
      `${error instanceof Error ? error.message : error}\n\n${tallyLine({ passed: 0, failed: 1, skipped: 0 })}`,
    );
    return 1;
  }
  const work = mkdtempSync(join(tmpdir(), 'passfob-test-'));
  const output = join(work, 'output');
  const secretsFile = join(work, 'secrets');
  const reportFile = join(work, 'report.json');
  mkdirSync(output);
  writeFileSync(secretsFile, '', { mode: 0o600 });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const config = isLong
    ? ['--config', join(root, 'test/long/vitest.config.ts'), `--tags-filter=${LONG.tags.join()}`]
    : [];
  const env = {
    ...process.env,
    ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
    ...long,
    PASSFOB_SECRETS_FILE: secretsFile,
    PASSFOB_OUTPUT_DIR: output,
  };
  const exitCode = await runVitest(root, [...config, ...args, ...reporters], join(output, 'printed'), env);

  const report = existsSync(reportFile) ? readFileSync(reportFile, 'utf8') : undefined;
  const total = { ...tally(report, exitCode, isLong ? LONG.tags : []) };
  const search = searchFiles(output, readSecrets(secretsFile));
  const verdict = judge(search, args.length > 0);
  // Without a report nothing ran, and "nothing was printed" is no pass.
  if (report !== undefined || verdict === 'failed') total[verdict]++;
  rmSync(secretsFile);
  if (search.findings.length > 0) console.log(`  kept for you to look at: ${output}`);
  else rmSync(work, { recursive: true });
  console.log(`\n${tallyLine(total)}`);
  return total.failed > 0 ? 1 : 0;
}
