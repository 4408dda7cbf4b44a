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
import { readSecrets, type SearchResult, searchFiles } from './search.ts';
import { type Tally, tally, tallyLine } from './tally.ts';

/** How many findings are listed: one leak in a loop must not bury the rest of the output. */
const LISTED_FINDINGS = 20;

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

/**
 * Runs the tests, then searches everything they printed, or left in `PASSFOB_OUTPUT_DIR`, for the secrets they recorded.
 *
 * @param root the package's folder
 * @param args for vitest: file filters and options
 * @returns the exit code: 0 when nothing failed
 */
export async function runTests(root: string, args: string[]): Promise<number> {
  const work = mkdtempSync(join(tmpdir(), 'passfob-test-'));
  const output = join(work, 'output');
  const secretsFile = join(work, 'secrets');
  const reportFile = join(work, 'report.json');
  mkdirSync(output);
  writeFileSync(secretsFile, '', { mode: 0o600 });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const colour = process.stdout.isTTY ? {} : { NO_COLOR: '1' };
  const env = { ...process.env, ...colour, PASSFOB_SECRETS_FILE: secretsFile, PASSFOB_OUTPUT_DIR: output };
  const exitCode = await runVitest(root, [...args, ...reporters], join(output, 'printed'), env);

  const report = existsSync(reportFile) ? readFileSync(reportFile, 'utf8') : undefined;
  const total = { ...tally(report, exitCode) };
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
