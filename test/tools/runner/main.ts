import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
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
import { LONG, longSeedOf, partIn, shareIn } from '../../kit/counts.ts';
import { planOf } from './plan.ts';
import { readSecrets, type SearchResult, searchFiles } from './search.ts';
import { fileTimes, longFileMs, slowestLines } from './slowest.ts';
import { type Report, type Tally, tally, tallyLine } from './tally.ts';

/** How many findings are listed: one leak in a loop must not bury the rest of the output. */
const LISTED_FINDINGS = 20;

/** Runs vitest with `args`, shows and keeps what it prints in `printed`, and gives its exit code. */
async function runVitest(root: string, args: string[], printed: string, env: NodeJS.ProcessEnv) {
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
  const { of, part } = partIn(process.env, seed);
  const repeat = `PASSFOB_LONG_SEED=${seed} PASSFOB_SHARE=${share} PASSFOB_PARTS=${of} npm run test:long`;
  const taken = of === 1 ? 'all slow files' : `part ${part + 1} of ${of} of the slow files`;
  console.log(`long run: ${taken}, seed ${seed}, ${share} of each full count; repeat it by\n  ${repeat}`);
  return { PASSFOB_BIG: '1', PASSFOB_LONG_SEED: String(seed), PASSFOB_SHARE: String(share) };
}

/** Runs a script of the root's package, by the npm that runs this one. @returns its exit code */
function runScript(root: string, name: string): number {
  const npm = process.env.npm_execpath;
  const [program, first] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  const { status } = spawnSync(program, [...first, 'run', '--silent', name], { cwd: root, stdio: 'inherit' });
  return status ?? 1;
}

/**
 * Runs the tests, then searches everything they printed, or left in `PASSFOB_OUTPUT_DIR`, for the secrets they recorded.
 *
 * @param root the package's folder
 * @param given `--build` to build first, and for a whole run to lint; `--long` for a long run; then file filters and options of
 *   vitest
 * @returns the exit code: 0 when nothing failed
 */
export async function runTests(root: string, given: string[]): Promise<number> {
  const { isLong, args, isQuick, says, scripts } = planOf(root, given);
  let long: NodeJS.ProcessEnv = {};
  try {
    if (isLong) long = longEnvironment(longSeedOf(process.env, Date.now()), shareIn(process.env));
  } catch (error) {
    console.log(
      `${error instanceof Error ? error.message : error}\n\n${tallyLine({ passed: 0, failed: 1, skipped: 0 })}`,
    );
    return 1;
  }
  console.log(says);
  for (const script of scripts) {
    const code = runScript(root, script);
    if (code !== 0) return code;
  }
  const work = mkdtempSync(join(tmpdir(), 'passfob-test-'));
  const output = join(work, 'output');
  const secretsFile = join(work, 'secrets');
  const reportFile = join(work, 'report.json');
  const minutesFile = join(work, 'minutes');
  mkdirSync(output);
  writeFileSync(secretsFile, '', { mode: 0o600 });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const config = isLong ? ['--config', join(root, 'test/tools/long/vitest.config.ts')] : [];
  const env = {
    ...process.env,
    ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
    ...long,
    ...(isQuick ? { PASSFOB_QUICK: '1' } : {}),
    PASSFOB_SECRETS_FILE: secretsFile,
    PASSFOB_OUTPUT_DIR: output,
    PASSFOB_MINUTES_FILE: minutesFile,
  };
  const exitCode = await runVitest(root, [...config, ...args, ...reporters], join(output, 'printed'), env);

  const report = readReport(reportFile);
  const total = { ...tally(report, exitCode, isLong ? LONG.tags : []) };
  const search = searchFiles(output, readSecrets(secretsFile));
  const verdict = judge(search, args.length > 0);
  // Without a report nothing ran, and "nothing was printed" is no pass.
  if (report !== undefined || verdict === 'failed') total[verdict]++;
  const times = existsSync(minutesFile) ? readFileSync(minutesFile, 'utf8') : '';
  if (process.env.PASSFOB_MINUTES_FILE) appendFileSync(process.env.PASSFOB_MINUTES_FILE, times);
  rmSync(secretsFile);
  if (search.findings.length > 0) console.log(`  kept for you to look at: ${output}`);
  else rmSync(work, { recursive: true });
  const longMs = isQuick ? longFileMs() : Number.POSITIVE_INFINITY;
  if (report !== undefined)
    for (const line of slowestLines(root, report, fileTimes(times), longMs)) console.log(line);
  console.log(`\n${tallyLine(total)}`);
  return total.failed > 0 ? 1 : 0;
}

function readReport(path: string): Report | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Report) : undefined;
}
